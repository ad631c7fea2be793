#' Plots of posterior predictive checks
#'
#' One picture per check, a panel or color per model, drawn with ggplot2. The
#' subtitle says which direction is better.
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
        coefficientOfVariation(check, ...),
        "Coefficient of variation of a gene", log = TRUE
    )
}

.plot_cv_cell <- function(check, ...) {
    .plot_against_raw(
        coefficientOfVariation(check, margin = "cell", ...),
        "Coefficient of variation of a cell", log = TRUE
    )
}

.plot_zeros <- function(check, ...) {
    .plot_against_raw(zeroFraction(check, ...), "Share of zeros of a gene")
}

# The columns of a table as one, in long format.
.long_table <- function(table, columns, ...) {
    do.call(rbind, lapply(columns, function(column) {
        data.frame(model = column, value = table[[column]], ...)
    }))
}

# Drawn against observed, a panel per model, titled with the figures that
# scvi-tools gives; both axes have one scale. `log`: what is 0 has no place.
.plot_against_raw <- function(table, title, log = FALSE) {
    models <- setdiff(names(table), "Raw")
    points <- .long_table(table, models, observed = table$Raw)
    points <- points[is.finite(points$value), ]
    if (log) {
        points <- points[points$value > 0 & points$observed > 0, ]
    }
    panels <- vapply(models, function(model) {
        .agreement(points[points$model == model, ], model)
    }, "")
    points$panel <- factor(panels[points$model], unique(panels))
    points$model <- factor(points$model, models)
    limits <- range(points$value, points$observed, if (!nrow(points)) 0:1)
    plot <- ggplot2::ggplot(
        points, ggplot2::aes(x = .data$observed, y = .data$value)
    ) +
        ggplot2::geom_abline(color = .plot_gray) +
        ggplot2::geom_point(
            size = 1.1, alpha = 0.4, stroke = 0, color = .plot_blue
        ) +
        ggplot2::facet_wrap(~panel) +
        ggplot2::coord_equal(xlim = limits, ylim = limits) +
        ggplot2::labs(
            title = title, subtitle = "Nearer to the line is better.",
            x = "observed", y = "drawn"
        ) +
        .plot_theme()
    if (!log) {
        return(plot)
    }
    plot + ggplot2::scale_x_log10() + ggplot2::scale_y_log10()
}

.agreement <- function(points, model) {
    if (nrow(points) < 2) {
        return(model)
    }
    rank_correlation <- suppressWarnings(
        stats::cor(points$value, points$observed, method = "spearman")
    )
    sprintf(
        "%s\nmean error %s, Spearman %s", model,
        .number_text(signif(mean(abs(points$value - points$observed)), 2)),
        .number_text(round(rank_correlation, 2))
    )
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
        ggplot2::geom_abline(color = .plot_gray) +
        ggplot2::geom_line() +
        ggplot2::geom_point() +
        ggplot2::scale_color_manual(values = .group_colors(length(models))) +
        ggplot2::coord_equal(xlim = c(0, 1), ylim = c(0, 1)) +
        ggplot2::labs(
            title = "Calibration of predictive intervals",
            subtitle = paste(
                "Nearer to the line is better. Whole numbers lift it, few",
                "draws\n(n_samples) lower it, of a true model too: compare",
                "models."
            ),
            x = "width of the interval", y = "share of counts inside",
            color = NULL
        ) +
        .plot_theme()
}

.plot_expression <- function(check, ...) {
    table <- differentialExpressionCheck(check, ...)
    threshold <- list(...)$p_val_thresh
    if (is.null(threshold)) {
        threshold <- formals(differentialExpressionCheck)$p_val_thresh
    }
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
        ggplot2::scale_color_manual(
            values = .group_colors(nlevels(points$model))
        ) +
        ggplot2::scale_x_continuous(
            limits = range(0, 1, points$value, na.rm = TRUE),
            breaks = c(0, 0.5, 1)
        ) +
        ggplot2::scale_y_discrete(limits = rev) +
        ggplot2::labs(
            title = "Groups against the rest, drawn and observed",
            subtitle =
                "Higher is better; 1: the draws say what the counts say.",
            caption = paste0(
                "roc_auc and pr_auc: genes with an adjusted p-value below ",
                .number_text(threshold), " in the counts are to be found",
                if (threshold == 0.001) " (scvi-tools' cut-off)", "."
            ),
            x = NULL, y = NULL, color = NULL
        ) +
        .plot_theme()
}

# ggplot2's pronoun for the plotted table.
utils::globalVariables(".data")
