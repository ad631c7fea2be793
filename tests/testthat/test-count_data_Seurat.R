seurat_object <- function(n_genes = 20, per_batch = 50) {
    skip_if_not_installed("SeuratObject")
    counts <- as(toy_counts(n_genes, 2 * per_batch), "dgCMatrix")
    # Seurat replaces underscores in the names of genes
    rownames(counts) <- sub("_", "", rownames(counts))
    object <- SeuratObject::CreateSeuratObject(counts)
    object$batch <- rep(c("batch_0", "batch_1"), each = per_batch)
    object
}

seurat_matrix <- function(object) {
    scvigor:::.count_data(object)$counts
}

test_that("IC15 the latent space is a reduction with key, assay and stdev", {
    object <- seurat_object()
    result <- quick_run(object, batch = "batch")
    reduction <- result[["scvi"]]
    expect_identical(SeuratObject::Key(reduction), "scvi_")
    expect_identical(SeuratObject::DefaultAssay(reduction), "RNA")
    latent <- SeuratObject::Embeddings(reduction)
    expect_identical(
        dimnames(latent), list(colnames(object), paste0("scvi_", 1:5))
    )
    expect_equal(SeuratObject::Stdev(reduction),
                 unname(apply(latent, 2, sd)))
    model <- quick_train(seurat_matrix(object), batch = object$batch)
    expect_identical(unname(latent), unname(latentRepresentation(model)))
    expect_s4_class(scviModel(result), "SCVIModel")
})

test_that("DS09 nothing else in a Seurat object changes", {
    object <- seurat_object()
    before <- object
    result <- quick_run(object, batch = "batch")
    expect_identical(object, before)
    result[["scvi"]] <- NULL
    expect_length(SeuratObject::Reductions(result), 0)
    expect_identical(result[[]], before[[]])
    expect_identical(seurat_matrix(result), seurat_matrix(before))
})

test_that("verbs on a Seurat object use its own cells", {
    result <- quick_run(seurat_object(), batch = "batch")
    latent <- SeuratObject::Embeddings(result[["scvi"]])
    expect_equal(unname(latentRepresentation(result)), unname(latent),
                 tolerance = 1e-6)
    some <- result[, 10:1]
    expect_equal(
        unname(latentRepresentation(some)),
        unname(latent[colnames(some), ]), tolerance = 1e-6
    )
    expect_true(is.finite(elbo(result)))
    expect_identical(dim(normalizedExpression(result)), c(20L, 100L))
    expect_argument_error(scviModel(seurat_object()), "object")
})

test_that("names, assays and columns that are not there", {
    object <- seurat_object()
    expect_argument_error(quick_run(object, assay = "ADT"), "assay",
                          "\"RNA\"")
    expect_argument_error(quick_run(object, batch = "lane"), "batch",
                          "\"lane\"")
    expect_argument_error(quick_run(object, assay.type = "spliced"),
                          "assay.type")
    result <- quick_run(object)
    expect_warning(quick_run(result), "\"scvi\" already")
    second <- quick_run(result, batch = "batch", name = "scvi_batch")
    expect_identical(SeuratObject::Key(second[["scvi_batch"]]),
                     "scvibatch_")
    expect_equal(modelOptions(second)$n_batch, 1)
})

test_that("IC18 layers are found and joined by the names of the cells", {
    known <- c("counts.1", "counts.2", "data", "countsX")
    expect_identical(scvigor:::.matching_layers("counts", known),
                     c("counts.1", "counts.2"))
    expect_identical(scvigor:::.matching_layers("data", known), "data")
    counts <- as(toy_counts(10, 8), "dgCMatrix")
    first <- counts[1:9, c(7, 1, 3, 5)]
    second <- counts[c(10, 2:9), c(2, 4, 6, 8)]
    joined <- scvigor:::.join_layers(
        list(first, second), rownames(counts), colnames(counts), "Layer"
    )
    expected <- as.matrix(counts)
    expected[10, c(7, 1, 3, 5)] <- 0
    expected[1, c(2, 4, 6, 8)] <- 0
    expect_identical(as.matrix(joined), expected)
    expect_argument_error(
        scvigor:::.join_layers(list(first), rownames(counts),
                               colnames(counts), "Layer"),
        "assay.type", "4 cells"
    )
})

test_that("Assay5 layers are read through SeuratObject 5", {
    skip_if_not_installed("SeuratObject", "5.0.0")
    counts <- as(toy_counts(10, 100), "dgCMatrix")
    rownames(counts) <- sub("_", "", rownames(counts))
    object <- SeuratObject::CreateSeuratObject(
        list(a = counts[, 1:50], b = counts[, 51:100])
    )
    found <- scvigor:::.count_data(object)$counts
    expect_equal(as.matrix(found)[rownames(counts), colnames(counts)],
                 as.matrix(counts))
})

test_that("an assay of SeuratObject 4 is read by every release", {
    object <- seurat_object()
    counts <- 2 * seurat_matrix(object)
    object[["OLD"]] <- SeuratObject::CreateAssayObject(counts, key = "old_")
    SeuratObject::DefaultAssay(object) <- "OLD"
    expect_identical(as.matrix(seurat_matrix(object)), as.matrix(counts))
    expect_argument_error(quick_run(object, assay.type = "scale.data"),
                          "assay.type")
    latent <- quick_run(object)[["scvi"]]
    expect_identical(dim(SeuratObject::Embeddings(latent)), c(100L, 5L))
})

test_that("a Seurat object is trained further, alone or in a list", {
    object <- seurat_object()
    result <- quick_run(object, batch = "batch")
    longer <- continueTraining(result, max_epochs = 1, seed = 2,
                               verbose = FALSE)
    expect_equal(trainingHistory(longer)$epoch, 1:2)
    latent <- SeuratObject::Embeddings(longer[["scvi"]])
    expect_identical(unname(latent), unname(latentRepresentation(longer)))
    halves <- list(batch_0 = object[, 1:50], batch_1 = object[, 51:100])
    expect_identical(
        modelWeights(quick_train(halves)), modelWeights(result)
    )
})

test_that("variable genes are used if asked for, else offered", {
    object <- seurat_object()
    expect_no_message(quick_run(object, batch = "batch"))
    expect_argument_error(quick_run(object, features = "variable"),
                          "features", "FindVariableFeatures")
    genes <- rownames(object)[c(14, 2, 19, 11, 3:10)]
    SeuratObject::VariableFeatures(object) <- genes
    expect_message(all <- quick_run(object), "12 variable genes")
    expect_no_message(found <- quick_run(object, features = "variable"))
    genes_of <- function(x) methods::slot(scviModel(x), "genes")
    expect_identical(genes_of(found), genes)
    expect_identical(genes_of(all), rownames(object))
    expect_no_message(quick_run(object, features = "all"))
    expect_identical(genes_of(quick_run(object, features = genes[-1])),
                     genes[-1])
    expect_argument_error(
        quick_run(object, features = "variable", subset.row = 1:3),
        "features", "not both"
    )
    expect_argument_error(quick_run(object, features = "gene99"),
                          "subset.row", "gene99")
})
