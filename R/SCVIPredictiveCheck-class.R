#' Draws from models beside the counts
#'
#' What [posteriorPredictiveCheck()] returns.
#'
#' @slot counts The observed counts, genes x cells.
#' @slot draws A list per model: matrices of the same shape.
#'
#' @param object A `SCVIPredictiveCheck`.
#' @return `show()` prints an overview and returns NULL, invisibly.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 2, n_hidden = 16)
#' posteriorPredictiveCheck(model, sce, n_samples = 2)
#' @name SCVIPredictiveCheck-class
#' @exportClass SCVIPredictiveCheck
setClass("SCVIPredictiveCheck", slots = c(counts = "ANY", draws = "list"))

.observed_counts <- function(check) check@counts
.predictive_draws <- function(check) check@draws

#' @rdname SCVIPredictiveCheck-class
#' @importFrom methods show
#' @exportMethod show
setMethod("show", "SCVIPredictiveCheck", function(object) {
    draws <- .predictive_draws(object)
    dim <- dim(.observed_counts(object))
    cat(
        "Posterior predictive check: ", .pluralize(dim[1], "gene"), ", ",
        .pluralize(dim[2], "cell"), ", ",
        .pluralize(length(draws[[1]]), "sample"), "\n",
        "Models: ", paste(names(draws), collapse = ", "), "\n",
        "Checks: coefficientOfVariation(), zeroFraction(), ",
        "calibrationError(), differentialExpressionCheck(); ",
        "plotPredictiveCheck()\n", sep = ""
    )
})

.check_predictive_check <- function(check) {
    if (!is(check, "SCVIPredictiveCheck")) {
        .stop_argument(
            "check", "`check` must be what posteriorPredictiveCheck() ",
            "returned, not ", class(check)[1], "."
        )
    }
    check
}

# A table with a column per model, the mean of its samples, and "Raw".
# `measure` makes a vector of a matrix; a missing value is left out of means.
.compare_draws <- function(check, measure) {
    of_model <- lapply(.predictive_draws(check), function(samples) {
        values <- vapply(
            samples, measure, measure(.observed_counts(check))
        )
        # a single gene or cell gives no matrix
        rowMeans(matrix(values, ncol = length(samples)), na.rm = TRUE)
    })
    raw <- unname(measure(.observed_counts(check)))
    .data_frame_of(c(of_model, list(Raw = raw)))
}

# A DataFrame of columns with names of any kind.
.data_frame_of <- function(columns, rows = NULL) {
    table <- S4Vectors::make_zero_col_DFrame(length(columns[[1]]))
    for (name in names(columns)) {
        table[[name]] <- columns[[name]]
    }
    rownames(table) <- rows
    table
}

# The names of the rows of a result by gene or by cell.
.margin_names <- function(check, margin) {
    dimnames(.observed_counts(check))[[if (margin == "gene") 1 else 2]]
}
