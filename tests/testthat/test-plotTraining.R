skip_if_not_installed("ggplot2")
sce <- toy_sce(30, per_batch = 60)

test_that("ELBO and KL weight have panels, a learning rate if it changed", {
    model <- quick_train(sce, max_epochs = 6, check_val_every_n_epoch = 2)
    plot <- plotTraining(model, skip = 1)
    expect_no_error(ggplot2::ggplot_build(plot))
    history <- trainingHistory(model)
    expect_identical(
        levels(plot$data$panel),
        c("negative ELBO (nats per cell)", "KL weight")
    )
    of <- function(cells) {
        shown <- plot$data$cells == cells &
            plot$data$panel == "negative ELBO (nats per cell)"
        plot$data[shown, ]
    }
    expect_equal(of("training")$value, history$elbo_train[-1])
    expect_equal(of("held out")$epoch, c(2, 4, 6))
    expect_equal(of("held out")$value, history$elbo_validation[c(2, 4, 6)])
    expect_match(plot$labels$title, "6 of 6 epochs")
    falling <- quick_train(
        sce, max_epochs = 6, reduce_lr_on_plateau = TRUE, lr_patience = 0,
        lr_threshold = 1e6, check_val_every_n_epoch = 1
    )
    expect_true("learning rate" %in% plotTraining(falling)$data$panel)
})

test_that("averaged weights and those of the steps have a line each", {
    model <- quick_train(
        sce, max_epochs = 4, ema_decay = 0.9, check_val_every_n_epoch = 1
    )
    shown <- plotTraining(model)$data
    expect_identical(
        levels(shown$cells),
        c("training", "held out", "held out, weights not averaged")
    )
    expect_false(anyNA(shown$cells))
})

test_that("the epoch whose weights are kept is marked", {
    model <- quick_train(
        sce, max_epochs = 5, load_best_on_end = TRUE, lr = 0.5
    )
    kept <- scvigor:::.kept_epoch(model)
    n_layers <- length(plotTraining(model)$layers)
    expect_identical(n_layers, if (is.null(kept)) 2L else 3L)
    expect_no_error(ggplot2::ggplot_build(plotTraining(quick_run(sce))))
})

test_that("arguments are checked", {
    model <- quick_train(sce, max_epochs = 2)
    expect_argument_error(plotTraining(sce), "object")
    expect_argument_error(plotTraining(model, skip = 2), "skip", "all of")
    expect_argument_error(plotTraining(model, skip = -1), "skip")
    expect_argument_error(plotTraining(model, smooth = TRUE), "smooth")
    no_history <- model
    methods::slot(no_history, "history") <- trainingHistory(model)[0, ]
    expect_error(plotTraining(no_history), class = "scvigor_error")
})
