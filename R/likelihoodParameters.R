#' Parameters of the likelihood
#'
#' The distribution of the counts of every gene in every cell, given latent
#' variables drawn from the cell's posterior.
#'
#' @inheritParams normalizedExpression
#' @param n_samples Draws from each cell's posterior, default 1.
#' @param give_mean TRUE: the mean of the draws. FALSE (default): each draw.
#' @param sink NULL (default): the result is in memory. Else the name of a
#'   back end of the DelayedArray package, such as `"HDF5Array"`, into which it
#'   is written block by block.
#'
#' @return A list of matrices of genes x cells with the names of the input,
#'   or, with several samples and without `give_mean`, of arrays of genes x
#'   cells x samples:
#'   \describe{
#'     \item{`mean`}{the mean, before zero inflation, at the cell's own
#'       library size;}
#'     \item{`dispersions`}{the inverse dispersion theta of the negative
#'       binomial, whose variance is `mean + mean^2 / theta`; for the normal
#'       likelihood the standard deviation; absent for `"poisson"`;}
#'     \item{`dropout`}{the probability of an extra zero, for `"zinb"`.}
#'   }
#'   They are dense: for large data choose genes and cells, or give a `sink`.
#' @seealso [posteriorPredictiveSample()], which draws from them.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' parameters <- likelihoodParameters(
#'     model, n_samples = 10, give_mean = TRUE, subset.row = 1:3,
#'     subset.col = 1:4
#' )
#' parameters$mean
#' parameters$dispersions
#' @export
likelihoodParameters <- function(
    object, x = NULL, ..., n_samples = 1, give_mean = FALSE,
    transform_batch = NULL, subset.row = NULL, subset.col = NULL,
    name = NULL, batch_size = 512, seed = NULL, num_threads = NULL,
    accelerator = "auto", sink = NULL
) {
    .check_flag(give_mean, "give_mean")
    .check_back_end(sink)
    query <- .decode_query(
        object, x, list(...), transform_batch = transform_batch,
        n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, batch_size = batch_size,
        seed = seed, num_threads = num_threads,
        accelerator = accelerator, needs_library = TRUE,
        known = names(formals())
    )
    if (is.null(sink)) {
        .check_result_memory(query, 3 * if (give_mean) 1 else n_samples)
    }
    outputs <- list()
    open_output <- function(name) {
        outputs[[name]] <<- .open_sink(
            sink, query$dimnames, query$n_cells, query$decode$batch_size,
            if (!give_mean && n_samples > 1) n_samples
        )
        outputs[[name]]$write
    }
    parameters <- likelihood_parameters(
        query$pointer, query$cells, query$decode, give_mean,
        if (!is.null(sink)) open_output, query$compute
    )
    if (!is.null(sink)) {
        return(lapply(outputs, function(output) output$close()))
    }
    lapply(parameters, .name_expression, query$dimnames)
}

.set_generic("likelihoodParameters", c("object", "x"))

.check_back_end <- function(sink) {
    if (!is.null(sink) && !is.character(sink)) {
        .stop_argument(
            "sink", "`sink` must be the name of a back end here: the result ",
            "is several matrices."
        )
    }
}
