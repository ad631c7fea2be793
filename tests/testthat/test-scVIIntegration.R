# Against runSCVI() on a Seurat object with the same options.

v5_object <- function() {
    skip_if_not_installed("SeuratObject", "5.0.0")
    sce <- exampleIFNB()[1:150, seq(1, 1556, by = 8)]
    object <- SeuratObject::CreateSeuratObject(
        SingleCellExperiment::counts(sce),
        meta.data = as.data.frame(SummarizedExperiment::colData(sce))
    )
    object$stimulus <- as.character(object$stimulus)
    object[["RNA"]] <- split(object[["RNA"]], f = object$stimulus)
    object
}
quick_integration <- function(object, ...) {
    scVIIntegration(object, ..., max_epochs = 1, n_latent = 5, n_hidden = 16,
                    seed = 1, verbose = FALSE)
}
embeddings <- function(reduction) {
    unname(SeuratObject::Embeddings(reduction))
}

test_that("the latent space is that of runSCVI() bit for bit", {
    object <- v5_object()
    expected <- quick_run(object, batch = "stimulus")
    # IntegrateLayers() may pass a promise that fails
    found <- quick_integration(
        object[["RNA"]], orig = stop("not to be used"), assay = "RNA",
        layers = c("data.ctrl", "data.stim"), scale.layer = NULL
    )
    expect_named(found, "scvi")
    expect_s4_class(found$scvi, "DimReduc")
    expect_identical(embeddings(found$scvi), embeddings(expected[["scvi"]]))
    expect_identical(rownames(SeuratObject::Embeddings(found$scvi)),
                     colnames(object))
    some <- rownames(object)[c(5, 90, 11:60)]
    expect_identical(
        embeddings(quick_integration(object[["RNA"]], features = some)$scvi),
        embeddings(quick_run(object, batch = "stimulus",
                             features = some)[["scvi"]])
    )
})

test_that("the model comes back and verbs find it", {
    object <- v5_object()
    object[["a"]] <- quick_integration(
        object[["RNA"]], assay = "RNA", new.reduction = "a"
    )[["a"]]
    expect_s4_class(scviModel(object, "a"), "SCVIModel")
    expect_equal(modelOptions(object)$n_batch, 2)
    expected <- quick_run(object, batch = "stimulus")
    expect_equal(elbo(object, name = "a", seed = 1),
                 elbo(expected, name = "scvi", seed = 1))
})

test_that("Seurat's IntegrateLayers() calls it", {
    object <- v5_object()
    skip_if_not_installed("Seurat", "5.0.0")
    object <- Seurat::NormalizeData(object, verbose = FALSE)
    genes <- rownames(object)[1:100]
    # which IntegrateLayers() asks for itself
    object <- Seurat::ScaleData(object, features = genes, verbose = FALSE)
    integrated <- suppressWarnings(Seurat::IntegrateLayers(
        object, method = scVIIntegration, orig.reduction = NULL,
        new.reduction = "integrated.scvi", features = genes, verbose = FALSE,
        max_epochs = 1, n_latent = 5, n_hidden = 16, seed = 1
    ))
    expected <- quick_run(object, batch = "stimulus", features = genes)
    expect_identical(embeddings(integrated[["integrated.scvi"]]),
                     embeddings(expected[["scvi"]]))
})

test_that("covariates are found by the names of the cells", {
    object <- v5_object()
    donor <- object[["donor"]]
    shuffled <- donor[rev(seq_len(nrow(donor))), , drop = FALSE]
    expected <- quick_run(object, batch = "stimulus",
                          categorical_covariates = "donor")
    expect_identical(
        embeddings(quick_integration(
            object[["RNA"]], categorical_covariates = shuffled
        )$scvi),
        embeddings(expected[["scvi"]])
    )
    batch <- setNames(as.character(object$sample), colnames(object))
    expect_identical(
        embeddings(quick_integration(object[["RNA"]], batch = rev(batch))$scvi),
        embeddings(quick_run(object, batch = "sample")[["scvi"]])
    )
})

test_that("messages of runSCVI() offer layers and variable genes", {
    object <- v5_object()
    expect_message(quick_run(object), "`batch = \"stimulus\"`")
    expect_no_message(quick_run(object, batch = "stimulus"))
})

test_that("arguments of SeuratWrappers are understood with one message", {
    given <- list(conda_env = "a", ndims = 30, nlayers = 2, lr = 0.1)
    expect_message(
        found <- scvigor:::.without_old_arguments(given), "SeuratWrappers"
    )
    expect_identical(found, list(lr = 0.1, n_latent = 30, n_layers = 2))
    expect_no_message(scvigor:::.without_old_arguments(list(lr = 1)))
})

test_that("mistakes are errors in words", {
    expect_argument_error(scVIIntegration(), "object")
    expect_argument_error(scVIIntegration(1), "object", "IntegrateLayers")
    object <- v5_object()
    assay <- object[["RNA"]]
    expect_argument_error(scVIIntegration(object), "object", "runSCVI")
    expect_argument_error(scVIIntegration(assay, layers = "data.c"), "layers",
                          "counts.ctrl")
    expect_argument_error(scVIIntegration(assay, layers = 1), "layers")
    expect_argument_error(scVIIntegration(assay, layers = "data.ctrl"),
                          "layers", "split")
    expect_argument_error(scVIIntegration(assay, max_epoch = 1), "max_epoch",
                          "`max_epochs`")
    expect_argument_error(scVIIntegration(assay, new.reduction = ""),
                          "new.reduction")
    expect_argument_error(quick_integration(assay, features = "x"),
                          "subset.row")
    joined <- SeuratObject::JoinLayers(assay)
    expect_argument_error(scVIIntegration(joined), "layers", "split")
})
