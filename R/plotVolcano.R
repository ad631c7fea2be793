#' Plots of differential expression
#'
#' `plotVolcano()`: log fold changes against the evidence, a panel per
#' comparison. `plotMarkers()`: the [topMarkers()] of each group, as
#' dots or tiles: color is expression in the group (scaled to the highest),
#' the size of dots the share of cells with a count. Both need ggplot2.
#'
#' @param de What [differentialExpression()] returned, in mode `"change"`.
#' @param n Genes to name per panel (`plotVolcano()`, default 10; names that
#'   would cover another one are left out), or to show per group
#'   (`plotMarkers()`, default 5).
#' @param type `"dot"` (default) or `"heat"`.
#' @param min_proportion Markers have a count in at least this share of the
#'   group's cells, default 0.25; see [topMarkers()]. Needs `all_stats`.
#'
#' @return A ggplot object.
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' de <- differentialExpression(model, sce, groups = "cell_type")
#' plotVolcano(de)
#' plotMarkers(de, n = 3)
#' @export
plotVolcano <- function(de, n = 10) {
    table <- .de_for_plot(de, "plotVolcano()")
    .check_count(n, "n", min = 0)
    called <- .calls_column(table)
    table$called <- table[[called]]
    table$panel <- .de_panel(table)
    named <- table[table$called & stats::ave(
        -abs(table$bayes_factor) * 1e3 - abs(table$lfc_median), table$panel,
        FUN = rank
    ) <= n, ]
    ggplot2::ggplot(table, ggplot2::aes(
        x = .data$lfc_median, y = .data$bayes_factor, color = .data$called
    )) +
        ggplot2::geom_point(size = 0.8, alpha = 0.6) +
        ggplot2::geom_text(
            data = named, ggplot2::aes(label = .data$gene), size = 2.8,
            hjust = "inward", vjust = -0.6, check_overlap = TRUE,
            show.legend = FALSE
        ) +
        ggplot2::facet_wrap(~panel) +
        ggplot2::scale_color_manual(
            values = c(`FALSE` = "gray60", `TRUE` = "#D55E00")
        ) +
        ggplot2::scale_x_continuous(expand = ggplot2::expansion(mult = 0.12)) +
        ggplot2::scale_y_continuous(
            expand = ggplot2::expansion(mult = c(0.05, 0.1))
        ) +
        ggplot2::labs(
            x = "log2 fold change (median)", y = "Bayes factor (log)",
            color = called
        ) +
        ggplot2::theme_bw()
}

# The one column that says which genes are called.
.calls_column <- function(table) {
    called <- grep("^is_de_fdr_", names(table), value = TRUE)
    if (length(called) != 1) {
        .stop_argument(
            "de", "`de` must have one column is_de_fdr_<target>, as ",
            "differentialExpression() makes it; it has ",
            if (length(called)) paste(called, collapse = " and ") else "none",
            "."
        )
    }
    called
}

.de_panel <- function(table) {
    panel <- if (is.null(table$comparison)) "idx1 vs idx2" else table$comparison
    if (!is.null(table$within)) {
        panel <- paste0(panel, ", ", table$within)
    }
    factor(panel, unique(panel))
}

.check_de <- function(de) {
    needed <- c("gene", "proba_de", "lfc_median", "bayes_factor")
    if (!all(needed %in% colnames(de))) {
        .stop_argument(
            "de", "`de` must be what differentialExpression() returned, in ",
            "mode \"change\"."
        )
    }
}

.de_for_plot <- function(de, caller) {
    .check_de(de)
    if (!nrow(de)) {
        .stop_argument("de", "`de` has no rows.")
    }
    .check_package("ggplot2", caller)
    as.data.frame(de, optional = TRUE)
}
