sce <- toy_sce(30, per_batch = 60)
model <- quick_train(
    sce, batch = "batch", labels = "labels", max_epochs = 2,
    categorical_covariates = c("cat1", "cat2"),
    continuous_covariates = "cont1", check_val_every_n_epoch = 1
)

save_to_temporary <- function(object, ..., envir = parent.frame()) {
    file <- withr::local_tempfile(fileext = ".h5", .local_envir = envir)
    saveSCVI(object, file, ...)
    file
}

expect_same_model <- function(found, expected) {
    parts <- setdiff(slotNames("SCVIModel"), "cache")
    for (part in parts) {
        expect_identical(slot(found, part), slot(expected, part))
    }
}

test_that("SL01 a saved model comes back with all that it holds", {
    file <- save_to_temporary(model)
    loaded <- loadSCVI(file)
    expect_same_model(loaded, model)
    expect_identical(
        latentRepresentation(loaded), latentRepresentation(model)
    )
    expect_identical(trainingSplit(loaded), trainingSplit(model))
    expect_identical(
        elbo(loaded, sce, seed = 1), elbo(model, sce, seed = 1)
    )
    expect_identical(
        capture.output(print(loaded)), capture.output(print(model))
    )
})

test_that("SL01 data can be saved with it, and are read from the same file", {
    file <- save_to_temporary(model, x = sce)
    data <- readCounts(file)
    expect_identical(
        SingleCellExperiment::counts(data), SingleCellExperiment::counts(sce)
    )
    expect_setequal(
        colnames(SummarizedExperiment::colData(data)),
        c("batch", "labels", "cat1", "cat2", "cont1")
    )
    expect_identical(as.character(data$batch), sce$batch)
    expect_equal(data$cont1, sce$cont1)
    loaded <- loadSCVI(file, x = data)
    expect_same_model(loaded, model)
    expect_identical(
        elbo(loaded, data, seed = 1), elbo(model, sce, seed = 1)
    )
    # covariates given by value have no column of their own
    plain <- quick_train(
        SingleCellExperiment::counts(sce), batch = sce$batch
    )
    file <- save_to_temporary(plain, x = SingleCellExperiment::counts(sce))
    expect_identical(as.character(readCounts(file)$batch), sce$batch)
})

test_that("SL01 loaded with the original or fresh data, it is about these", {
    file <- save_to_temporary(model)
    expect_same_model(loadSCVI(file, x = sce), model)
    fresh <- toy_sce(30, per_batch = 40, seed = 5)
    loaded <- loadSCVI(file, x = fresh)
    expect_equal(
        latentRepresentation(loaded), latentRepresentation(model, x = fresh)
    )
    expect_identical(lengths(trainingSplit(loaded)),
                     c(train = 0L, validation = 0L, test = 0L))
    expect_identical(modelWeights(loaded), modelWeights(model))
    further <- continueTraining(
        loaded, fresh, max_epochs = 1, seed = 1, verbose = FALSE
    )
    expect_equal(trainingHistory(further)$epoch, 1:3)
    expect_equal(sum(lengths(trainingSplit(further))), 80)
})

test_that("SL01 the stored set-up shows without loading, verbs take paths", {
    file <- save_to_temporary(model)
    expect_identical(modelRegistry(file), modelRegistry(model))
    expect_identical(modelOptions(file), modelOptions(model))
    expect_output(print(scviModel(file)), "2 batches")
    expect_identical(latentRepresentation(file), latentRepresentation(model))
    expect_identical(elbo(file, sce, seed = 1), elbo(model, sce, seed = 1))
    expect_argument_error(elbo(file), "x", "needs the counts")
    expect_error(
        modelRegistry("no such file"), "There is no file",
        class = "scvigor_file_error"
    )
})

test_that("SL02 genes and levels are compared with the data", {
    file <- save_to_temporary(model)
    expect_argument_error(
        loadSCVI(file, toy_sce(60, per_batch = 60)), "x", "60 genes"
    )
    renamed <- sce
    renamed$batch <- paste0("other_", renamed$batch)
    expect_argument_error(loadSCVI(file, renamed), "batch", "other_batch_0")
    renamed <- sce
    rownames(renamed) <- paste0("other_", rownames(renamed))
    expect_argument_error(loadSCVI(file, renamed), "x", "lacks 30")
    renamed <- sce
    renamed$cat2[3] <- 9
    expect_argument_error(
        loadSCVI(file, renamed), "categorical_covariates", "\"9\""
    )
    counts <- unname(toy_counts(60, 120))
    plain <- save_to_temporary(quick_train(counts[1:30, ]))
    expect_argument_error(loadSCVI(plain, counts), "x", "60 genes without")
    # a model of chosen genes may be given all
    chosen <- quick_train(sce, batch = "batch", subset.row = 1:20)
    expect_same_model(loadSCVI(save_to_temporary(chosen), sce), chosen)
})

