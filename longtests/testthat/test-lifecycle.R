# Models of every origin on real data: imported ones, and queries of trained
# and of imported references, through files, sessions, Python and training.

kang_folder <- function() {
    folder <- in_root(file.path(
        Sys.getenv("SCVIGOR_REFERENCE", "../shared/reference"), "kang_model"
    ))
    skip_if_not(in_root(dir.exists(folder)), paste("there is no", folder))
    in_root(normalizePath(folder))
}

train_more <- function(model, x, ...) {
    continueTraining(model, x, max_epochs = 2, seed = 1, verbose = FALSE, ...)
}

# list(model, x) of each origin.
models_of_every_origin <- function() {
    folder <- kang_folder()
    kang <- in_root(read_data("kang_ctrl_stim"))
    stim <- kang[, kang$batch == "stim"]
    last <- kang[, kang$sample_id == "stim107"]
    trained <- quick_train(
        kang[, kang$batch == "ctrl"], batch = "batch", labels = "cell_type",
        encode_covariates = TRUE
    )
    imported <- function(name) {
        importScviTools(paste0(folder, "/query_", name, "_reference"))
    }
    learn <- function(reference, x) {
        list(model = train_more(loadQuery(x, reference, seed = 1), x), x = x)
    }
    list(
        imported = list(model = importScviTools(folder, x = kang), x = kang),
        bare = list(model = importScviTools(folder), x = kang),
        query = learn(trained, stim),
        untrained = list(model = loadQuery(stim, trained, seed = 1), x = stim),
        query_of_imported = learn(imported("ctrl_to_stim"), stim),
        query_of_four = learn(imported("three_to_four"), last)
    )
}

# One question to every verb that a model without cells can answer.
answers <- function(model, x) {
    ask <- function(verb, ...) verb(model, x, seed = 1, ...)
    few <- 1:20
    list(
        latentRepresentation(model, x),
        ask(normalizedExpression, subset.col = few),
        ask(posteriorPredictiveSample, subset.col = few),
        ask(likelihoodParameters, subset.col = few),
        ask(featureCorrelation, subset.row = few),
        latentLibrarySize(model, x), ask(elbo), ask(reconstructionError),
        ask(marginalLogLik, n_mc_samples = 2),
        differentialAbundance(model, x, sample = "donor"),
        topMarkers(ask(differentialExpression, groups = "cell_type",
                       n_samples_overall = 200)),
        posteriorPredictiveCheck(model, x, n_samples = 1, seed = 1),
        modelRegistry(model, x), modelOptions(model), trainOptions(model),
        trainingHistory(model), trainingSplit(model)
    )
}

# The same model after a way that it may have gone.
by_file <- function(model) {
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    suppressWarnings(loadSCVI(file))
}
by_rds <- function(model) {
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(model, file)
    readRDS(file)
}

test_that("every verb answers, before and after a file and a new session", {
    for (origin in names(cases <- models_of_every_origin())) {
        model <- cases[[origin]]$model
        x <- cases[[origin]]$x
        before <- answers(model, x)
        expect_equal(answers(by_file(model), x), before, info = origin)
        expect_equal(answers(by_rds(model), x), before, info = origin)
        expect_equal(
            callr::r(function(model, x) {
                library(scvigor)
                latentRepresentation(model, x = x)
            }, list(model, x)), before[[1]], info = origin
        )
        expect_equal(
            modelWeights(train_more(by_file(model), x)),
            modelWeights(train_more(model, x)), info = origin
        )
        learns_library <- !modelOptions(model)$use_observed_lib_size
        if (!learns_library) {
            expect_equal(
                latentRepresentation(minify(unminify(model), x)), before[[1]],
                tolerance = 1e-6, info = origin
            )
        }
    }
})

test_that("further queries map onto each of them", {
    for (origin in names(cases <- models_of_every_origin())) {
        model <- cases[[origin]]$model
        new <- cases[[origin]]$x
        new$batch <- paste0("new_", new$batch)
        new$sample_id <- paste0("new_", new$sample_id)
        mapped <- mapQuery(new, model, max_epochs = 1, seed = 1,
                           verbose = FALSE)
        expect_true(all(is.finite(SingleCellExperiment::reducedDim(mapped))))
        # new batches leave the cells of the old ones where they were
        expect_equal(
            latentRepresentation(scviModel(mapped), x = cases[[origin]]$x),
            latentRepresentation(model, x = cases[[origin]]$x),
            tolerance = 1e-6, info = origin
        )
    }
})

test_that("scvi-tools finds the same latent space with each", {
    python <- Sys.getenv("SCVIGOR_PYTHON")
    skip_if(!nzchar(python), "SCVIGOR_PYTHON names no Python with scvi-tools")
    cases <- models_of_every_origin()
    root_folder <- withr::local_tempdir()
    folders <- file.path(root_folder, names(cases))
    for (k in seq_along(cases)) {
        exportScviTools(cases[[k]]$model, folders[k])
        writeLines(colnames(cases[[k]]$x), file.path(folders[k], "cells.txt"))
    }
    # R's own path would give Python's torch another LibTorch
    withr::local_envvar(LD_LIBRARY_PATH = "")
    script <- file.path(root, "longtests", "read_exported.py")
    data <- in_root(normalizePath(data_path("kang_ctrl_stim")))
    expect_identical(system2(python, shQuote(c(script, data, folders))), 0L)
    for (k in seq_along(cases)) {
        theirs <- as.matrix(utils::read.csv(
            file.path(folders[k], "latent.csv"), header = FALSE
        ))
        ours <- latentRepresentation(cases[[k]]$model, x = cases[[k]]$x)
        expect_lt(max(abs(theirs - ours) / (1 + abs(theirs))), 1e-5,
                  names(cases)[k])
    }
})

test_that("a knitr cache keeps models and objects", {
    skip_if_not_installed("knitr")
    folder <- withr::local_tempdir()
    withr::local_dir(folder)
    writeLines(c(
        "```{r make, cache = TRUE}",
        "made <- file.create(tempfile(tmpdir = '.', fileext = '.made'))",
        "sce <- scvigor::exampleSCE()",
        "run <- scvigor::runSCVI(sce, batch = 'batch', max_epochs = 1,",
        "                        n_hidden = 8, seed = 1, verbose = FALSE)",
        "scvigor::exportScviTools(scvigor::scviModel(run), 'python',",
        "                         overwrite = TRUE)",
        "imported <- scvigor::importScviTools('python', x = sce)",
        "scvigor::saveSCVI(imported, 'model.h5', overwrite = TRUE)",
        "loaded <- scvigor::loadSCVI('model.h5')",
        "```",
        "```{r use}",
        "latent <- lapply(list(run, imported, loaded), function(model)",
        "    scvigor::latentRepresentation(model, x = sce))",
        "elbo <- scvigor::elbo(loaded, x = sce, seed = 1)",
        "```"
    ), "report.Rmd")
    # each in a session of its own
    knit <- function() {
        callr::r(function() {
            library(SingleCellExperiment)
            place <- new.env()
            knitr::knit("report.Rmd", envir = place, quiet = TRUE)
            mget(c("latent", "elbo"), place)
        })
    }
    first <- knit()
    unlink(c("python", "model.h5"), recursive = TRUE)
    expect_identical(knit(), first)
    expect_length(list.files(pattern = "made$"), 1)
})
