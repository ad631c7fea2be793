#' A small simulated data set
#'
#' Negative binomial counts of cells of three types from several batches, with
#' type, batch and depth effects: enough to try every verb in seconds.
#'
#' @param n_genes Genes, default 100. The first third is markers.
#' @param n_cells Cells, default 300.
#' @param n_batches Batches, default 2.
#'
#' @return A SingleCellExperiment with the assay `counts` (sparse) and the
#'   columns `batch` and `cell_type`. It is drawn from R's random numbers:
#'   `set.seed()` makes it repeatable.
#' @examples
#' exampleSCE()
#' @importFrom SingleCellExperiment SingleCellExperiment
#' @importFrom stats rlnorm
#' @export
exampleSCE <- function(n_genes = 100, n_cells = 300, n_batches = 2) {
    .check_count(n_genes, "n_genes", min = 3)
    .check_count(n_cells, "n_cells", min = 3)
    .check_count(n_batches, "n_batches")
    .check_memory(
        4 * 8 * n_genes * n_cells, "n_cells",
        paste(.number_text(n_genes), "genes x", .number_text(n_cells), "cells")
    )
    type <- sample(rep_len(1:3, n_cells))
    batch <- sample(rep_len(seq_len(n_batches), n_cells))
    # log fold changes, genes x types and genes x batches
    type_effect <- matrix(0, n_genes, 3)
    marker_of <- rep_len(1:3, n_genes %/% 3)
    type_effect[cbind(seq_along(marker_of), marker_of)] <- log(8)
    batch_effect <- matrix(
        rnorm(n_genes * n_batches, sd = 0.4), n_genes
    )
    level <- rlnorm(n_genes, meanlog = 0, sdlog = 0.7)
    depth <- rlnorm(n_cells, meanlog = 0, sdlog = 0.3)
    mu <- level * exp(type_effect[, type] + batch_effect[, batch])
    mu <- t(t(mu) * depth)
    counts <- matrix(
        rnbinom(n_genes * n_cells, size = 5, mu = mu), n_genes,
        dimnames = list(
            paste0("gene_", seq_len(n_genes)),
            paste0("cell_", seq_len(n_cells))
        )
    )
    SingleCellExperiment(
        list(counts = as(counts, "dgCMatrix")),
        colData = DataFrame(
            batch = paste0("batch_", batch),
            cell_type = c("A", "B", "C")[type],
            row.names = colnames(counts)
        )
    )
}
