sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

test_that("LK01 LK02 one number, or one per cell; signs", {
    bound <- elbo(model, sce, seed = 1)
    error <- reconstructionError(model, sce, seed = 1)
    expect_length(bound, 1)
    expect_lt(bound, 0)
    expect_gt(error, 0)
    # the bound also pays for the latent variables
    expect_lt(bound, -error)
    per_cell <- elbo(model, sce, seed = 1, per_cell = TRUE)
    expect_identical(names(per_cell), colnames(sce))
    expect_equal(mean(per_cell), bound)
    errors <- reconstructionError(model, sce, seed = 1, per_cell = TRUE)
    expect_true(all(-per_cell >= errors))
    expect_equal(mean(errors), error)
})

test_that("LK07 new data, few cells and log data", {
    expect_true(is.finite(elbo(model, toy_sce(30, seed = 9))))
    ten <- elbo(model, sce, subset.col = 1:10, per_cell = TRUE, seed = 1)
    expect_identical(names(ten), colnames(sce)[1:10])
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    normal <- quick_train(logs, gene_likelihood = "normal")
    expect_no_warning(value <- reconstructionError(normal, logs))
    expect_true(is.finite(value))
})

test_that("counts are required: a model keeps none", {
    expect_argument_error(elbo(model), "x", "give the data as `x`")
    expect_argument_error(reconstructionError(model), "x")
})

test_that("the bound is the history's, at the end of training", {
    long <- quick_train(sce, batch = "batch", max_epochs = 20,
                        check_val_every_n_epoch = 1)
    held_out <- trainingSplit(long)$validation
    expect_equal(
        -elbo(long, sce, subset.col = held_out, seed = 1),
        trainingHistory(long)$elbo_validation[20], tolerance = 0.02
    )
})

test_that("arguments are checked", {
    expect_argument_error(elbo(model, sce, per_cell = NA), "per_cell")
    expect_argument_error(elbo(model, sce, percell = TRUE), "percell",
                          "`per_cell`")
    expect_argument_error(elbo(model, sce, num_threads = 1.5), "num_threads")
})
