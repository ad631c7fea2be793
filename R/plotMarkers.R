#' @rdname plotVolcano
#' @export
plotMarkers <- function(de, n = 5, type = "dot", min_proportion = 0.25) {
    table <- .de_for_plot(de, "plotMarkers()")
    .check_count(n, "n")
    .check_choice(type, c("dot", "heat"), "type")
    .check_proportion(min_proportion, "min_proportion")
    if (is.null(table$group1) || is.null(table$non_zeros_proportion1)) {
        .stop_argument(
            "de", "`de` needs groups and raw statistics: call ",
            "differentialExpression() with `groups` and `all_stats = TRUE`."
        )
    }
    table$panel <- factor(table$group1, unique(table$group1))
    if (!is.null(table$within)) {
        table$panel <- .de_panel(table)
    }
    markers <- unique(topMarkers(de, n, min_proportion)$gene)
    if (!length(markers)) {
        .stop_argument(
            "de", "No gene is higher in any group, with a ",
            "count in at least ", 100 * min_proportion, " % of its cells."
        )
    }
    shown <- table[table$gene %in% markers, ]
    shown$gene <- factor(shown$gene, markers)
    shown$expression <- shown$scale1 / stats::ave(
        shown$scale1, shown$gene, FUN = max
    )
    axes <- ggplot2::aes(x = .data$gene, y = .data$panel)
    plot <- ggplot2::ggplot(shown, axes)
    plot <- if (type == "dot") {
        plot + ggplot2::geom_point(ggplot2::aes(
            color = .data$expression, size = .data$non_zeros_proportion1
        )) +
            ggplot2::scale_color_viridis_c(limits = c(0, 1)) +
            ggplot2::scale_size_area(max_size = 6)
    } else {
        plot + ggplot2::geom_tile(ggplot2::aes(fill = .data$expression)) +
            ggplot2::scale_fill_viridis_c(limits = c(0, 1))
    }
    plot +
        ggplot2::scale_y_discrete(limits = rev) +
        ggplot2::labs(
            x = NULL, y = NULL, size = "cells with\na count",
            color = "expression", fill = "expression"
        ) +
        ggplot2::theme_bw() +
        ggplot2::theme(axis.text.x = ggplot2::element_text(
            angle = 90, hjust = 1, vjust = 0.5
        ))
}

.set_generic("plotMarkers", "de")
