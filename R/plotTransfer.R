#' Plots of transferred labels
#'
#' How [transferLabels()] named the cells of a query: `what = "confusion"` shows
#' the labels against those that are known, as shares of each known label;
#' `"confidence"` and `"distance"` show these columns for each label, the cells
#' that were called unknown apart. Needs ggplot2.
#'
#' @param object What [transferLabels()] returned: an object, or a table.
#' @param label Which labels: a column of it ends in `_predicted` after this
#'   name. NULL (default): the only one.
#' @param truth What the cells really are, as far as it is known: a column of
#'   the object, or a value for each cell. Needed for `"confusion"`; the other
#'   pictures are grouped by it, where it is given, instead of by label.
#' @param what `"confusion"`, `"confidence"` or `"distance"`. NULL (default):
#'   `"confusion"` with `truth`, else `"confidence"`.
#' @param unknown What cells without a label were called, as in
#'   [transferLabels()].
#'
#' @return A ggplot object.
#' @seealso [transferLabels()]
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' sce <- exampleSCE()
#' old <- sce[, sce$batch == sce$batch[1]]
#' new <- sce[, sce$batch != sce$batch[1]]
#' reference <- runSCVI(old, batch = "batch", max_epochs = 20, n_hidden = 32)
#' mapped <- mapQuery(new, reference, max_epochs = 5)
#' mapped <- transferLabels(mapped, reference, "cell_type", k = 15)
#' plotTransfer(mapped, truth = "cell_type")
#' plotTransfer(mapped)
#' @export
plotTransfer <- function(
    object, label = NULL, truth = NULL, what = NULL, unknown = "unknown"
) {
    .check_package("ggplot2", "plotTransfer()")
    table <- if (is(object, "DataFrame") || is.data.frame(object)) {
        object
    } else if (is(object, "SummarizedExperiment") ||
               inherits(object, "Seurat")) {
        .cell_table(object)
    } else {
        .stop_argument(
            "object", "`object` must be what transferLabels() returned, not ",
            class(object)[1], "."
        )
    }
    if (is.null(what)) {
        what <- if (is.null(truth)) "confidence" else "confusion"
    }
    .check_choice(what, c("confusion", "confidence", "distance"), "what")
    label <- .transferred_label(table, label)
    predicted <- as.character(table[[paste0(label, "_predicted")]])
    known <- if (!is.null(truth)) .transfer_truth(truth, table)
    if (what == "confusion") {
        .check_not_missing(
            is.null(known), "truth", "the labels that are known"
        )
        return(.plot_confusion(predicted, known, label))
    }
    .plot_transfer_score(table, label, what, predicted, known, unknown)
}

.set_generic("plotTransfer", "object")

.transferred_label <- function(table, label) {
    known <- sub("_predicted$", "", grep(
        "_predicted$", colnames(table), value = TRUE
    ))
    if (!length(known)) {
        .stop_argument(
            "object", "`object` has no column that ends in \"_predicted\", as ",
            "transferLabels() makes it."
        )
    }
    if (is.null(label)) {
        if (length(known) > 1) {
            .stop_argument(
                "label", "Say which labels as `label`; there ",
                .or_choices(known), "."
            )
        }
        return(known)
    }
    label <- .check_name(label, "label")
    if (!label %in% known) {
        .stop_argument(
            "label", "There are no transferred labels \"", label, "\"; there ",
            .or_choices(known), .near_miss(label, known)
        )
    }
    label
}

.transfer_truth <- function(truth, table) {
    data <- list(
        counts = .cells_without_counts(nrow(table), rownames(table)),
        cell_data = table
    )
    found <- .categorize_labels(.read_column(truth, "truth", data), "truth")
    factor(found$levels[found$codes], found$levels)
}

# Rows of known labels, columns of transferred ones; labels that both have are
# on the diagonal.
.plot_confusion <- function(predicted, known, label) {
    both <- intersect(levels(known), predicted)
    rows <- c(both, setdiff(levels(known), both))
    columns <- c(both, setdiff(sort(unique(predicted)), both))
    counts <- as.data.frame(table(
        known = factor(known, rows), predicted = factor(predicted, columns)
    ))
    total <- stats::ave(counts$Freq, counts$known, FUN = sum)
    counts$share <- ifelse(total > 0, counts$Freq / total, 0)
    counts$text <- ifelse(counts$Freq > 0, counts$Freq, "")
    sizes <- table(known)[rows]
    ggplot2::ggplot(counts, ggplot2::aes(
        x = .data$predicted, y = .data$known, fill = .data$share
    )) +
        ggplot2::geom_tile(color = "gray90") +
        ggplot2::geom_text(ggplot2::aes(
            label = .data$text,
            color = ifelse(.data$share > 0.5, "white", "black")
        ), size = 3) +
        ggplot2::scale_color_identity() +
        ggplot2::scale_fill_gradient(
            low = "white", high = .plot_blue, limits = c(0, 1)
        ) +
        ggplot2::scale_y_discrete(
            limits = rev, labels = function(y) paste0(y, " (", sizes[y], ")")
        ) +
        ggplot2::labs(
            x = paste("transferred:", label), y = "known (cells)",
            fill = "share of\nthe known"
        ) +
        .plot_theme() +
        ggplot2::theme(
            axis.text.x = ggplot2::element_text(angle = 45, hjust = 1),
            panel.grid = ggplot2::element_blank()
        )
}

.plot_transfer_score <- function(table, label, what, predicted, known,
                                 unknown) {
    column <- paste0(label, "_", what)
    if (is.null(table[[column]])) {
        .stop_argument(
            "what", "`object` has no column \"", column, "\"."
        )
    }
    group <- if (is.null(known)) factor(predicted) else known
    cells <- data.frame(
        group = group, value = table[[column]],
        called = factor(
            ifelse(predicted == unknown, "unknown", "a label"),
            c("a label", "unknown")
        )
    )
    cells <- cells[!is.na(cells$group), ]
    ggplot2::ggplot(cells, ggplot2::aes(
        x = .data$value, y = .data$group
    )) +
        ggplot2::geom_boxplot(
            outlier.shape = NA, color = .plot_gray, width = 0.6
        ) +
        ggplot2::geom_point(
            ggplot2::aes(color = .data$called), size = 0.7, alpha = 0.5,
            stroke = 0,
            position = ggplot2::position_jitter(
                width = 0, height = 0.22, seed = 1
            )
        ) +
        ggplot2::scale_color_manual(
            values = c(`a label` = .plot_blue, unknown = .plot_orange),
            drop = FALSE
        ) +
        ggplot2::guides(color = ggplot2::guide_legend(
            override.aes = list(size = 3, alpha = 1)
        )) +
        ggplot2::scale_y_discrete(limits = rev) +
        ggplot2::labs(
            x = .transfer_titles[[what]], y = NULL, color = "cell got"
        ) +
        .plot_theme() +
        ggplot2::coord_cartesian(xlim = c(0, 1))
}

.transfer_titles <- list(
    confidence = "confidence (share of the label among the neighbors)",
    distance = "distance (share of the label's reference cells that lie nearer)"
)
