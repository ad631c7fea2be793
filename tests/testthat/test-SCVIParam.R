sce <- toy_sce(20, per_batch = 40)
param <- SCVIParam(max_epochs = 1, n_latent = 5, n_hidden = 16, seed = 1,
                   verbose = FALSE)
correct <- function(..., PARAM = param) {
    scvigor:::.correct_batches(..., PARAM = PARAM)
}
batch_of <- split(seq_len(ncol(sce)), sce$batch)

test_that("one object is corrected by its batches", {
    result <- correct(sce, batch = sce$batch, assay.type = "logcounts")
    expect_identical(dimnames(result), dimnames(sce))
    expect_identical(result$batch, sce$batch)
    expect_identical(SummarizedExperiment::assayNames(result), "corrected")
    model <- quick_train(sce, batch = "batch")
    expect_identical(modelWeights(result), modelWeights(model))
    latent <- SingleCellExperiment::reducedDim(result, "corrected")
    expect_equal(latent, latentRepresentation(model), tolerance = 1e-6)
    expected <- normalizedExpression(
        model, sce, library_size = 1e4, transform_batch = unique(sce$batch),
        seed = 1
    )
    expect_equal(SummarizedExperiment::assay(result), log2(expected + 1),
                 tolerance = 1e-5)
})

test_that("objects are the batches, in lists too", {
    parts <- lapply(batch_of, function(cells) sce[, cells])
    one <- correct(sce, batch = sce$batch)
    several <- correct(parts)
    expect_identical(several$batch, sce$batch)
    expect_equal(
        SingleCellExperiment::reducedDim(several),
        SingleCellExperiment::reducedDim(one), tolerance = 1e-6
    )
    matrices <- lapply(unname(parts), SummarizedExperiment::assay)
    plain <- do.call(correct, matrices)
    expect_identical(plain$batch,
                     as.character(match(sce$batch, names(batch_of))))
    expect_equal(
        SummarizedExperiment::assay(plain), SummarizedExperiment::assay(one),
        tolerance = 1e-6
    )
})

test_that("the model is trained on the cells of `restrict` alone", {
    half <- list(seq_len(20), 21:40)
    parts <- lapply(unname(batch_of[1:2]), function(cells) sce[, cells])
    result <- correct(parts[[1]], parts[[2]], restrict = half)
    chosen <- c(batch_of[[1]][1:20], batch_of[[2]][21:40])
    model <- quick_train(sce[, chosen], batch = "batch")
    expect_identical(
        unname(modelWeights(result)[[1]]), unname(modelWeights(model)[[1]])
    )
    expect_equal(ncol(result), 80)
    expect_true(all(is.finite(SingleCellExperiment::reducedDim(result))))
    expect_argument_error(
        correct(parts[[1]], parts[[2]], restrict = half[1]), "restrict"
    )
})

test_that("genes, assays and bad arguments", {
    genes <- rownames(sce)[c(9, 3:7)]
    result <- correct(sce, batch = sce$batch, subset.row = genes)
    expect_identical(rownames(result), genes)
    expect_argument_error(
        correct(sce, batch = sce$batch, subset.row = genes,
                correct.all = TRUE),
        "correct.all"
    )
    expect_argument_error(correct(sce), "batch", "Give")
    expect_argument_error(correct(), "...")
    expect_argument_error(
        correct(sce, batch = sce$batch, assay.type = "raw"), "assay.type"
    )
    SummarizedExperiment::assayNames(sce) <- "raw"
    named <- SCVIParam(max_epochs = 1, n_hidden = 16, assay.type = "raw",
                       verbose = FALSE)
    expect_identical(
        dim(correct(sce, batch = sce$batch, assay.type = "logcounts",
                    PARAM = named)),
        dim(sce)
    )
    expect_argument_error(SCVIParam(n_latents = 3), "n_latents", "n_latent")
    expect_argument_error(SCVIParam(batch = "a"), "batch")
    expect_argument_error(SCVIParam(3), "...")
    expect_output(print(param), "max_epochs = 1")
    expect_output(print(SCVIParam()), "trainSCVI(...)", fixed = TRUE)
})

# The interface of batchelor in a package of that name.
stand_in <- function(library) {
    folder <- withr::local_tempdir()
    source <- file.path(folder, "batchelor")
    dir.create(file.path(source, "R"), recursive = TRUE)
    writeLines(c("Package: batchelor", "Version: 0.0.1", "Title: Stand-in",
                 "License: MIT", "Imports: methods"),
               file.path(source, "DESCRIPTION"))
    writeLines(c("import(methods)", "export(batchCorrect)",
                 "exportMethods(batchCorrect)"),
               file.path(source, "NAMESPACE"))
    writeLines(c(
        "setGeneric('batchCorrect', function(..., batch = NULL,",
        "    restrict = NULL, subset.row = NULL, correct.all = FALSE,",
        "    assay.type = NULL, PARAM) standardGeneric('batchCorrect'),",
        "    signature = 'PARAM')"
    ), file.path(source, "R", "generic.R"))
    callr::rcmd("INSTALL", c("--no-test-load", "-l", library, source),
                fail_on_status = TRUE)
}

test_that("batchCorrect() finds the method, whichever package comes first", {
    skip_if_not_installed("callr")
    library <- withr::local_tempdir()
    stand_in(library)
    for (first in c("scvigor", "batchelor")) {
        found <- callr::r(function(first, sce) {
            for (package in unique(c(first, "scvigor", "batchelor"))) {
                loadNamespace(package)
            }
            result <- batchelor::batchCorrect(
                sce, batch = sce$batch, assay.type = "logcounts",
                PARAM = scvigor::SCVIParam(max_epochs = 1, n_hidden = 16)
            )
            dim(result)
        }, list(first, sce), libpath = c(library, .libPaths()))
        expect_identical(found, dim(sce))
    }
})

test_that("the real correctExperiments() keeps counts and columns", {
    skip_if_not_installed("batchelor")
    parts <- lapply(unname(batch_of), function(cells) sce[, cells])
    result <- batchelor::correctExperiments(
        parts[[1]], parts[[2]], PARAM = param
    )
    expect_setequal(SummarizedExperiment::assayNames(result),
                    c("corrected", "counts"))
    expect_identical(result$labels, sce$labels[unlist(batch_of[1:2])])
})
