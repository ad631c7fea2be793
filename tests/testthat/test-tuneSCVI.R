sce <- toy_sce(30, per_batch = 100)

tune <- function(space, ..., max_epochs = 4) {
    tuneSCVI(
        sce, space, ..., max_epochs = max_epochs, seed = 1, verbose = FALSE
    )
}

test_that("the best of the models that are trained longest is kept", {
    tuned <- tune(
        list(n_latent = c(2, 5), n_hidden = c(4, 8, 16)), batch = "batch",
        max_epochs = 9
    )
    trials <- tuned$trials
    expect_s4_class(trials, "DataFrame")
    expect_equal(nrow(trials), 6)
    expect_equal(nrow(unique(trials[, c("n_latent", "n_hidden")])), 6)
    # half of them, and of those a third
    expect_gt(length(unique(trials$epochs)), 1)
    expect_equal(max(trials$epochs), 9)
    expect_false(is.unsorted(-trials$epochs))
    expect_true(all(is.na(trials$problem)))
    expect_equal(modelOptions(tuned$model)$n_latent, trials$n_latent[1])
    expect_equal(modelOptions(tuned$model)$n_hidden, trials$n_hidden[1])
    expect_identical(tuned$options$n_latent, trials$n_latent[1])
    expect_equal(nrow(trainingHistory(tuned$model)), 9)
    held_out <- trainingSplit(tuned$model)$validation
    expect_equal(
        elbo(tuned$model, sce, subset.col = held_out, seed = 1),
        trials$score[1]
    )
    again <- tune(
        list(n_latent = c(2, 5), n_hidden = c(4, 8, 16)), batch = "batch",
        max_epochs = 9
    )
    expect_identical(again$trials$score, trials$score)
})

test_that("some of the combinations are tried, each once", {
    tuned <- tune(
        list(n_latent = 2:4, n_layers = 1:2, lr = c(1e-3, 1e-2)),
        n_trials = 5, n_hidden = 8, max_epochs = 1
    )
    expect_equal(nrow(tuned$trials), 5)
    expect_equal(
        nrow(unique(tuned$trials[, c("n_latent", "n_layers", "lr")])), 5
    )
})

test_that("the marginal likelihood can be the score, and any recipe the way", {
    tuned <- tune(
        list(n_latent = 2:3), metric = "marginal_log_likelihood",
        n_hidden = 8, max_epochs = 1, recipe = "scvi-tools"
    )
    expect_true(all(is.finite(tuned$trials$score)))
    expect_identical(trainOptions(tuned$model)$lr_schedule, "constant")
})

test_that("a trial that fails does not cost the others", {
    tuned <- tune(list(lr = c(1e-3, 1e30)), n_hidden = 8, max_epochs = 2)
    expect_equal(sum(is.na(tuned$trials$problem)), 1)
    expect_equal(tuned$options$lr, 1e-3)
    expect_error(
        tune(list(lr = c(1e30, 1e31)), n_hidden = 8, max_epochs = 2),
        "All trials failed", class = "scvigor_numeric_error"
    )
})

test_that("trials run side by side", {
    skip_if_not_installed("BiocParallel")
    space <- list(n_latent = 2:3)
    one <- tune(space, n_hidden = 8, max_epochs = 2)
    two <- tune(
        space, n_hidden = 8, max_epochs = 2,
        BPPARAM = BiocParallel::MulticoreParam(2)
    )
    expect_equal(two$trials$score, one$trials$score)
    expect_true(is.matrix(latentRepresentation(two$model)))
    expect_argument_error(tune(space, BPPARAM = 2), "BPPARAM")
})

test_that("spaces that cannot be searched are refused", {
    refused <- function(space, ..., match = NULL) {
        expect_argument_error(tune(space, ...), "space", match)
    }
    refused(NULL)
    refused(list())
    refused(list(10, 20))
    refused(list(n_latents = 1:2), match = "n_latent")
    refused(list(n_latent = integer()))
    refused(list(max_epochs = 1:2))
    refused(list(n_latent = 2:3), n_latent = 4, match = "twice")
    refused(list(gene_likelihood = c("nb", "normal")), match = "compared")
    refused(list(n_latent = 1:1000, n_hidden = 1:1000), match = "n_trials")
    expect_argument_error(tune(list(n_latent = 2), metric = "loss"), "metric")
    expect_argument_error(tune(list(n_latent = 2), eta = 1), "eta")
    expect_argument_error(
        tune(list(n_latent = 2), n_layer = 1), "n_layer", "n_layers"
    )
    expect_argument_error(
        tune(list(n_latent = 2), train_size = 1, n_hidden = 8), "train_size"
    )
})
