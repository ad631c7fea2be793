#' Marker genes of each group
#'
#' [differentialExpression()] sorts genes by the evidence that they differ, as
#' scvi-tools does. With many cells hundreds of genes are certain to differ, and
#' the interesting ones are those that differ most: `topMarkers()` takes, of the
#' genes that are higher in the group and have a count in enough of its cells,
#' those with the largest change. It does not matter whether a gene is called at
#' the false discovery rate, as few cells may not suffice to call any: the
#' column `is_de` says so.
#'
#' @param de What [differentialExpression()] returned, in mode `"change"`, with
#'   `all_stats = TRUE`.
#' @param n Markers of each comparison, default 20; fewer where fewer are
#'   higher.
#' @param min_proportion Share of the group's cells that have a count of a
#'   marker, at least; default 0.25. What few cells have can change most, and
#'   is left out; 0 leaves out nothing.
#'
#' @return The rows of `de` that are markers, as a [S4Vectors::DataFrame()] with
#'   the same columns: comparison by comparison (and within by within), the
#'   largest `lfc_median` first.
#' @seealso [plotMarkers()] shows them.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' de <- differentialExpression(model, sce, groups = "cell_type")
#' topMarkers(de, n = 3)[, c("gene", "lfc_median", "group1")]
#' @export
topMarkers <- function(de, n = 20, min_proportion = 0.25) {
    .check_de(de)
    n <- .check_count(n, "n")
    .check_proportion(min_proportion, "min_proportion")
    if (is.null(de$non_zeros_proportion1)) {
        .stop_argument(
            "de", "`de` has no raw statistics: call differentialExpression() ",
            "with `all_stats = TRUE`."
        )
    }
    rows <- split(seq_len(nrow(de)), .de_panel(de))
    higher <- de$lfc_median > 0 & de$non_zeros_proportion1 >= min_proportion
    de[unlist(lapply(rows, function(of_panel) {
        of_panel <- of_panel[which(higher[of_panel])]
        head(of_panel[order(-de$lfc_median[of_panel])], n)
    })), ]
}

.set_generic("topMarkers", "de")
