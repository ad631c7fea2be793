suppressPackageStartupMessages(library(SingleCellExperiment))
sce <- toy_sce(30, per_batch = 60)
model <- quick_train(sce, batch = "batch")

test_that("an object gets a model that was made elsewhere", {
    expected <- quick_run(sce, batch = "batch")
    given <- sce
    scviModel(given) <- model
    expect_identical(modelWeights(given), modelWeights(model))
    expect_identical(reducedDim(given, "scVI"), reducedDim(expected, "scVI"))
    expect_equal(elbo(given, seed = 1), elbo(expected, seed = 1))
    # other cells get their place
    some <- sce[, c(70, 3, 9)]
    assay(some)[1, ] <- 5
    scviModel(some, "atlas") <- model
    expect_identical(reducedDimNames(some), "atlas")
    expect_identical(
        reducedDim(some, "atlas"), latentRepresentation(model, x = some)
    )
    # a SummarizedExperiment becomes a SingleCellExperiment
    se <- as(sce, "SummarizedExperiment")
    scviModel(se) <- model
    expect_s4_class(se, "SingleCellExperiment")
})

test_that("the value may be a path or an object; NULL takes it away", {
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, path)
    given <- sce
    scviModel(given) <- path
    expect_identical(modelWeights(given), modelWeights(model))
    other <- sce
    expect_no_warning(scviModel(other, "scVI") <- given)
    expect_no_warning(scviModel(other, "scVI") <- given)
    scviModel(other) <- NULL
    expect_identical(reducedDimNames(other), character())
    expect_null(metadata(other)$scvigor)
    expect_argument_error(scviModel(other) <- NULL, "object")
    renamed <- sce
    colData(renamed)$lane <- renamed$batch
    renamed$batch <- NULL
    scviModel(renamed, batch = "lane") <- model
    expect_equal(reducedDim(renamed, "scVI"), reducedDim(given, "scVI"))
})

test_that("a Seurat object gets a reduction", {
    skip_if_not_installed("SeuratObject")
    counts <- assay(sce)
    rownames(counts) <- sub("_", "-", rownames(counts))
    object <- SeuratObject::CreateSeuratObject(counts)
    object$batch <- sce$batch
    fitted <- quick_train(counts, batch = sce$batch)
    scviModel(object, batch = "batch") <- fitted
    expect_s4_class(scviModel(object), "SCVIModel")
    expect_equal(
        unname(SeuratObject::Embeddings(object[["scvi"]])),
        unname(latentRepresentation(fitted)), tolerance = 1e-6
    )
    scviModel(object) <- NULL
    expect_length(SeuratObject::Reductions(object), 0)
})

test_that("mistakes are errors in words", {
    given <- sce
    expect_argument_error(scviModel(given) <- 3, "value")
    expect_argument_error(scviModel(given) <- "nowhere.h5", "value", "nowhere")
    expect_argument_error(scviModel(given) <- sce, "value")
    expect_argument_error(scviModel(given, 1) <- model, "name")
    expect_argument_error(
        scviModel(given, batches = "a") <- model, "batches", "`batch`"
    )
    matrix <- assay(sce)
    expect_argument_error(scviModel(matrix) <- model, "x", "dgCMatrix")
    rownames(given) <- paste0("other", seq_len(nrow(given)))
    expect_error(scviModel(given) <- model, class = "scvigor_argument_error")
    reducedDim(sce, "PCA") <- matrix(1, ncol(sce), 2)
    expect_warning(scviModel(sce, "PCA") <- model, "\"PCA\" already")
})
