sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

expect_shape <- function(parameters, dim) {
    for (parameter in parameters) {
        expect_identical(base::dim(parameter), as.integer(dim))
        expect_true(all(is.finite(parameter)))
    }
}

test_that("LK05 mean, dispersions and dropout of zinb", {
    parameters <- likelihoodParameters(model, seed = 1)
    expect_named(parameters, c("mean", "dispersions", "dropout"))
    expect_shape(parameters, dim(sce))
    for (parameter in parameters) {
        expect_identical(dimnames(parameter), dimnames(sce))
        expect_true(all(parameter > 0))
    }
    expect_true(all(parameters$dropout < 1))
    # one dispersion a gene, shared by all cells
    expect_equal(apply(parameters$dispersions, 1, sd), rep(0, 30),
                 ignore_attr = TRUE)
})

test_that("the mean is normalized expression at the cell's own depth", {
    expect_equal(
        likelihoodParameters(model, seed = 3)$mean,
        normalizedExpression(model, library_size = "latent", seed = 3),
        tolerance = 1e-6
    )
})

test_that("LK05 few cells, samples and their mean", {
    expect_shape(likelihoodParameters(model, subset.col = 1:3), c(30, 3))
    draws <- likelihoodParameters(model, n_samples = 3, subset.col = 1:3,
                                  seed = 1)
    expect_shape(draws, c(30, 3, 3))
    expect_identical(dimnames(draws$mean),
                     list(rownames(sce), colnames(sce)[1:3], NULL))
    expect_false(identical(draws$mean[, , 1], draws$mean[, , 2]))
    averaged <- likelihoodParameters(
        model, n_samples = 3, give_mean = TRUE, subset.col = 1:3, seed = 1
    )
    expect_shape(averaged, c(30, 3))
    expect_equal(averaged$mean, apply(draws$mean, 1:2, mean))
    expect_equal(averaged$dropout, apply(draws$dropout, 1:2, mean))
})

test_that("LK05 gene-cell dispersion with 10 samples", {
    by_cell <- quick_train(sce, batch = "batch", dispersion = "gene-cell")
    draws <- likelihoodParameters(by_cell, n_samples = 10)
    expect_shape(draws, c(30, 200, 10))
    expect_gt(sd(draws$dispersions[1, , 1]), 0)
    expect_gt(sd(draws$dispersions[1, 1, ]), 0)
    expect_true(all(draws$dropout > 0 & draws$dropout < 1))
    three <- likelihoodParameters(by_cell, x = sce, subset.col = c(9, 1, 5))
    expect_shape(three, c(30, 3))
    expect_identical(colnames(three$mean), colnames(sce)[c(9, 1, 5)])
})

test_that("each likelihood has its own parameters", {
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    expected <- list(
        poisson = "mean", nb = c("mean", "dispersions"),
        normal = c("mean", "dispersions")
    )
    for (likelihood in names(expected)) {
        fitted <- quick_train(logs, gene_likelihood = likelihood) |>
            suppressWarnings()
        parameters <- likelihoodParameters(fitted)
        expect_named(parameters, expected[[likelihood]])
        expect_shape(parameters, dim(sce))
    }
})

test_that("transform_batch and subset.row", {
    own <- likelihoodParameters(model, seed = 1)
    second <- likelihoodParameters(
        model, transform_batch = "batch_1", subset.row = c(4, 2), seed = 1
    )
    in_second <- sce$batch == "batch_1"
    expect_equal(second$mean[, in_second], own$mean[c(4, 2), in_second])
    expect_false(isTRUE(all.equal(second$mean[, !in_second],
                                  own$mean[c(4, 2), !in_second])))
})

test_that("arguments are checked", {
    expect_argument_error(likelihoodParameters(model, give_mean = NA),
                          "give_mean")
    expect_argument_error(likelihoodParameters(model, n_samples = 0),
                          "n_samples")
    expect_argument_error(likelihoodParameters(model, give_means = TRUE),
                          "give_means", "`give_mean`")
})
