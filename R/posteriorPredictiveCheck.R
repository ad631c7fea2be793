#' Posterior predictive checks
#'
#' Do counts drawn from a model look like the observed ones? Draws data sets
#' from one or several models; the checks then compare them with the counts:
#' \itemize{
#'   \item [coefficientOfVariation()] per gene or per cell,
#'   \item [zeroFraction()] per gene or per cell,
#'   \item [calibrationError()], whether counts lie in the intervals of the
#'     draws as often as they should,
#'   \item [differentialExpressionCheck()], whether groups of cells differ in
#'     the draws as they do in the counts.
#' }
#' [plotPredictiveCheck()] shows each.
#'
#' @param object A model, an object that [runSCVI()] returned, or a named list
#'   of them to be compared. They must have the same genes.
#' @param x The cells, in any form that [trainSCVI()] takes. May be left out
#'   for an object that [runSCVI()] returned.
#' @param n_samples Data sets to draw from each model, default 10. More make
#'   all figures steadier, and intervals finer.
#' @param subset.row Genes to check, in that order: names, positions or TRUE
#'   and FALSE. NULL (default): all genes of the model.
#' @param subset.col Cells to check, in that order: positions, names, or TRUE
#'   and FALSE. NULL (default): all.
#' @param name The name of the result in `object`, see [scviModel()].
#' @param ... Further arguments of [posteriorPredictiveSample()]: how to read
#'   `x`, `batch_size`, `num_threads`, `accelerator`.
#' @param seed A whole number that fixes the draws; NULL (default): drawn from
#'   R's random numbers.
#'
#' @return An object of class `SCVIPredictiveCheck`, which holds the counts
#'   and the draws as sparse matrices; print it for an overview.
#' @examples
#' sce <- exampleSCE()
#' models <- list(
#'     zinb = trainSCVI(sce, max_epochs = 5, n_hidden = 32),
#'     poisson = trainSCVI(
#'         sce, gene_likelihood = "poisson", max_epochs = 5, n_hidden = 32
#'     )
#' )
#' check <- posteriorPredictiveCheck(models, sce, n_samples = 5, seed = 1)
#' check
#' head(coefficientOfVariation(check))
#' calibrationError(check)
#' @export
posteriorPredictiveCheck <- function(
    object, x = NULL, n_samples = 10, subset.row = NULL, subset.col = NULL,
    name = NULL, ..., seed = NULL
) {
    .check_count(n_samples, "n_samples")
    seed <- .check_seed(seed)
    passed_on <- c(
        .reading_arguments, "transform_batch", "batch_size", "num_threads",
        "accelerator"
    )
    dots <- list(...)
    .check_dots(
        dots[!names(dots) %in% passed_on], c(names(formals()), passed_on)
    )
    if (is.null(x) && !is.list(object) && !is(object, "SCVIModel")) {
        x <- object
    }
    if (is.null(x)) {
        .stop_argument(
            "x", "A check compares with counts, which a model does not keep; ",
            "give the data as `x`."
        )
    }
    models <- .checked_models(object, name)
    x <- .packed_once(x, .registry(models[[1]])$source, dots)
    draws <- lapply(models, function(model) {
        drawn <- posteriorPredictiveSample(
            model, x, ..., n_samples = n_samples, subset.row = subset.row,
            subset.col = subset.col, seed = seed
        )
        if (n_samples == 1) list(sample_1 = drawn) else drawn
    })
    counts <- .checked_counts(models[[1]], x, dimnames(draws[[1]][[1]]),
                              subset.col, ...)
    new("SCVIPredictiveCheck", counts = counts, draws = draws)
}

.set_generic("posteriorPredictiveCheck", c("object", "x"))

# Named models with the same genes.
.checked_models <- function(object, name) {
    one <- is(object, "SCVIModel") || !is.list(object)
    models <- if (one) list(model = object) else object
    if (!length(models)) {
        .stop_argument("object", "`object` is a list without a model.")
    }
    names <- names(models)
    if (is.null(names) || anyNA(names) || !all(nzchar(names)) ||
        anyDuplicated(names) || "Raw" %in% names) {
        .stop_argument(
            "object", "Each model in the list needs a name of its own, other ",
            "than \"Raw\"."
        )
    }
    models <- lapply(models, scviModel, name = name)
    for (label in names) {
        if (!identical(.genes(models[[label]]), .genes(models[[1]]))) {
            .stop_argument(
                "object", "The models \"", names[1], "\" and \"", label,
                "\" have different genes."
            )
        }
    }
    models
}

# The observed counts of the genes and cells that were drawn.
.checked_counts <- function(model, x, names, subset.col, ...) {
    source <- .registry(model)$source
    given <- list(...)[.source_arguments]
    given <- given[!vapply(given, is.null, logical(1))]
    source[names(given)] <- given
    data <- do.call(.count_data, c(list(x), source, .cache_of(list(...))))
    counts <- .match_model_genes(data, model)
    genes <- match(names[[1]], .genes(model))
    cells <- .positions(
        subset.col, ncol(counts), colnames(counts), "subset.col", "cells"
    )
    counts <- counts[genes, cells, drop = FALSE]
    dimnames(counts) <- names
    if (is(counts, "PackedCounts")) as(counts, "dgCMatrix") else counts
}
