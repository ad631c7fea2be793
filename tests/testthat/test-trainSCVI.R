test_that("TR01 one epoch with validation gives one value of each", {
    sce <- toy_sce(20, per_batch = 50)
    history <- trainingHistory(
        quick_train(sce, check_val_every_n_epoch = 1)
    )
    expect_equal(nrow(history), 1)
    expect_true(is.finite(history$elbo_train))
    expect_true(is.finite(history$elbo_validation))
})

test_that("TR03 the same seed gives the same model bit for bit", {
    sce <- toy_sce(30, per_batch = 100)
    first <- quick_train(sce, batch = "batch", max_epochs = 3)
    second <- quick_train(sce, batch = "batch", max_epochs = 3)
    expect_identical(modelWeights(first), modelWeights(second))
    expect_identical(latentRepresentation(first),
                     latentRepresentation(second))
    other <- quick_train(sce, batch = "batch", max_epochs = 3, seed = 2)
    expect_false(identical(modelWeights(first), modelWeights(other)))
})

test_that("set.seed() fixes the result and one number is drawn", {
    sce <- toy_sce(20, per_batch = 50)
    run <- function() {
        withr::with_seed(42, {
            model <- quick_train(sce, seed = NULL)
            list(modelWeights(model), runif(1))
        })
    }
    expect_identical(run(), run())
    after_one_draw <- withr::with_seed(42, {
        sample.int(.Machine$integer.max, 1)
        runif(1)
    })
    expect_identical(run()[[2]], after_one_draw)
    untouched <- withr::with_seed(42, {
        quick_train(sce, seed = 3)
        runif(1)
    })
    expect_identical(untouched, withr::with_seed(42, runif(1)))
})

test_that("TR04 training lowers the loss", {
    sce <- toy_sce(50, per_batch = 100)
    loss <- function(max_epochs) {
        model <- quick_train(sce, batch = "batch", max_epochs = max_epochs)
        -elbo(model, sce, seed = 1)
    }
    expect_gt(loss(50), 0)
    expect_lt(loss(50), loss(1))
})

test_that("TR05 fewer epochs for more cells, a warning for one", {
    epochs <- function(n_cells) scvigor:::.set_epochs(list(), n_cells)[[1]]
    expect_equal(epochs(400), 400)
    expect_equal(epochs(40000), 200)
    expect_equal(epochs(123456), round(20000 / 123456 * 400))
    expect_warning(expect_equal(epochs(1e8), 1), "1 epoch")
})

test_that("TR07 a last minibatch that is too small moves, with a notice", {
    sce <- toy_sce(20, n_batches = 1, per_batch = 143)
    expect_message(model <- quick_train(sce), "128 cells train")
    expect_length(trainingSplit(model)$train, 128)
    expect_length(trainingSplit(model)$validation, 15)
    expect_message(
        model <- quick_train(sce, validation_size = 0), "128 cells train"
    )
    expect_length(trainingSplit(model)$train, 128)
})

test_that("TR08 shares without shuffling: validation, training, test", {
    sce <- toy_sce(10, per_batch = 200)
    split <- trainingSplit(quick_train(
        sce, train_size = 0.5, validation_size = 0.3,
        shuffle_set_split = FALSE
    ))
    expect_identical(
        split, list(train = 121:320, validation = 1:120, test = 321:400)
    )
})

test_that("TR13 early stopping without validation cells is an error", {
    expect_argument_error(
        quick_train(toy_sce(10), train_size = 1, early_stopping = TRUE),
        "early_stopping", "validation"
    )
})

test_that("TR14 early stopping counts its warm-up in epochs", {
    # nothing counts as an improvement: three looks after the first one
    model <- quick_train(
        toy_sce(10, per_batch = 50), max_epochs = 60, early_stopping = TRUE,
        early_stopping_patience = 3, early_stopping_warmup_epochs = 10,
        early_stopping_min_delta = 1e6, check_val_every_n_epoch = 3
    )
    epochs <- nrow(trainingHistory(model))
    expect_gt(epochs, 10)
    expect_lt(epochs, 30)
    expect_output(print(model), "stopped early")
})

test_that("TR15 the history has one row per epoch, with the learning rate", {
    history <- trainingHistory(quick_train(
        toy_sce(10, per_batch = 50), max_epochs = 20,
        check_val_every_n_epoch = 2, reduce_lr_on_plateau = TRUE,
        lr_patience = 1, lr_threshold = 1e6
    ))
    expect_equal(history$epoch, 1:20)
    expect_identical(which(is.finite(history$elbo_validation)),
                     seq(2L, 20L, 2L))
    expect_true(all(is.finite(history$elbo_train)))
    expect_lt(history$lr[20], history$lr[1])
})

