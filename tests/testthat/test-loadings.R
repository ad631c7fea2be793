sce <- toy_sce(30, per_batch = 100)

# The weights of the linear decoder as scvi-tools names them.
expected_loadings <- function(model, n_latent) {
    weights <- modelWeights(model)
    layer <- "decoder.factor_regressor.fc_layers.Layer 0."
    part <- function(name) weights[[paste0(layer, name)]]
    scale <- as.vector(part("1.weight") / sqrt(part("1.running_var") + 1e-3))
    part("0.weight")[, seq_len(n_latent)] * scale
}

test_that("IV09 loadings are genes x latent, with or without batches", {
    for (batch in list(NULL, "batch")) {
        model <- quick_train(sce, batch = batch, decoder = "linear",
                             max_epochs = 3)
        found <- loadings(model)
        expect_identical(dim(found), c(30L, 5L))
        expect_identical(rownames(found), rownames(sce))
        expect_identical(colnames(found),
                         colnames(latentRepresentation(model)))
        expect_equal(unname(found), expected_loadings(model, 5),
                     tolerance = 1e-6)
    }
})

test_that("objects with a model have its loadings", {
    with_model <- quick_run(sce, decoder = "linear")
    expect_identical(loadings(with_model), loadings(scviModel(with_model)))
    expect_argument_error(loadings(with_model, name = "other"), "name")
    skip_if_not_installed("SeuratObject")
    seurat <- quick_run(
        SeuratObject::CreateSeuratObject(SummarizedExperiment::assay(sce)),
        decoder = "linear"
    ) |> suppressWarnings()
    expect_identical(dim(loadings(seurat)), c(30L, 5L))
})

test_that("other decoders have no loadings", {
    expect_argument_error(loadings(quick_train(sce)), "object",
                          "decoder = \"linear\"")
    expect_argument_error(loadings(sce), "object", "runSCVI")
})

test_that("loadings() still serves what it serves in stats", {
    components <- stats::princomp(datasets::USArrests)
    expect_identical(loadings(components), stats::loadings(components))
})
