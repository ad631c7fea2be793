test_that("DS07 every kind of matrix gives the same model", {
    dense <- toy_counts(30, 100)
    latent <- function(counts) latentRepresentation(quick_train(counts))
    expected <- latent(as(dense, "dgCMatrix"))
    expect_identical(latent(dense), expected)
    integers <- dense
    storage.mode(integers) <- "integer"
    expect_identical(latent(integers), expected)
    expect_identical(latent(as(as(dense, "dgCMatrix"), "RsparseMatrix")),
                     expected)
    expect_identical(latent(as(as(dense, "dgCMatrix"), "TsparseMatrix")),
                     expected)
    packed <- Matrix::Matrix(dense, sparse = FALSE)
    expect_s4_class(packed, "dgeMatrix")
    expect_identical(latent(packed), expected)
    delayed <- DelayedArray::DelayedArray(as(dense, "dgCMatrix"))
    expect_identical(latent(delayed), expected)
    sce <- SingleCellExperiment::SingleCellExperiment(list(counts = dense))
    expect_identical(latent(sce), expected)
    se <- SummarizedExperiment::SummarizedExperiment(list(counts = dense))
    expect_identical(latent(se), expected)
})

test_that("DS03 the named assay is read, also on new data", {
    sce <- toy_sce(20, per_batch = 50)
    expected <- latentRepresentation(quick_train(sce))
    odd <- sce
    SummarizedExperiment::assay(odd, "raw") <-
        SummarizedExperiment::assay(sce, "counts")
    SummarizedExperiment::assay(odd, "counts") <-
        1 + 0 * as.matrix(SummarizedExperiment::assay(sce, "counts"))
    model <- quick_train(odd, assay.type = "raw")
    expect_identical(latentRepresentation(model), expected)
    expect_equal(latentRepresentation(model, x = odd), expected)
    expect_argument_error(
        quick_train(odd, assay.type = "umi"), "assay.type",
        "\"counts\", \"raw\""
    )
    expect_argument_error(
        latentRepresentation(model, x = sce), "assay.type", "\"raw\""
    )
})

test_that("genes and cells are named as the object names them", {
    counts <- toy_counts(5, 4)
    dimnames(counts) <- NULL
    ranges <- as(paste0("1:", 1:5), "GRanges")
    plain <- SummarizedExperiment::SummarizedExperiment(list(counts = counts))
    ranged <- SummarizedExperiment::SummarizedExperiment(
        list(counts = counts), rowRanges = ranges
    )
    single <- SingleCellExperiment::SingleCellExperiment(list(counts = counts))
    for (x in list(plain, ranged, single)) {
        expect_null(.experiment_names(x))
        expect_null(dimnames(.named_assay(x, "counts"))[[1]])
        rownames(x) <- letters[1:5]
        expect_identical(.experiment_names(x), dimnames(x))
        colnames(x) <- LETTERS[1:4]
        expect_identical(.experiment_names(x), dimnames(x))
        expect_identical(dimnames(.named_assay(x, "counts")), dimnames(x))
        rownames(x) <- NULL
        expect_identical(.experiment_names(x), dimnames(x))
    }
})

test_that("an alternative experiment is read", {
    sce <- toy_sce(20, per_batch = 50)
    SingleCellExperiment::altExp(sce, "ADT") <-
        toy_sce(15, per_batch = 50, seed = 7)
    result <- quick_run(sce, altexp = "ADT")
    expect_equal(modelOptions(result)$n_genes, 15)
    expect_equal(
        latentRepresentation(result),
        SingleCellExperiment::reducedDim(result, "scVI")
    )
    expect_argument_error(
        quick_train(sce, altexp = "HTO"), "altexp", "\"ADT\""
    )
})

test_that("DS19 fractional values warn, with the name of the assay", {
    sce <- toy_sce(20, per_batch = 50)
    counts <- SummarizedExperiment::assay(sce)
    SummarizedExperiment::assay(sce, "scaled") <- counts / 3
    expect_warning(
        quick_train(sce, assay.type = "scaled"), "scaled",
        class = "scvigor_warning"
    )
    # the whole data are looked at: one value is enough
    counts[5, 77] <- 0.5
    expect_warning(quick_train(counts), "1 fraction ")
    expect_no_warning(
        quick_train(counts, gene_likelihood = "normal")
    )
})

