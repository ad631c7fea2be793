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
    .check_whole(n_samples, "n_samples")
    .check_flag(return_mean, "return_mean")
    .check_whole(batch_size, "batch_size")
    num_threads <- .check_threads(num_threads)
    query <- .query(
        object, x, ..., subset.col = subset.col, name = name,
        needs_counts = FALSE, known = names(formals())
    )
    latent_size <- identical(library_size, "latent")
    .check_latent_size(query, latent_size)
    batches <- .batch_codes(query$model, transform_batch)
    known_genes <- .genes(query$model)
    genes <- .positions(
        subset.row, length(known_genes), known_genes, "subset.row", "genes"
    )
    seed <- .check_seed(seed)
    draw <- function(n_samples, seed) {
        values <- normalized_expression(
            query$pointer, query$cells, batches,
            if (is.null(subset.row)) integer() else genes - 1L, latent_size,
            if (latent_size) 1 else library_size, n_samples, FALSE,
            batch_size, seed, num_threads
        )
        dimnames(values) <- list(known_genes[genes], query$cell_names)
        values
    }
    if (return_mean || n_samples == 1) {
        return(draw(n_samples, seed))
    }
    simplify2array(lapply(seq_len(n_samples) - 1, function(k) {
        draw(1, seed + k)
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

# Without counts the library encoder has nothing to see.
.check_latent_size <- function(query, latent_size) {
    observed <- .model_options(query$model)$use_observed_lib_size
    if (latent_size && !observed && is.null(query$cells$counts)) {
        .stop_argument(
            "x", "The model infers library sizes from counts, which it does ",
            "not keep; give the data as `x`."
        )
    }
}

# Codes of the batches that are named by their levels.
.batch_codes <- function(model, transform_batch) {
    if (is.null(transform_batch)) {
        return(integer())
    }
    levels <- .registry(model)$batch$levels
    if (is.null(levels)) {
        .stop_argument(
            "transform_batch", "The model was trained without `batch`."
        )
    }
    codes <- match(as.character(transform_batch), levels) - 1L
    if (!length(codes) || anyNA(codes)) {
        .stop_argument(
            "transform_batch", "`transform_batch` must name batches; there ",
            .there_are(levels), ", but not ",
            .some(transform_batch[is.na(codes)]), "."
        )
    }
    codes
}