test_that("SL04 without cells there is a warning, and verbs read new data", {
    file <- save_to_temporary(unminify(model))
    expect_warning(
        loaded <- loadSCVI(file), "without its cells",
        class = "scvigor_warning"
    )
    expect_same_model(loaded, unminify(model))
    expect_equal(
        latentRepresentation(loaded, x = sce), latentRepresentation(model)
    )
    expect_argument_error(latentRepresentation(loaded), "x", "keeps no cells")
    expect_warning(loadSCVI(save_to_temporary(model)), NA)
    expect_warning(loadSCVI(file, sce), NA)
})

test_that("SL05 the history is restored, and continues with training", {
    loaded <- loadSCVI(save_to_temporary(model))
    expect_identical(trainingHistory(loaded), trainingHistory(model))
    further <- function(model) {
        continueTraining(
            model, sce, max_epochs = 1, seed = 3, verbose = FALSE
        )
    }
    expect_identical(trainingHistory(further(loaded))$epoch, c(1:2, 3L))
    expect_identical(
        modelWeights(further(loaded)), modelWeights(further(model))
    )
})

test_that("SL07 another session loads the file", {
    skip_if_not_installed("callr")
    file <- save_to_temporary(model)
    latent <- callr::r(function(file) {
        scvigor::latentRepresentation(scvigor::loadSCVI(file))
    }, list(file = file))
    expect_identical(latent, latentRepresentation(model))
})

test_that("SL08 a loaded model lives without its file and without the first", {
    file <- save_to_temporary(model)
    loaded <- list(deep = list(loadSCVI(file)))
    unlink(file)
    again <- unserialize(serialize(loaded, NULL))$deep[[1]]
    rm(loaded)
    gc()
    expect_identical(modelWeights(again), modelWeights(model))
    expect_identical(
        latentRepresentation(again, x = sce),
        latentRepresentation(model, x = sce)
    )
})

test_that("SL09 what a run holds is kept, whatever its device or kind", {
    marked <- model
    marked@run$frozen <- list(names = c("a", NA), mask = array(TRUE, c(2, 3)))
    marked@run$device <- "cuda"
    loaded <- loadSCVI(save_to_temporary(marked))
    expect_identical(loaded@run, marked@run)
    expect_identical(
        latentRepresentation(loaded, x = sce, accelerator = "cpu"),
        latentRepresentation(model, x = sce, accelerator = "cpu")
    )
})

# What a release wrote that knew fewer options and parts.
older_file <- function(parts, envir = parent.frame()) {
    file <- withr::local_tempfile(fileext = ".h5", .local_envir = envir)
    scvigor:::write_model_file(file, parts, list(), "scvigor 0.1", TRUE)
    file
}

test_that("SL09 a file of an older release loads", {
    parts <- lapply(scvigor:::.slots_of(model), scvigor:::.pack_value)
    late <- c("precision", "decoder", "linear_decoder_bias",
              "var_activation")
    parts$options[late] <- NULL
    parts$train_options["gradient_clip_val"] <- NULL
    parts$registry$n_genes_given <- NULL
    parts$of_another_release <- list(something = "else")
    loaded <- loadSCVI(older_file(parts))
    expect_setequal(names(modelOptions(loaded)), names(modelOptions(model)))
    expect_identical(
        modelOptions(loaded)[names(modelOptions(model))], modelOptions(model)
    )
    expect_identical(
        latentRepresentation(loaded, x = sce),
        latentRepresentation(model, x = sce)
    )
    expect_argument_error(
        loadSCVI(older_file(parts), sce[1:20, ]), "x", "lacks 10"
    )
    bare <- parts[c("options", "weights", "genes", "registry")]
    loaded <- suppressWarnings(loadSCVI(older_file(bare)))
    expect_equal(
        latentRepresentation(loaded, x = sce), latentRepresentation(model)
    )
    expect_output(print(loaded), "SCVIModel")
})

