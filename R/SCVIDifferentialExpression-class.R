#' Tables of differential expression
#'
#' What [differentialExpression()] returns: a [S4Vectors::DataFrame()] in every
#' respect, but printed in short, with its parameters and its first columns.
#'
#' @param object What [differentialExpression()] returned.
#' @return `show()` prints an overview and returns NULL, invisibly.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 2, n_hidden = 16)
#' de <- differentialExpression(model, sce, groups = "cell_type")
#' de
#' # all columns, as any other DataFrame
#' as(de, "DFrame")
#' @name SCVIDifferentialExpression-class
#' @importClassesFrom S4Vectors DFrame
#' @exportClass SCVIDifferentialExpression
setClass("SCVIDifferentialExpression", contains = "DFrame")

#' @rdname SCVIDifferentialExpression-class
#' @importFrom methods callNextMethod
#' @exportMethod show
setMethod("show", "SCVIDifferentialExpression", function(object) {
    shown <- intersect(c(
        .first_de_columns,
        if (identical(metadata(object)$mode, "vanilla")) "bayes_factor"
    ), colnames(object))
    hidden <- setdiff(colnames(object), shown)
    cat(.describe_de(object), sep = "\n")
    if (length(shown) && length(hidden)) {
        show(as(object, "DFrame")[shown])
        cat(strwrap(paste0(
            "and ", .pluralize(length(hidden), "column"), " more: ",
            paste(hidden, collapse = ", ")
        ), exdent = 2), sep = "\n")
    } else {
        callNextMethod()
    }
})

# Lines above the table.
.describe_de <- function(de) {
    about <- metadata(de)
    if (is.null(about$mode)) {
        return(NULL)
    }
    number <- function(value) paste(.number_text(value), collapse = ", ")
    parameters <- c(
        paste0("mode \"", about$mode, "\""),
        if (length(about$delta)) paste("delta", number(signif(about$delta, 3))),
        if (.is_number(about$n_samples_overall)) {
            paste(number(about$n_samples_overall), "samples per side")
        },
        if (isTRUE(about$batch_correction)) "batches corrected"
    )
    calls <- if (is.logical(de$is_de) && .is_number(about$fdr_target)) {
        paste0(
            .with_commas(sum(de$is_de)), " of ", .with_commas(nrow(de)),
            " rows are called at an expected FDR of ",
            number(100 * about$fdr_target), " %"
        )
    }
    c(
        paste("Differential expression:", paste(parameters, collapse = ", ")),
        calls
    )
}
