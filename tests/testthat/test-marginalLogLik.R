sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

test_that("LK01 a number, or one per cell", {
    value <- marginalLogLik(model, sce, n_mc_samples = 3, seed = 1)
    expect_length(value, 1)
    per_cell <- marginalLogLik(model, sce, n_mc_samples = 3, per_cell = TRUE,
                               seed = 1)
    expect_named(per_cell, colnames(sce))
    expect_equal(mean(per_cell), value)
})

test_that("LK02 it lies above the ELBO, and both below zero", {
    bound <- elbo(model, sce, seed = 1)
    few <- marginalLogLik(model, sce, n_mc_samples = 10, seed = 1)
    many <- marginalLogLik(model, sce, n_mc_samples = 200, seed = 1)
    expect_lt(bound, few)
    expect_lt(few, many)
    expect_lt(many, 0)
})

test_that("LK04 the mean is over the draws that were made", {
    # the mean of the weights is right on average for any number of draws
    weights <- vapply(1:60, function(seed) {
        marginalLogLik(model, sce, n_mc_samples = 1, per_cell = TRUE,
                       subset.col = 1, seed = seed)
    }, numeric(1))
    expect_equal(
        log(mean(exp(weights - max(weights)))) + max(weights),
        marginalLogLik(model, sce, n_mc_samples = 2000, subset.col = 1,
                       seed = 1),
        tolerance = 0.02
    )
})

test_that("LK04 three draws are divided by three, in blocks of any size", {
    # log-mean-exp over the draws: three times the mean is their sum
    learned <- quick_train(sce, batch = "batch",
                           use_observed_lib_size = FALSE)
    for (fitted in list(model, learned)) {
        ask <- function(n, batch_size = 512) {
            marginalLogLik(fitted, sce, n_mc_samples = n, per_cell = TRUE,
                           subset.col = 1:4, batch_size = batch_size,
                           seed = 1)
        }
        # the draws of a run are the first ones of a longer run, and each adds
        # to the sum, if only a little: divided by more than were made, it fell
        sums <- lapply(1:3, function(n) ask(n) + log(n))
        expect_true(all(sums[[2]] > sums[[1]] - 1e-9))
        expect_true(all(sums[[3]] > sums[[2]] - 1e-9))
        expect_named(ask(3, batch_size = 2), colnames(sce)[1:4])
    }
})

test_that("LK07 new data, ten cells, log data, every option of the library", {
    ask <- function(...) marginalLogLik(..., n_mc_samples = 2)
    expect_true(is.finite(ask(model, toy_sce(30, seed = 9))))
    ten <- ask(model, sce, subset.col = 1:10, per_cell = TRUE)
    expect_named(ten, colnames(sce)[1:10])
    expect_true(is.finite(ask(quick_run(sce))))
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    normal <- quick_train(logs, gene_likelihood = "normal")
    expect_no_warning(value <- ask(normal, logs))
    expect_true(is.finite(value))
    for (latent in c("normal", "ln")) {
        learned <- quick_train(sce, use_observed_lib_size = FALSE,
                               latent_distribution = latent)
        expect_true(is.finite(ask(learned, sce)))
    }
})

test_that("the number of cells at a time changes nothing but the draws", {
    small <- marginalLogLik(model, sce, n_mc_samples = 100, batch_size = 16,
                            seed = 1)
    large <- marginalLogLik(model, sce, n_mc_samples = 100, seed = 1)
    expect_equal(small, large, tolerance = 0.01)
})

test_that("arguments are checked", {
    expect_argument_error(marginalLogLik(model), "x", "give the data as `x`")
    expect_argument_error(marginalLogLik(model, sce, n_mc_samples = 0),
                          "n_mc_samples")
    expect_argument_error(marginalLogLik(model, sce, per_cell = NA),
                          "per_cell")
    expect_argument_error(marginalLogLik(model, sce, n_samples = 3),
                          "n_samples")
})
