#' Correlations between genes
#'
#' Correlations of denoised expression: of draws from the cells' posteriors,
#' at one sequencing depth, with the model's overdispersion but without the
#' noise of counting, which hides the correlations of raw counts.
#'
#' @inheritParams normalizedExpression
#' @param n_samples Draws from each cell's posterior, default 10. More make
#'   the correlations steadier and take longer.
#' @param correlation_type `"spearman"` (default), of ranks; or `"pearson"`,
#'   which needs less time and memory.
#' @param rna_size_factor The depth at which expression is drawn, default
#'   1000. The lower it is, the more noise remains.
#' @param transform_batch Levels of the batch that the cells are decoded as;
#'   the result is the mean of the correlations in each. NULL (default): each
#'   cell's own.
#' @param max_gb Memory in GB that `"spearman"` may take, default 8. It keeps
#'   4 bytes for every gene, cell and sample; `"pearson"` keeps no draws.
#'
#' @return A symmetric matrix of genes x genes, `NA` for a gene that does not
#'   vary. Choose the genes of interest with `subset.row`: time and size grow
#'   with the square of their number.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(
#'     sce, batch = "batch", max_epochs = 20, lr = 0.01, n_hidden = 32
#' )
#' # gene_1 and gene_4 mark one cell type, gene_2 another
#' featureCorrelation(
#'     model, subset.row = paste0("gene_", c(1, 4, 2, 5)), seed = 1
#' )
#' @export
featureCorrelation <- function(
    object, x = NULL, ..., n_samples = 10,
    correlation_type = c("spearman", "pearson"), rna_size_factor = 1000,
    transform_batch = NULL, subset.row = NULL, subset.col = NULL,
    name = NULL, max_gb = 8, batch_size = 512, seed = NULL,
    num_threads = NULL, accelerator = "auto"
) {
    correlation_type <- .check_correlation_type(correlation_type)
    .check_positive(rna_size_factor, "rna_size_factor")
    .check_positive(max_gb, "max_gb")
    query <- .decode_query(
        object, x, list(...), transform_batch = transform_batch,
        n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, batch_size = batch_size,
        seed = seed, num_threads = num_threads,
        accelerator = accelerator, needs_library = FALSE,
        known = names(formals())
    )
    ranks <- correlation_type == "spearman"
    if (ranks) {
        .check_rank_memory(query, max_gb)
    }
    .check_memory(
        8 * length(query$dimnames[[1]])^2, "subset.row",
        paste("Correlations of", .pluralize(length(query$dimnames[[1]]),
                                            "gene")),
        " Choose genes with `subset.row`."
    )
    correlations <- feature_correlation(
        query$pointer, query$cells, query$decode, ranks, rna_size_factor,
        query$compute
    )
    correlations[is.nan(correlations)] <- NA
    dimnames(correlations) <- query$dimnames[c(1, 1)]
    correlations
}

.set_generic("featureCorrelation", c("object", "x"))

.check_correlation_type <- function(type) {
    known <- c("spearman", "pearson")
    if (identical(type, known)) {
        return(known[1])
    }
    if (!is.character(type) || !isTRUE(type %in% known)) {
        .stop_argument(
            "correlation_type", "`correlation_type` must be \"spearman\" or ",
            "\"pearson\"."
        )
    }
    type
}

.check_positive <- function(value, argument) {
    if (!.is_number(value) || !is.finite(value) || value <= 0) {
        .stop_argument(
            argument, "`", argument, "` must be one positive number."
        )
    }
}

.check_rank_memory <- function(query, max_gb) {
    n_genes <- length(query$dimnames[[1]])
    n_cells <- .n_cells(query$cells)
    needed <- 4 * n_genes * n_cells * query$decode$n_samples / 1e9
    if (needed > max_gb) {
        .stop_argument(
            "max_gb", "Ranks of ", n_genes, " genes in ",
            .with_commas(n_cells), " cells and ",
            query$decode$n_samples, " samples take ",
            format(needed, digits = 2, decimal.mark = "."),
            " GB. Choose genes (`subset.row`) or ",
            "cells (`subset.col`), take fewer samples, use ",
            "correlation_type = \"pearson\", or raise `max_gb`."
        )
    }
}

.n_cells <- function(cells) {
    if (is.null(cells$counts)) length(cells$log_library) else ncol(cells$counts)
}
