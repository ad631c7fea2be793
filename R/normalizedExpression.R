#' Normalised, denoised expression
#'
#' The expression that the model expects of every cell: without the noise of
#' sampling, at one sequencing depth, and, with `transform_batch`, as if all
#' cells came from the same batch.
#'
#' @inheritParams latentRepresentation
#' @param transform_batch Levels of the batch that the cells are decoded as;
#'   the result is the mean over several. NULL (default): each cell's own.
#' @param library_size The total that expression sums to: 1 (default) gives
#'   shares, 1e4 counts per ten thousand. `"latent"`: the cell's own library
#'   size, so that values compare with counts.
#' @param n_samples Draws from each cell's posterior, default 1. More (25, say)
#'   give a smoother mean and take longer.
#' @param return_mean TRUE (default): the mean of the draws. FALSE: each draw.
#' @param subset.row Genes to return, in that order: names, positions or TRUE
#'   and FALSE. NULL (default): all genes of the model.
#'
#' @return A matrix of genes x cells with the names of the input; without
#'   `return_mean` and with several samples an array of genes x cells x
#'   samples. It is dense: for large data choose genes and cells.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' normalizedExpression(
#'     model, transform_batch = "batch_1", library_size = 1e4,
#'     subset.row = c("gene_3", "gene_1"), subset.col = 1:4
#' )
#' @export
normalizedExpression <- function(
    object, x = NULL, ..., transform_batch = NULL, library_size = 1,
    n_samples = 1, return_mean = TRUE, subset.row = NULL, subset.col = NULL,
    name = NULL, batch_size = 512, seed = NULL, num_threads = NULL
) {
    .check_library_size(library_size)
    .check_flag(return_mean, "return_mean")
    latent_size <- identical(library_size, "latent")
    query <- .decode_query(
        object, x, ..., transform_batch = transform_batch,
        n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, batch_size = batch_size,
        seed = seed, num_threads = num_threads, needs_library = latent_size,
        known = names(formals())
    )
    draw <- function(decode) {
        .name_expression(normalized_expression(
            query$pointer, query$cells, decode, latent_size,
            if (latent_size) 1 else library_size, query$num_threads
        ), query$dimnames)
    }
    if (return_mean || n_samples == 1) {
        return(draw(query$decode))
    }
    one <- query$decode
    one$n_samples <- 1
    simplify2array(lapply(one$seed + seq_len(n_samples) - 1, function(seed) {
        one$seed <- seed
        draw(one)
    }))
}

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
