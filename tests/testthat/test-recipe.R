# recipe = "fast", and the options that it consists of, each by itself.

sce <- toy_sce(40, per_batch = 150)

fast <- function(..., x = sce) {
    trainSCVI(
        x, n_hidden = 16, n_latent = 4, recipe = "fast", seed = 1,
        verbose = FALSE, ...
    )
}

test_that("the recipe of scvi-tools is the default and changes nothing", {
    default <- quick_train(sce, max_epochs = 3)
    expect_identical(
        modelWeights(quick_train(sce, max_epochs = 3, recipe = "scvi-tools")),
        modelWeights(default)
    )
})

test_that("\"fast\" decides for itself how long to train", {
    model <- fast()
    options <- trainOptions(model)
    expect_identical(options$lr_schedule, "one-cycle")
    expect_true(options$early_stopping)
    history <- trainingHistory(model)
    expect_lte(nrow(history), options$max_epochs)
    # the rate has risen and fallen, or training stopped before
    peak <- which.max(history$lr)
    expect_gt(peak, 1)
    expect_lt(peak, nrow(history))
    expect_equal(history$kl_weight[nrow(history)], 1)
    expect_match(
        capture.output(print(model)), "steps done|epochs done|stopped early",
        all = FALSE
    )
})

test_that("arguments win over the recipe", {
    options <- trainOptions(fast(
        max_epochs = 4, lr = 0.002, early_stopping = FALSE, batch_size = 64
    ))
    expect_equal(options$max_epochs, 4)
    expect_equal(options$lr, 0.002)
    expect_equal(options$batch_size, 64)
    expect_false(options$early_stopping)
    expect_identical(options$lr_schedule, "one-cycle")
    # also when they are those of scvi-tools
    expect_equal(trainOptions(fast(max_epochs = 2, lr = 0.001))$lr, 0.001)
    options <- trainOptions(fast(plan_kwargs = list(lr = 0.005), max_steps = 9))
    expect_equal(options$lr, 0.005)
    expect_equal(options$max_steps, 9)
})

test_that("\"fast\" works without cells to validate", {
    model <- fast(train_size = 1, max_epochs = 2)
    expect_false(trainOptions(model)$early_stopping)
    model <- fast(
        external_indexing = list(train = 1:200, test = 201:300), max_epochs = 2
    )
    expect_false(trainOptions(model)$early_stopping)
})

test_that("it fits as well as ten times the epochs of the default", {
    x <- toy_sce(40, per_batch = 300)
    held_out <- function(model) {
        split <- trainingSplit(model)$validation
        elbo(model, x, subset.col = split, seed = 1)
    }
    quick <- fast(x = x)
    slow <- trainSCVI(
        x, n_hidden = 16, n_latent = 4, seed = 1, max_epochs = 400,
        early_stopping = TRUE, load_best_on_end = TRUE, verbose = FALSE
    )
    expect_gt(held_out(quick), held_out(slow) - 1)
})

test_that("the same seed gives the same model, and a checkpoint the same end", {
    file <- withr::local_tempfile(fileext = ".h5")
    whole <- fast(max_epochs = 6, ema_decay = 0.9)
    expect_identical(
        modelWeights(fast(max_epochs = 6, ema_decay = 0.9)),
        modelWeights(whole)
    )
    count <- 0
    local_replaced(".write_checkpoint", local({
        write <- scvigor:::.write_checkpoint
        function(...) {
            count <<- count + 1
            if (count <= 3) write(...)
        }
    }))
    fast(max_epochs = 6, ema_decay = 0.9, checkpoint = file,
         checkpoint_every = 1)
    resumed <- resumeTraining(file, sce, verbose = FALSE)
    expect_identical(modelWeights(resumed), modelWeights(whole))
    expect_equal(trainingHistory(resumed), trainingHistory(whole))
})

test_that("the history tells the averaged weights' ELBO from the others'", {
    model <- quick_train(
        sce, max_epochs = 3, ema_decay = 0.9, check_val_every_n_epoch = 1
    )
    history <- trainingHistory(model)
    expect_true(all(is.finite(history$elbo_validation_raw)))
    expect_false(any(history$elbo_validation == history$elbo_validation_raw))
})

test_that("runSCVI(), continueTraining() and mapQuery() take a recipe", {
    result <- runSCVI(
        sce, n_hidden = 16, recipe = "fast", max_epochs = 3, verbose = FALSE
    )
    expect_identical(
        trainOptions(scviModel(result))$lr_schedule, "one-cycle"
    )
    slow <- quick_train(sce)
    longer <- continueTraining(slow, sce, recipe = "fast", verbose = FALSE)
    expect_identical(trainOptions(longer)$lr_schedule, "one-cycle")
    expect_gt(nrow(trainingHistory(longer)), 5)
    back <- continueTraining(
        longer, sce, recipe = "scvi-tools", max_epochs = 2, verbose = FALSE
    )
    expect_identical(trainOptions(back)$lr_schedule, "constant")
    expect_equal(trainOptions(back)$lr, 0.001)
    # without a recipe, as the model was trained
    again <- continueTraining(longer, sce, max_epochs = 2, verbose = FALSE)
    expect_identical(trainOptions(again)$lr_schedule, "one-cycle")
    expect_equal(
        nrow(trainingHistory(again)) - nrow(trainingHistory(longer)), 2
    )

    batch <- sce$batch
    reference <- quick_train(
        sce[, batch == batch[1]], batch = "batch", encode_covariates = TRUE
    )
    mapped <- mapQuery(
        reference, sce[, batch != batch[1]], recipe = "fast", max_epochs = 3,
        verbose = FALSE
    )
    expect_identical(
        trainOptions(scviModel(mapped))$lr_schedule, "one-cycle"
    )
})

test_that("a short run says that the KL weight does not arrive", {
    expect_message(
        trainSCVI(sce, batch = "batch", n_hidden = 8, max_epochs = 21,
                  verbose = FALSE),
        "ends at 0.05 in max_epochs = 21. Batches may stay apart"
    )
    expect_no_message(
        trainSCVI(sce, batch = "batch", n_hidden = 8, max_epochs = 3,
                  n_epochs_kl_warmup = 2, verbose = FALSE)
    )
    expect_no_message(fast(batch = "batch", max_epochs = 5))
})

test_that("options out of range are refused", {
    refused <- function(argument, ...) {
        expect_argument_error(quick_train(sce, ...), argument)
    }
    refused("recipe", recipe = "quick")
    refused("recipe", recipe = NA)
    refused("recipe", recipe = 1)
    refused("max_steps", max_steps = 0)
    refused("lr_schedule", lr_schedule = "linear")
    refused("lr_warmup_steps", lr_warmup_steps = -1)
    refused("lr_warmup_steps", lr_warmup_steps = 5, lr_schedule = "one-cycle")
    refused("pct_start", pct_start = 1.5)
    refused("div_factor", div_factor = 0)
    refused("final_div_factor", final_div_factor = Inf)
    refused("lr_gamma", lr_gamma = 0)
    refused("lr_step_size", lr_step_size = 0.5)
    refused("ema_decay", ema_decay = 1)
    refused("limit_train_batches", limit_train_batches = 0)
    refused("limit_val_batches", limit_val_batches = "all")
    refused(
        "reduce_lr_on_plateau", reduce_lr_on_plateau = TRUE,
        lr_schedule = "cosine"
    )
    refused(
        "early_stopping_patience_steps", early_stopping_patience_steps = 0
    )
})
