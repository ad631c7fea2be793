sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

test_that("NM08 samples of all cells together, uniform and weighted", {
    uniform <- normalizedExpression(model, n_samples_overall = 10, seed = 1)
    expect_identical(dim(uniform), c(30L, 10L))
    expect_identical(dimnames(uniform), list(rownames(sce), NULL))
    expect_equal(colSums(uniform), rep(1, 10), tolerance = 1e-5)
    weighted <- normalizedExpression(
        model, sce, n_samples_overall = 10, weights = "importance",
        n_mc_samples = 5, seed = 1
    )
    expect_identical(dimnames(weighted), dimnames(uniform))
    expect_equal(colSums(weighted), rep(1, 10), tolerance = 1e-5)
})

test_that("NM08 weights of several batches together are an error", {
    expect_argument_error(
        normalizedExpression(
            model, sce, n_samples_overall = 10, weights = "importance",
            transform_batch = c("batch_0", "batch_1")
        ), "transform_batch", "one batch"
    )
    one <- normalizedExpression(
        model, sce, n_samples_overall = 10, weights = "importance",
        transform_batch = "batch_1", n_mc_samples = 5, max_cells = 20
    )
    expect_identical(dim(one), c(30L, 10L))
    expect_identical(
        dim(normalizedExpression(
            model, n_samples_overall = 10,
            transform_batch = c("batch_0", "batch_1")
        )), c(30L, 10L)
    )
})

test_that("uniform samples have the mean of all cells", {
    samples <- normalizedExpression(
        model, n_samples_overall = 4000, subset.row = 1:5,
        subset.col = 1:20, seed = 1
    )
    expected <- rowMeans(normalizedExpression(
        model, n_samples = 400, subset.row = 1:5, subset.col = 1:20, seed = 2
    ))
    error <- apply(samples, 1, sd) / sqrt(4000)
    expect_true(all(abs(rowMeans(samples) - expected) < 3 * error))
})

test_that("samples are of the chosen cells, at their own depth if requested", {
    sizes <- latentLibrarySize(model)[c(7, 3)]
    samples <- normalizedExpression(
        model, n_samples_overall = 50, library_size = "latent",
        subset.col = c(7, 3)
    )
    nearest <- outer(colSums(samples), sizes, function(a, b) abs(a / b - 1))
    expect_true(all(apply(nearest, 1, min) < 1e-4))
    expect_setequal(apply(nearest, 1, which.min), 1:2)
})

test_that("seeds fix the samples, and R's stream moves by one draw", {
    ask <- function(seed) {
        normalizedExpression(model, n_samples_overall = 5, seed = seed)
    }
    expect_identical(ask(1), ask(1))
    expect_false(identical(ask(1), ask(2)))
    after <- withr::with_seed(1, {
        ask(NULL)
        sample.int(100, 1)
    })
    expected <- withr::with_seed(1, {
        sample.int(.Machine$integer.max, 1)
        sample.int(100, 1)
    })
    expect_identical(after, expected)
})

test_that("every likelihood and latent distribution can be weighted", {
    for (likelihood in c("nb", "poisson", "normal")) {
        fitted <- quick_train(
            log1p(as.matrix(SummarizedExperiment::assay(sce))[, 1:60]),
            gene_likelihood = likelihood, latent_distribution = "ln"
        ) |> suppressWarnings()
        samples <- normalizedExpression(
            fitted, log1p(as.matrix(SummarizedExperiment::assay(sce))[, 1:60]),
            n_samples_overall = 100, weights = "importance",
            n_mc_samples = 3, max_cells = 10
        ) |> suppressWarnings()
        expect_true(all(is.finite(samples)))
    }
    learned <- quick_train(sce, use_observed_lib_size = FALSE)
    expect_true(all(is.finite(normalizedExpression(
        learned, sce, n_samples_overall = 5, weights = "importance",
        library_size = "latent", n_mc_samples = 3, max_cells = 10
    ))))
})

test_that("arguments are checked", {
    ask <- function(...) normalizedExpression(model, ...)
    for (bad in list(0, 1.5, "ten", c(1, 2), NA)) {
        expect_argument_error(ask(n_samples_overall = bad),
                              "n_samples_overall")
        expect_argument_error(ask(max_cells = bad), "max_cells")
        expect_argument_error(ask(n_mc_samples = bad), "n_mc_samples")
        expect_argument_error(ask(weights = bad), "weights", "uniform")
    }
    expect_argument_error(ask(weights = "importance"), "weights",
                          "n_samples_overall")
    expect_argument_error(
        ask(n_samples_overall = 5, weights = "importance"), "x", "counts"
    )
    expect_argument_error(ask(n_samples_overall = 5, n_samples = 2),
                          "n_samples", "not both")
    expect_argument_error(ask(n_samples_overall = 5, sink = "HDF5Array"),
                          "sink", "in memory")
})