test_that("TR17 the weight of the KL term", {
    sce <- toy_sce(10, per_batch = 50)
    weights <- function(...) {
        trainingHistory(quick_train(sce, max_epochs = 3, ...))$kl_weight
    }
    expect_equal(weights(n_epochs_kl_warmup = NULL), c(1, 1, 1))
    expect_equal(weights(n_epochs_kl_warmup = 2), c(0, 0.5, 1))
    expect_equal(
        weights(n_epochs_kl_warmup = 2, n_steps_kl_warmup = 1), c(0, 0.5, 1)
    )
    expect_argument_error(
        weights(min_kl_weight = 2, max_kl_weight = 1), "min_kl_weight"
    )
})

test_that("TR20 a loss that is not finite names the epoch and a remedy", {
    error <- expect_error(
        quick_train(toy_sce(10, per_batch = 50), lr = 1e30, max_epochs = 5),
        "epoch [0-9].*`lr`", class = "scvigor_numeric_error"
    )
    expect_s3_class(error, "scvigor_error")
    expect_true(error$epoch %in% 1:5)
    expect_no_match(conditionMessage(error), "Exception raised")
})

test_that("TR21 threads do not change the result", {
    sce <- toy_sce(20, per_batch = 50)
    one <- quick_train(sce, num_threads = 1)
    three <- quick_train(sce, num_threads = 3)
    expect_equal(latentRepresentation(one, num_threads = 3),
                 latentRepresentation(three), tolerance = 1e-5)
    before <- scvigor:::runtime_info()$num_threads
    quick_train(sce, num_threads = 1)
    expect_identical(scvigor:::runtime_info()$num_threads, before)
})

test_that("MC02 MC06 architectures of all kinds train", {
    sce <- toy_sce(20, per_batch = 50)
    for (dispersion in c("gene", "gene-batch", "gene-label", "gene-cell")) {
        model <- quick_train(
            sce, batch = "batch", labels = "labels", dispersion = dispersion
        )
        expect_true(is.finite(elbo(model, sce)), info = dispersion)
    }
    # Without levels there is one of everything.
    for (dispersion in c("gene-batch", "gene-label")) {
        model <- quick_train(sce, dispersion = dispersion)
        expect_true(is.finite(elbo(model, sce)), info = dispersion)
    }
    one <- quick_train(sce, n_latent = 1, n_layers = 3,
                       use_layer_norm = "both", use_batch_norm = "none")
    expect_identical(dim(latentRepresentation(one)), c(100L, 1L))
    ln <- quick_train(sce, latent_distribution = "ln")
    expect_equal(
        unname(rowSums(latentRepresentation(ln, seed = 1))), rep(1, 100),
        tolerance = 1e-5
    )
    embedded <- quick_train(sce, batch = "batch",
                            batch_representation = "embedding")
    expect_true(is.finite(elbo(embedded, sce)))
})

test_that("MC10 a learned library size has a prior per batch", {
    sce <- toy_sce(20, per_batch = 50)
    model <- quick_train(sce, batch = "batch", use_observed_lib_size = FALSE)
    log_totals <- log(Matrix::colSums(SummarizedExperiment::assay(sce)))
    expected <- unname(vapply(split(log_totals, sce$batch), mean, 1))
    expect_equal(
        as.vector(modelWeights(model)$library_log_means), expected,
        tolerance = 1e-6
    )
})

test_that("Ctrl-C ends other verbs as R's own interrupt", {
    skip_on_os("windows")
    skip_if_not_installed("callr")
    started <- withr::local_tempfile()
    process <- callr::r_bg(
        function(model, started) {
            loadNamespace("scvigor")
            tryCatch(
                {
                    file.create(started)
                    scvigor::normalizedExpression(
                        model, n_samples = 1e5, batch_size = 1
                    )
                },
                interrupt = function(condition) "interrupted"
            )
        },
        list(model = quick_train(toy_counts(20, 100)), started = started)
    )
    interrupt_when_started(process, started)
    expect_identical(process$get_result(), "interrupted")
})

test_that("Ctrl-C returns the model as trained so far", {
    skip_on_os("windows")
    skip_if_not_installed("callr")
    started <- withr::local_tempfile()
    process <- callr::r_bg(
        function(counts, started) {
            loadNamespace("scvigor")
            warned <- NULL
            model <- withCallingHandlers(
                {
                    file.create(started)
                    scvigor::trainSCVI(
                        counts, max_epochs = 1e6, n_hidden = 16,
                        verbose = FALSE
                    )
                },
                warning = function(condition) {
                    warned <<- conditionMessage(condition)
                    invokeRestart("muffleWarning")
                }
            )
            list(
                warned = warned, history = scvigor::trainingHistory(model),
                latent = scvigor::latentRepresentation(model),
                shown = utils::capture.output(print(model))
            )
        },
        list(counts = toy_counts(20, 100), started = started)
    )
    interrupt_when_started(process, started)
    result <- process$get_result()
    expect_match(result$warned, "interrupted after")
    expect_gt(nrow(result$history), 0)
    expect_true(all(is.finite(result$latent)))
    expect_match(result$shown, "interrupted by the user", all = FALSE)
})
