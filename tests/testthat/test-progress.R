test_that("training is silent unless verbose", {
    sce <- toy_sce(10, per_batch = 50)
    # but for a warning of what the options do
    expect_silent(quick_train(sce, n_epochs_kl_warmup = NULL))
    expect_silent(trainSCVI(
        sce, max_epochs = 1, n_hidden = 8, n_epochs_kl_warmup = NULL
    ))
})

test_that("verbose training reports epochs, ELBO and the KL warm-up", {
    sce <- toy_sce(10, per_batch = 50)
    withr::local_options(cli.dynamic = FALSE)
    messages <- capture_messages(trainSCVI(
        sce, max_epochs = 20, n_hidden = 8, verbose = TRUE,
        check_val_every_n_epoch = 1
    ))
    expect_match(messages, "Epoch 20/20 \\| ELBO -[0-9.]+ \\(validation",
                 all = FALSE)
    expect_lte(sum(grepl("^Epoch", messages)), 11)
    expect_match(messages, "n_epochs_kl_warmup = 400", all = FALSE)
})

test_that("a terminal gets a progress bar", {
    withr::local_options(cli.dynamic = TRUE, cli.progress_show_after = 0,
                         cli.progress_clear = FALSE)
    report <- function(epoch) {
        list(epoch = epoch, max_epochs = 3, elbo_train = 123.45,
             elbo_validation = NaN)
    }
    progress <- scvigor:::.new_progress(TRUE)
    shown <- capture_messages({
        for (epoch in 1:3) expect_false(progress$on_epoch(report(epoch)))
        progress$done()
    })
    shown <- paste(shown, collapse = "")
    expect_match(shown, "3/3")
    expect_match(shown, "ELBO -123.5")
})

test_that("Ctrl-C while R shows progress stops training", {
    interrupt <- structure(list(), class = c("interrupt", "condition"))
    pressed <- scvigor:::.interruptible(function(report) {
        if (report$epoch == 3) signalCondition(interrupt)
    })
    options <- scvigor:::default_options()
    result <- scvigor:::train_scvi(
        list(counts = toy_counts(10, 50)),
        replace(options$model, "n_genes", 10),
        replace(options$train, "max_epochs", 10),
        list(train = 1:50), 1, scvigor:::.compute_options(1, "cpu"),
        list(on_epoch = pressed), list()
    )
    expect_identical(result$stop_reason, "interrupted")
    expect_equal(result$epochs, 3)
    expect_equal(result$history$train_loss |> length(), 3)
})
