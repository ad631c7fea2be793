#' Plot training
#'
#' The [trainingHistory()] as a picture: the negative ELBO of the cells that
#' were trained on and of those held out, the weight of the KL term, and the
#' learning rate where it changed. A line marks the epoch whose weights the
#' model has; the title says why training ended. Needs ggplot2.
#'
#' Training was long enough when the curves are flat, and too long when that of
#' the held-out cells rises again: see `early_stopping` and `load_best_on_end`
#' in [trainSCVI()]. Held-out cells are only looked at with
#' `check_val_every_n_epoch`, or when something watches them.
#'
#' @inheritParams trainingHistory
#' @param ... Not used: catches misspelt arguments.
#' @param skip Epochs to leave out at the start, which would take up the whole
#'   range. NULL (default): a tenth of them, at most 10.
#'
#' @return A ggplot object with a panel for each quantity.
#' @seealso [trainingHistory()]
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' model <- trainSCVI(
#'     exampleSCE(), max_epochs = 20, check_val_every_n_epoch = 1,
#'     n_hidden = 16
#' )
#' plotTraining(model)
#' @export
plotTraining <- function(object, name = NULL, ..., skip = NULL) {
    .check_dots(list(...), names(formals()))
    model <- scviModel(object, name)
    .check_package("ggplot2", "plotTraining()")
    history <- as.data.frame(.history(model))
    if (!nrow(history)) {
        .stop_argument(
            "object", "The model has no history: no epoch was finished."
        )
    }
    n_epochs <- nrow(history)
    if (is.null(skip)) {
        skip <- min(10, n_epochs %/% 10)
    }
    .check_count(skip, "skip", min = 0)
    if (skip >= n_epochs) {
        .stop_argument(
            "skip", "`skip` leaves out all of the ", n_epochs, " epochs."
        )
    }
    points <- .training_points(history[seq_len(n_epochs) > skip, ])
    .plot_history(points, .kept_epoch(model), .training_title(model))
}

.set_generic("plotTraining", "object")

# In long format; what was never recorded, or never changed, has no panel.
.training_points <- function(history) {
    panels <- list(
        `negative ELBO (nats per cell)` = c(
            training = "elbo_train", `held out` = "elbo_validation",
            `held out, weights not averaged` = "elbo_validation_raw"
        ),
        `KL weight` = c(training = "kl_weight"),
        `learning rate` = c(training = "lr")
    )
    if (length(unique(history$lr)) < 2) {
        panels$`learning rate` <- NULL
    }
    points <- do.call(rbind, unlist(lapply(names(panels), function(panel) {
        columns <- panels[[panel]]
        lapply(names(columns), function(cells) {
            value <- history[[columns[[cells]]]]
            shown <- is.finite(value)
            if (any(shown)) {
                data.frame(
                    epoch = history$epoch[shown], value = value[shown],
                    cells = cells, panel = panel
                )
            }
        })
    }), recursive = FALSE))
    points$cells <- factor(
        points$cells, intersect(names(.history_colors()), points$cells)
    )
    points$panel <- factor(points$panel, intersect(names(panels), points$panel))
    points
}

.history_colors <- function() {
    c(training = .plot_blue, `held out` = .plot_orange,
      `held out, weights not averaged` = .plot_gray)
}

# NULL unless the weights are those of another epoch than the last.
.kept_epoch <- function(model) {
    best <- .run(model)$best_epoch
    if (length(best) && best != .run(model)$epochs) best
}

.training_title <- function(model) {
    if (length(.run(model)$stop_reason)) .describe_training(model)
}

.plot_history <- function(points, kept, title) {
    plot <- ggplot2::ggplot(points, ggplot2::aes(
        x = .data$epoch, y = .data$value, color = .data$cells
    ))
    if (!is.null(kept)) {
        plot <- plot + ggplot2::geom_vline(
            xintercept = kept, color = .plot_gray, linetype = "dashed"
        )
    }
    # a single epoch, or looks at the held-out cells far apart, make no line
    is_sparse <- stats::ave(
        points$value, points$panel, points$cells, FUN = length
    ) <= 20
    plot + ggplot2::geom_line() +
        ggplot2::geom_point(data = points[is_sparse, ], size = 1) +
        ggplot2::facet_wrap(
            ~panel, scales = "free_y",
            labeller = ggplot2::label_wrap_gen(width = 18)
        ) +
        ggplot2::scale_color_manual(values = .history_colors()) +
        ggplot2::labs(y = NULL, color = NULL, title = title) +
        .plot_theme() +
        ggplot2::theme(
            legend.position = "bottom",
            plot.title = ggplot2::element_text(size = ggplot2::rel(0.9))
        )
}
