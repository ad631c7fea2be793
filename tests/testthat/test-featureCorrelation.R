sce <- toy_sce(12, per_batch = 60)
model <- quick_train(sce, batch = "batch")

test_that("correlations are symmetric, named, with ones on the diagonal", {
    for (type in c("spearman", "pearson")) {
        found <- featureCorrelation(model, correlation_type = type,
                                    n_samples = 2, seed = 1)
        expect_identical(dimnames(found), rep(list(rownames(sce)), 2))
        expect_equal(found, t(found))
        expect_identical(unname(diag(found)), rep(1, 12))
        expect_true(all(abs(found) <= 1))
    }
    expect_identical(
        featureCorrelation(model, n_samples = 2, seed = 1),
        featureCorrelation(model, n_samples = 2, seed = 1,
                           correlation_type = "spearman")
    )
})

test_that("genes of one cell type go together", {
    set <- withr::with_seed(1, exampleSCE(n_genes = 30))
    fitted <- quick_train(set, batch = "batch", max_epochs = 40, lr = 0.01)
    markers <- paste0("gene_", c(1, 4, 2, 5))
    for (type in c("spearman", "pearson")) {
        found <- featureCorrelation(fitted, subset.row = markers, seed = 1,
                                    correlation_type = type)
        expect_gt(found["gene_1", "gene_4"], 0.1)
        expect_gt(found["gene_2", "gene_5"], 0.1)
        expect_lt(found["gene_1", "gene_2"], 0)
    }
})

test_that("several batches give the mean of their correlations", {
    in_batches <- function(...) {
        featureCorrelation(model, transform_batch = c(...), n_samples = 50,
                           seed = 1)
    }
    expect_equal(
        in_batches("batch_0", "batch_1"),
        (in_batches("batch_0") + in_batches("batch_1")) / 2, tolerance = 0.1
    )
})

test_that("seeds 1 and 2 share no draws", {
    # Correlations of batch b under the seed's b-th stream; the second batch of
    # seed 1 must not be the first one of seed 2.
    in_batches <- function(batches, seed) {
        featureCorrelation(model, transform_batch = batches, n_samples = 2,
                           seed = seed)
    }
    first <- in_batches("batch_0", 1)
    second <- 2 * in_batches(c("batch_0", "batch_1"), 1) - first
    expect_false(isTRUE(all.equal(second, in_batches("batch_1", 2))))
})

test_that("MN03 stored posterior and counts agree; every likelihood works", {
    expect_equal(
        featureCorrelation(model, n_samples = 20, seed = 1),
        featureCorrelation(model, x = sce, n_samples = 20, seed = 1),
        tolerance = 0.1
    )
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    for (likelihood in c("nb", "poisson", "normal")) {
        fitted <- quick_train(logs, gene_likelihood = likelihood) |>
            suppressWarnings()
        found <- featureCorrelation(fitted, n_samples = 2)
        expect_true(all(is.finite(found)))
    }
})

test_that("genes and cells are chosen, in the given order", {
    found <- featureCorrelation(model, subset.row = c("gene_7", "gene_2"),
                                subset.col = 1:20, n_samples = 2)
    expect_identical(dimnames(found), rep(list(c("gene_7", "gene_2")), 2))
    one <- featureCorrelation(model, subset.row = 1, n_samples = 2)
    expect_identical(dim(one), c(1L, 1L))
})

test_that("too little memory or data is an error that says what to do", {
    expect_argument_error(featureCorrelation(model, max_gb = 1e-6), "max_gb",
                          "subset.row")
    expect_no_error(featureCorrelation(model, max_gb = 1e-6, n_samples = 2,
                                       correlation_type = "pearson"))
    expect_argument_error(
        featureCorrelation(model, subset.col = 1, n_samples = 1), "n_samples"
    )
})

test_that("arguments are checked", {
    for (bad in list("kendall", 1, NA, c("pearson", "spearman"))) {
        expect_argument_error(
            featureCorrelation(model, correlation_type = bad),
            "correlation_type"
        )
    }
    for (bad in list(0, -1, NA, Inf, "1")) {
        expect_argument_error(
            featureCorrelation(model, rna_size_factor = bad),
            "rna_size_factor"
        )
    }
    expect_argument_error(featureCorrelation(model, subset.row = "XIST"),
                          "subset.row", "XIST")
})