test_that("files that hold no model of use are errors that say so", {
    parts <- lapply(scvigor:::.slots_of(model), scvigor:::.pack_value)
    expect_bad <- function(change, regexp) {
        file <- older_file(change(parts))
        expect_error(loadSCVI(file), regexp, class = "scvigor_file_error")
    }
    without <- function(name) function(parts) parts[names(parts) != name]
    for (name in c("options", "weights", "genes", "registry")) {
        expect_bad(without(name), name)
    }
    changed <- function(...) function(parts) modifyList(parts, list(...))
    expect_bad(changed(options = list(from_the_future = 1)), "unknown option")
    expect_bad(changed(options = list(n_latent = "5")), "n_latent|posterior")
    expect_bad(changed(genes = letters), "slot `genes` has length 26")
    expect_bad(changed(weights = list(px_r = 1:3)), "px_r")
    expect_bad(changed(posterior = list(mean = matrix(0, 2, 5))),
               "slot `posterior`")
    expect_bad(changed(codes = list(batch = 1:3)), "slot `codes`")
    expect_bad(changed(codes = list(batch = rep(7L, 120))), "slot `codes`")
    expect_bad(changed(cells = "one"), "slot `cells`")
    expect_bad(changed(split = list(train = 1000L)), "split")
})

test_that("damaged files are errors or models, and leave R alone", {
    file <- save_to_temporary(model, x = sce)
    bytes <- readBin(file, "raw", file.size(file))
    outcome <- vapply(seq_len(30), function(k) {
        writeBin(damaged_bytes(bytes, k), file)
        tryCatch(
            class(loadSCVI(file))[1],
            error = function(condition) class(condition)[1],
            warning = function(condition) class(condition)[1]
        )
    }, "")
    expect_true(all(outcome %in% c(
        "scvigor_file_error", "SCVIModel", "scvigor_warning"
    )))
    expect_gt(sum(outcome == "scvigor_file_error"), 15)
})

test_that("SL01 what cannot be written leaves the old file and no other", {
    folder <- withr::local_tempdir()
    file <- file.path(folder, "model.h5")
    saveSCVI(model, file)
    before <- tools::md5sum(file)
    below <- file.path(file, "below.h5")
    expect_argument_error(saveSCVI(model, below), "path", "is a file")
    expect_error(
        scvigor:::write_model_file(below, list(1), list(), "a test", TRUE),
        "Cannot write .*below.h5\": Not a directory",
        class = "scvigor_file_error"
    )
    expect_argument_error(exportScviTools(model, file), "dir", "a file has")
    expect_identical(tools::md5sum(file), before)
    expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE),
                     "model.h5")
})

test_that("saving and loading check their arguments", {
    folder <- withr::local_tempdir()
    file <- file.path(folder, "model.h5")
    saveSCVI(model, file)
    for (wrong in list(NULL, NA_character_, c("a", "b"), 1, "")) {
        expect_argument_error(saveSCVI(model, wrong), "path", "path of one")
        expect_argument_error(loadSCVI(wrong), "path", "path of one")
    }
    expect_argument_error(saveSCVI(path = file), "object", "Give a model")
    expect_argument_error(saveSCVI(model), "path", "Give the path")
    expect_argument_error(loadSCVI(), "path", "Give the path")
    before <- tools::md5sum(file)
    expect_argument_error(saveSCVI(model, file), "path", "overwrite = TRUE")
    expect_identical(tools::md5sum(file), before)
    expect_invisible(saveSCVI(model, file, overwrite = TRUE))
    expect_identical(list.files(folder), "model.h5")
    expect_argument_error(saveSCVI(model, folder), "path", "is a folder")
    expect_argument_error(
        saveSCVI(model, file.path(folder, "none", "x.h5")), "path",
        "does not exist"
    )
    expect_argument_error(
        saveSCVI(model, file, overwrite = NA), "overwrite"
    )
    expect_argument_error(saveSCVI(sce, file, overwrite = TRUE), "object")
    expect_argument_error(
        saveSCVI(model, file, x = sce[, 1:5], overwrite = TRUE), "x",
        "5 cells"
    )
    expect_argument_error(
        saveSCVI(model, file, overwrit = TRUE), "overwrit", "`overwrite`"
    )
    expect_argument_error(
        saveSCVI(model, file, x = sce, bach = 1, overwrite = TRUE), "bach"
    )
    expect_argument_error(loadSCVI(file, bach = "batch"), "bach")
    expect_argument_error(loadSCVI(file, 7), "x", "must be a matrix")
    expect_argument_error(
        saveSCVI(quick_run(sce), file, name = "no", overwrite = TRUE), "name"
    )
    expect_error(
        loadSCVI(file.path(folder, "nothing.h5")), "There is no file",
        class = "scvigor_file_error"
    )
    expect_error(loadSCVI(folder), "directory", class = "scvigor_file_error")
    expect_same_model(loadSCVI(file), model)
})

test_that("an object of runSCVI() saves its model", {
    result <- quick_run(sce, batch = "batch")
    file <- save_to_temporary(result, x = result)
    expect_same_model(loadSCVI(file, x = result), scviModel(result))
})
