#' Normalized, denoised expression
#'
#' The expression that the model expects of every cell: without the noise of
#' sampling, at one sequencing depth, and, with `transform_batch`, as if all
#' cells came from the same batch.
#'
#' @section Samples of all cells together:
#' With `n_samples_overall` the result describes a population instead of each
#' cell: so many draws from the posteriors of the cells together. With
#' `weights = "uniform"` cells are chosen with replacement, all alike, and each
#' choice is a draw of its own. With `"importance"` a pool of
#' `n_samples_overall %/% cells + 1` draws per cell is weighted by how well
#' each explains the counts of all cells (Lopez et al., 2018), and the result
#' is drawn from the pool with replacement by those weights. That needs the
#' counts, one batch at most in `transform_batch`, and time that grows with
#' draws times `max_cells`.
#'
#' @section Large results:
#' With `sink` the result is written block by block, `batch_size` cells at a
#' time, and never held in memory as a whole: into an HDF5 file with
#' `sink = "HDF5Array"`. Values are those of the result in memory.
#'
#' @inheritParams latentRepresentation
#' @param transform_batch Levels of the batch that the cells are decoded as;
#'   the result is the mean over several. NULL (default): each cell's own.
#' @param library_size The total that expression sums to: 1 (default) gives
#'   shares, 1e4 counts per ten thousand. `"latent"`: the cell's own library
#'   size, so that values compare with counts.
#' @param n_samples Draws from each cell's posterior, default 1. More (25, say)
#'   give a smoother mean and take longer.
#' @param n_samples_overall Draws from all cells together, instead of
#'   `n_samples` from each. NULL (default): results per cell.
#' @param weights How those are drawn: `"uniform"` (default) or
#'   `"importance"`.
#' @param max_cells,n_mc_samples For importance weights: the number of cells
#'   that draws are held against, default 1024, and the draws for the marginal
#'   likelihood of each, default 500. More are more exact and take longer.
#' @param return_mean TRUE (default): the mean of the draws. FALSE: each draw.
#' @param subset.row Genes to return, in that order: names, positions or TRUE
#'   and FALSE. NULL (default): all genes of the model.
#' @param sink NULL (default): the result is in memory. Else the name of a
#'   back end of the DelayedArray package, such as `"HDF5Array"`, or a
#'   realization sink of the right dimensions, made for instance with
#'   [HDF5Array::HDF5RealizationSink()].
#'
#' @return A matrix of genes x cells with the names of the input; without
#'   `return_mean` and with several samples an array of genes x cells x
#'   samples; with `n_samples_overall` a matrix of genes x samples. It is
#'   dense: for large data choose genes and cells, or give a `sink`, for a
#'   DelayedArray.
#' @references Lopez R et al. (2018), *Nature Methods* 15, 1053-1058.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' normalizedExpression(
#'     model, transform_batch = "batch_1", library_size = 1e4,
#'     subset.row = c("gene_3", "gene_1"), subset.col = 1:4
#' )
#' # A population of 200 cells
#' dim(normalizedExpression(model, n_samples_overall = 200))
#' @export
normalizedExpression <- function(
    object, x = NULL, ..., transform_batch = NULL, library_size = 1,
    n_samples = 1, n_samples_overall = NULL, weights = "uniform",
    max_cells = 1024, n_mc_samples = 500, return_mean = TRUE,
    subset.row = NULL, subset.col = NULL, name = NULL, sink = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    .check_library_size(library_size)
    .check_flag(return_mean, "return_mean")
    latent_size <- identical(library_size, "latent")
    overall <- .check_overall(
        n_samples_overall, weights, max_cells, n_mc_samples, n_samples, sink
    )
    query <- .decode_query(
        object, x, list(...), transform_batch = transform_batch,
        n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, batch_size = batch_size,
        seed = seed, num_threads = num_threads, accelerator = accelerator,
        needs_library = latent_size, known = names(formals())
    )
    size <- if (latent_size) NA_real_ else library_size
    if (is.null(sink) && is.null(overall)) {
        .check_result_memory(query, if (return_mean) 1 else n_samples)
    }
    if (!is.null(overall)) {
        return(.expression_overall(query, size, overall))
    }
    if (return_mean || n_samples == 1) {
        return(.expression(query, size, sink))
    }
    .expression_draws(query, size, sink)
}

.set_generic("normalizedExpression", c("object", "x"))

.check_library_size <- function(library_size) {
    is_size <- is.numeric(library_size) && length(library_size) == 1 &&
        is.finite(library_size) && library_size > 0
    if (!is_size && !identical(library_size, "latent")) {
        .stop_argument(
            "library_size", "`library_size` must be a positive number or ",
            "\"latent\"."
        )
    }
}

# The mean of the draws, genes x cells. `size` is NA for the cell's own.
.expression <- function(query, size, sink) {
    if (is.null(sink)) {
        return(.name_expression(normalized_expression(
            query$pointer, query$cells, query$decode, size, NULL,
            query$compute
        ), query$dimnames))
    }
    output <- .open_sink(
        sink, query$dimnames, query$n_cells, query$decode$batch_size
    )
    normalized_expression(
        query$pointer, query$cells, query$decode, size, output$write,
        query$compute
    )
    output$close()
}

# Every draw, genes x cells x samples: one run each, with a seed of its own.
.expression_draws <- function(query, size, sink) {
    n_samples <- query$decode$n_samples
    seeds <- draw_seeds(query$decode$seed, n_samples)
    if (!is.null(sink)) {
        sink <- .open_sink(
            sink, query$dimnames, query$n_cells, query$decode$batch_size,
            n_samples
        )
    }
    draws <- lapply(seq_len(n_samples), function(sample) {
        decode <- query$decode
        decode$n_samples <- 1
        decode$seed <- seeds[sample]
        normalized_expression(
            query$pointer, query$cells, decode, size,
            if (!is.null(sink)) {
                function(., first, block) sink$write(sample, first, block)
            },
            query$compute
        )
    })
    if (!is.null(sink)) {
        return(sink$close())
    }
    .name_expression(simplify2array(draws), query$dimnames)
}
