#' Sample counts from the model
#'
#' Draws from the posterior predictive distribution: for every cell first
#' latent variables from its posterior, then counts from the likelihood, noise
#' and zeros included. Compare them with the observed counts to see what the
#' model captures, or use them as simulated data.
#'
#' @inheritParams normalizedExpression
#' @param n_samples Data sets to draw, default 1. Each has new latent
#'   variables.
#' @param transform_batch Levels of the batch that the cells are decoded as.
#'   NULL (default): each cell's own. Of several the mean is returned, which
#'   need not be a whole number.
#'
#' @section Large results:
#' With `sink` samples are written block by block, `batch_size` cells at a
#' time, as whole numbers, and never held in memory as a whole. Values are
#' those of the result in memory.
#'
#' @return A sparse matrix (`dgCMatrix`) of genes x cells with the names of
#'   the input, filled cell by cell, never dense as a whole. With several
#'   samples a list of such matrices, `sample_1`, `sample_2`, ...;
#'   `simplify2array(lapply(samples, as.matrix))` makes a small one an array
#'   of genes x cells x samples. Values are whole numbers; under the normal
#'   likelihood they are not, and the matrices are dense. Means above 1e8 are
#'   cut. With `sink` a DelayedArray of the same shape, for several samples of
#'   genes x cells x samples.
#' @seealso [normalizedExpression()] for expectations, without the noise;
#'   [likelihoodParameters()].
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' drawn <- posteriorPredictiveSample(model, seed = 1)
#' drawn[1:3, 1:5]
#' samples <- posteriorPredictiveSample(
#'     model, n_samples = 3, subset.row = 1:20, seed = 1
#' )
#' # The share of zeros, drawn and observed
#' vapply(samples, function(counts) mean(as.matrix(counts) == 0), numeric(1))
#' mean(as.matrix(SummarizedExperiment::assay(sce)[1:20, ]) == 0)
#' @export
posteriorPredictiveSample <- function(
    object, x = NULL, ..., n_samples = 1, transform_batch = NULL,
    subset.row = NULL, subset.col = NULL, name = NULL, sink = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    query <- .decode_query(
        object, x, list(...), transform_batch = transform_batch,
        n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, batch_size = batch_size,
        seed = seed, num_threads = num_threads,
        accelerator = accelerator, needs_library = TRUE,
        known = names(formals())
    )
    if (!is.null(sink)) {
        return(.sample_into(sink, query))
    }
    # sparse: a few percent of the values are not 0
    .check_result_memory(query, n_samples, bytes_per_value = 0.12)
    samples <- lapply(
        posterior_predictive_sample(
            query$pointer, query$cells, query$decode, NULL, query$compute
        ),
        .as_sample, query$dimnames
    )
    if (n_samples == 1) {
        return(samples[[1]])
    }
    names(samples) <- paste0("sample_", seq_along(samples))
    samples
}

.set_generic("posteriorPredictiveSample", c("object", "x"))

# The core gives the slots of a sparse matrix, or a dense one.
.as_sample <- function(sample, names) {
    if (!is.list(sample)) {
        return(.name_expression(sample, names))
    }
    new("dgCMatrix",
        i = sample$i, p = sample$p, x = sample$x,
        Dim = c(length(names[[1]]), length(sample$p) - 1L), Dimnames = names
    )
}

.sample_into <- function(sink, query) {
    n_samples <- query$decode$n_samples
    is_count <- length(query$decode$transform_batch) < 2 &&
        .is_count_likelihood(.model_options(query$model)$gene_likelihood)
    output <- .open_sink(
        sink, query$dimnames, query$n_cells, query$decode$batch_size,
        if (n_samples > 1) n_samples,
        type = if (is_count) "integer" else "double"
    )
    posterior_predictive_sample(
        query$pointer, query$cells, query$decode, output$write, query$compute
    )
    output$close()
}
