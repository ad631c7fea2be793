#' @rdname plotVolcano
#' @export
plotMarkers <- function(
    de, n = 5, type = "dot", min_proportion = 0.25, genes = NULL
) {
    table <- .de_for_plot(de, "plotMarkers()")
    .check_count(n, "n")
    .check_choice(type, c("dot", "heat"), "type")
    .check_proportion(min_proportion, "min_proportion")
    if (is.null(table$non_zeros_proportion1)) {
        .stop_argument(
            "de", "`de` needs raw statistics: call differentialExpression() ",
            "with `all_stats = TRUE`."
        )
    }
    genes <- .marker_genes(de, n, min_proportion, genes)
    shown <- .marker_sides(table[table$gene %in% genes, ])
    shown$gene <- factor(shown$gene, genes)
    shown$expression <- shown$scale / stats::ave(
        shown$scale, shown$gene, FUN = max
    )
    plot <- ggplot2::ggplot(
        shown, ggplot2::aes(x = .data$gene, y = .data$group)
    )
    plot <- if (type == "dot") {
        plot + ggplot2::geom_point(ggplot2::aes(
            color = .data$expression, size = .data$non_zeros
        )) +
            ggplot2::scale_color_viridis_c(limits = c(0, 1)) +
            ggplot2::scale_size_area(max_size = 6, limits = c(0, 1))
    } else {
        plot + ggplot2::geom_tile(ggplot2::aes(fill = .data$expression)) +
            ggplot2::scale_fill_viridis_c(limits = c(0, 1))
    }
    if (!is.null(shown$within)) {
        plot <- plot + ggplot2::facet_grid(
            rows = ggplot2::vars(.data$within), scales = "free_y",
            space = "free_y"
        )
    }
    plot +
        ggplot2::scale_y_discrete(limits = rev) +
        ggplot2::labs(
            x = NULL, y = NULL, size = "cells with\na count",
            color = "expression\n(of the highest)",
            fill = "expression\n(of the highest)"
        ) +
        .plot_theme() +
        ggplot2::theme(
            axis.text.x = ggplot2::element_text(
                angle = 90, hjust = 1, vjust = 0.5
            ),
            strip.text.y = ggplot2::element_text(angle = 0)
        )
}

.set_generic("plotMarkers", "de")

# The genes to show, in their order: those that are asked for, else markers.
.marker_genes <- function(de, n, min_proportion, genes) {
    if (!is.null(genes)) {
        known <- unique(de$gene)
        found <- .positions(genes, length(known), known, "genes", "genes")
        return(unique(known[found]))
    }
    markers <- unique(c(
        topMarkers(de, n, min_proportion)$gene,
        topMarkers(.other_way_round(de), n, min_proportion)$gene
    ))
    if (!length(markers)) {
        .stop_argument(
            "de", "No gene is higher in any group, with a ",
            "count in at least ", 100 * min_proportion, " % of its cells."
        )
    }
    markers
}

# Of the comparisons with a group, what marks that group.
.other_way_round <- function(de) {
    if (!is.null(de$group2)) {
        de <- de[de$group2 != "Rest", ]
    }
    de$lfc_median <- -de$lfc_median
    de$non_zeros_proportion1 <- de$non_zeros_proportion2
    de
}

# One row per gene and group: the groups that are compared, and what they are
# compared with where that is a group too. A group of several comparisons is
# shown once.
.marker_sides <- function(table) {
    is_named <- !is.null(table$group1)
    sides <- lapply(1:2, function(side) {
        column <- function(name) table[[paste0(name, side)]]
        rows <- data.frame(
            gene = table$gene,
            group = if (is_named) column("group") else paste0("idx", side),
            scale = column("scale"), non_zeros = column("non_zeros_proportion")
        )
        rows$within <- table$within
        rows
    })
    # the rest of several groups is another one for each
    is_rest <- sides[[2]]$group == "Rest" & length(unique(table$group1)) > 1
    both <- rbind(sides[[1]], sides[[2]][!is_rest, ])
    both <- both[!duplicated(both[c("gene", "group", names(table)[
        names(table) == "within"
    ])]), ]
    both$group <- factor(both$group, unique(both$group))
    if (!is.null(both$within)) {
        both$within <- factor(both$within, unique(both$within))
    }
    both
}
