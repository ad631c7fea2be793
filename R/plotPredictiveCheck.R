#' Plots of posterior predictive checks
#'
#' One picture per check, a panel or color per model, drawn with ggplot2.
#'
#' @inheritParams coefficientOfVariation
#' @param what `"cv_gene"` (default) or `"cv_cell"`, the coefficients of
#'   variation; `"zeros"`, the shares of zeros of the genes; `"calibration"`,
#'   shares of counts in intervals against their widths; `"expression"`, the
#'   figures of [differentialExpressionCheck()].
#' @param ... Arguments of the check behind it, such as `groups` for
#'   `"expression"`.
#'
#' @return A ggplot object.
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' check <- posteriorPredictiveCheck(model, sce)
#' plotPredictiveCheck(check, "zeros")
#' plotPredictiveCheck(check, "calibration")
#' @export
plotPredictiveCheck <- function(check, what = "cv_gene", ...) {
    .check_predictive_check(check)
    plots <- list(
        cv_gene = .plot_cv_gene, cv_cell = .plot_cv_cell,
        zeros = .plot_zeros, calibration = .plot_calibration,
        expression = .plot_expression
    )
    .check_choice(what, names(plots), "what")
    .check_package("ggplot2", "plotPredictiveCheck()")
    plots[[what]](check, ...)
}

.set_generic("plotPredictiveCheck", "check")

.plot_cv_gene <- function(check, ...) {
    .plot_against_raw(
        coefficientOfVariation(check, ...), "Coefficient of variation of a gene"
    )
}

.plot_cv_cell <- function(check, ...) {
    .plot_against_raw(
        coefficientOfVariation(check, margin = "cell", ...),
        "Coefficient of variation of a cell"
    )
}

.plot_zeros <- function(check, ...) {
    .plot_against_raw(zeroFraction(check, ...), "Share of zeros")
}

# The columns of a table as one, in long format.
.long_table <- function(table, columns, ...) {
    do.call(rbind, lapply(columns, function(column) {
        data.frame(model = column, value = table[[column]], ...)
    }))
}

# Drawn against observed, a panel per model; both axes have one scale.
.plot_against_raw <- function(table, title) {
    models <- setdiff(names(table), "Raw")
    points <- .long_table(table, models, observed = table$Raw)
    points <- points[is.finite(points$value), ]
    points$model <- factor(points$model, models)
    limits <- range(points$value, points$observed)
    ggplot2::ggplot(
        points, ggplot2::aes(x = .data$observed, y = .data$value)
    ) +
        ggplot2::geom_abline(color = "gray60") +
        ggplot2::geom_point(
            size = 0.8, alpha = 0.5, color = "#0072B2"
        ) +
        ggplot2::facet_wrap(~model) +
        ggplot2::coord_equal(xlim = limits, ylim = limits) +
        ggplot2::labs(title = title, x = "observed", y = "drawn") +
        ggplot2::theme_bw()
}

.plot_calibration <- function(check, ...) {
    table <- calibrationError(check, ..., per_interval = TRUE)
    models <- names(table)
    points <- .long_table(
        table, models, width = as.numeric(rownames(table))
    )
    points$model <- factor(points$model, models)
    ggplot2::ggplot(points, ggplot2::aes(
        x = .data$width, y = .data$value, color = .data$model
    )) +
        ggplot2::geom_abline(color = "gray60") +
        ggplot2::geom_line() +
        ggplot2::geom_point() +
        ggplot2::scale_color_viridis_d(end = 0.8) +
        ggplot2::labs(
            title = "Calibration of predictive intervals",
            x = "width of the interval", y = "share of counts inside",
            color = NULL
        ) +
        ggplot2::theme_bw()
}

.plot_expression <- function(check, ...) {
    table <- differentialExpressionCheck(check, ...)
    figures <- c("gene_f1", "lfc_pearson", "lfc_spearman", "roc_auc", "pr_auc")
    points <- do.call(rbind, lapply(figures, function(figure) {
        data.frame(
            model = factor(table$model, unique(table$model)),
            group = table$group, figure = factor(figure, figures),
            value = table[[figure]]
        )
    }))
    ggplot2::ggplot(points, ggplot2::aes(
        x = .data$value, y = .data$group, color = .data$model
    )) +
        ggplot2::geom_point() +
        ggplot2::facet_wrap(~figure, nrow = 1) +
        ggplot2::scale_color_viridis_d(end = 0.8) +
        ggplot2::scale_y_discrete(limits = rev) +
        ggplot2::labs(
            title = "Groups against the rest, drawn and observed", x = NULL,
            y = NULL, color = NULL
        ) +
        ggplot2::theme_bw()
}

# ggplot2's pronoun for the plotted table.
utils::globalVariables(".data")
