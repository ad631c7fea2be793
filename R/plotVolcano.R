#' Plots of differential expression
#'
#' `plotVolcano()`: log fold changes against the evidence, a panel per
#' comparison. The evidence has a ceiling: where all samples of a gene changed,
#' its Bayes factor is only known to be high, and such genes lie in one row.
#' `plotMarkers()`: the [topMarkers()] of each group, of a pair for both, or
#' `genes`, as
#' dots or tiles: color is expression in the group (scaled to the highest),
#' the size of dots the share of cells with a count. A group that others were
#' compared with (`group2`) is shown too, and with `within` both groups in
#' each of its levels. Both need ggplot2.
#'
#' @param de What [differentialExpression()] returned, in mode `"change"`.
#' @param n Genes to name per panel (`plotVolcano()`, default 10): of those that
#'   are called, those that change most; without the package ggrepel names
#'   that would cover another one are left out. Or genes to show per group
#'   (`plotMarkers()`, default 5).
#' @param type `"dot"` (default) or `"heat"`.
#' @param min_proportion Markers have a count in at least this share of the
#'   group's cells, default 0.25; see [topMarkers()]. Needs `all_stats`.
#' @param genes Names of the genes to show, in that order, instead of `n`
#'   markers of each group.
#'
#' @return A ggplot object.
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' de <- differentialExpression(model, sce, groups = "cell_type")
#' plotVolcano(de)
#' plotMarkers(de, n = 3)
#' plotMarkers(de, genes = c("gene_1", "gene_2"))
#' @export
plotVolcano <- function(de, n = 10) {
    table <- .de_for_plot(de, "plotVolcano()")
    .check_count(n, "n", min = 0)
    is_called <- .calls(table)
    table$called <- factor(
        ifelse(is_called, "called", "not called"),
        c("called", "not called")
    )
    table$panel <- .de_panel(table)
    rank <- stats::ave(
        ifelse(is_called, -abs(table$lfc_median), Inf), table$panel,
        FUN = rank
    )
    named <- table[is_called & rank <= n, ]
    ceiling <- table$proba_de == 1
    ggplot2::ggplot(table[order(table$called, decreasing = TRUE), ],
        ggplot2::aes(
            x = .data$lfc_median, y = .data$bayes_factor, color = .data$called
        )
    ) +
        ggplot2::geom_point(size = 0.9, alpha = 0.6, stroke = 0) +
        .gene_names_layer(named) +
        ggplot2::facet_wrap(~panel) +
        ggplot2::scale_color_manual(
            values = c(`not called` = .plot_gray, called = .plot_orange),
            drop = FALSE
        ) +
        ggplot2::scale_x_continuous(expand = ggplot2::expansion(mult = 0.15)) +
        ggplot2::scale_y_continuous(
            expand = ggplot2::expansion(mult = c(0.05, 0.15))
        ) +
        ggplot2::guides(color = ggplot2::guide_legend(
            override.aes = list(size = 3, alpha = 1)
        )) +
        ggplot2::labs(
            x = "log2 fold change (median)",
            y = "Bayes factor (natural log)", color = .calls_title(de),
            caption = if (any(ceiling)) {
                paste(
                    "Highest row: genes that changed in all samples, for",
                    "which no Bayes factor can be computed."
                )
            }
        ) +
        .plot_theme()
}

.set_generic("plotVolcano", "de")

.calls_title <- function(de) {
    target <- metadata(de)$fdr_target
    if (.is_number(target)) paste0("expected FDR ", 100 * target, " %")
}

# The names of genes beside their points, apart from each other where ggrepel is
# installed; else those that would cover another are left out.
.gene_names_layer <- function(named) {
    if (requireNamespace("ggrepel", quietly = TRUE)) {
        return(ggrepel::geom_text_repel(
            data = named, ggplot2::aes(label = .data$gene), size = 2.8,
            min.segment.length = 0.2, segment.size = 0.2, max.overlaps = Inf,
            seed = 1, show.legend = FALSE
        ))
    }
    ggplot2::geom_text(
        data = named, ggplot2::aes(label = .data$gene), size = 2.8,
        hjust = "inward", vjust = -0.6, check_overlap = TRUE,
        show.legend = FALSE
    )
}

# Which genes are called.
.calls <- function(table) {
    if (!is.logical(table$is_de)) {
        .stop_argument(
            "de", "`de` must have the column is_de, as ",
            "differentialExpression() makes it in mode \"change\"."
        )
    }
    table$is_de
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
