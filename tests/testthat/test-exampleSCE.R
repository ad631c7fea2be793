test_that("the example data are small, named and repeatable", {
    sce <- withr::with_seed(1, exampleSCE(20, 30, 3))
    expect_identical(dim(sce), c(20L, 30L))
    expect_setequal(sce$batch, paste0("batch_", 1:3))
    expect_s4_class(SummarizedExperiment::assay(sce), "dgCMatrix")
    expect_identical(withr::with_seed(1, exampleSCE(20, 30, 3)), sce)
    expect_argument_error(exampleSCE(n_genes = 1), "n_genes")
})

test_that("scVI finds the cell types of the example data", {
    sce <- withr::with_seed(1, exampleSCE(n_cells = 400))
    model <- trainSCVI(sce, batch = "batch", max_epochs = 60, seed = 1)
    latent <- latentRepresentation(model)
    clusters <- withr::with_seed(1, kmeans(latent, 3, nstart = 10)$cluster)
    agreement <- table(clusters, sce$cell_type)
    expect_gt(sum(apply(agreement, 1, max)) / ncol(sce), 0.9)
})