test_that("RB02 NA, infinite and negative counts are errors", {
    for (bad in list(NA, Inf, -Inf, NaN, -1)) {
        sce <- toy_sce(10, per_batch = 20)
        SummarizedExperiment::assay(sce)[3, 7] <- bad
        expect_argument_error(quick_train(sce), "x", "Assay \"counts\"")
        dense <- as.matrix(SummarizedExperiment::assay(sce))
        expect_argument_error(quick_train(dense), "x")
    }
    integers <- toy_counts(10, 40)
    storage.mode(integers) <- "integer"
    integers[2, 2] <- NA
    expect_argument_error(quick_train(integers), "x", "1 missing")
    model <- quick_train(toy_sce(10, per_batch = 20))
    expect_argument_error(
        latentRepresentation(model, x = integers), "x", "missing"
    )
})

test_that("cells without counts warn, and every result is finite", {
    counts <- toy_counts(20, 100)
    counts[, c(3, 50)] <- 0
    expect_warning(model <- quick_train(counts), "2 cells without")
    expect_true(all(is.finite(latentRepresentation(model))))
    expect_true(all(is.finite(normalizedExpression(model))))
    expect_warning(bound <- elbo(model, counts, per_cell = TRUE))
    expect_true(all(is.finite(bound)))
})

test_that("IC07 no genes, no cells and foreign classes are errors", {
    counts <- toy_counts(10, 40)
    expect_argument_error(quick_train(counts[0, ]), "x", "no genes")
    expect_argument_error(quick_train(counts[, 0]), "x", "no cells")
    expect_argument_error(quick_train(as.data.frame(counts)), "x",
                          "data.frame")
    expect_argument_error(quick_train(NULL), "x", "NULL")
    expect_error(quick_train("counts.h5ad"), "no file",
                 class = "scvigor_file_error")
    expect_error(quick_train(list(a = counts, b = "counts.h5ad")), "\"b\"",
                 class = "scvigor_file_error")
    expect_argument_error(quick_train(matrix("a", 3, 3)), "x", "character")
    expect_argument_error(runSCVI(counts), "x", "trainSCVI")
})

test_that("duplicated gene names are an error that names them", {
    counts <- toy_counts(10, 40)
    rownames(counts)[c(3, 8)] <- "ACTB"
    expect_argument_error(quick_train(counts), "x", "\"ACTB\"")
})

test_that("IC04 subset.row is as subsetting first, order kept", {
    sce <- toy_sce(30, per_batch = 50)
    expected <- quick_train(sce[20:5, ])
    same <- function(subset) {
        model <- quick_train(sce, subset.row = subset)
        expect_identical(modelWeights(model), modelWeights(expected))
        expect_identical(latentRepresentation(model, x = sce),
                         latentRepresentation(expected, x = sce))
    }
    same(20:5)
    same(rownames(sce)[20:5])
    sorted <- quick_train(sce[5:20, ])
    logical <- quick_train(sce, subset.row = seq_len(30) %in% 5:20)
    expect_identical(modelWeights(logical), modelWeights(sorted))
    expect_argument_error(
        quick_train(sce, subset.row = c("gene_1", "XIST")), "subset.row",
        "\"XIST\""
    )
    expect_argument_error(quick_train(sce, subset.row = 31), "subset.row")
    expect_argument_error(quick_train(sce, subset.row = TRUE), "subset.row")
    expect_argument_error(quick_train(sce, subset.row = integer()),
                          "subset.row")
    expect_argument_error(quick_train(sce, subset.row = c(1, 1)),
                          "subset.row", "twice")
})

test_that("matrices without names work by position", {
    counts <- unname(toy_counts(10, 60))
    model <- quick_train(counts)
    latent <- latentRepresentation(model)
    expect_null(rownames(latent))
    expect_equal(latentRepresentation(model, x = counts), latent)
    expect_argument_error(
        latentRepresentation(model, x = counts[-1, ]), "x", "Name the rows"
    )
})
