#' Select variable genes from raw counts
#'
#' Genes in which more cells have no count than sampling noise explains: an
#' answer from the raw counts that [trainSCVI()] takes, for its `subset.row`.
#' Training is faster with 1,000 to 5,000 variable genes than with all, and the
#' latent space usually no worse.
#'
#' If a gene's share \eqn{p} of all counts were the same in every cell, a cell
#' with \eqn{n} counts would have none of the gene with probability
#' \eqn{\exp(-n p)}. The mean of that over the cells is the expected share of
#' zeros. The enrichment of a gene is the probability that of two draws, one
#' with the observed and one with the expected share, the first alone is a zero:
#' `observed * (1 - expected)`. With batches, each batch ranks the genes, and
#' they are ordered by the number of batches in which they are among the `n`
#' first, then by their median rank.
#'
#' This is `scvi.data.poisson_gene_selection()` of scvi-tools, which estimates
#' the enrichment from 10,000 random draws, so that genes near the end of the
#' selection change from call to call. Here it is computed, and the selection is
#' always the same.
#'
#' Other ways to choose genes do as well: `scran::modelGeneVar(sce, block = )`
#' with `scran::getTopHVGs()`, or in Seurat `FindVariableFeatures()`, which
#' `runSCVI(features = "variable")` uses. Genes outside of the selection stay in
#' the object, but not in the model, so that no verb knows them.
#'
#' @inheritParams trainSCVI
#' @param x Raw counts, genes x cells: a matrix, a sparse matrix, a
#'   DelayedMatrix (read by blocks of `DelayedArray::getAutoBlockSize()`), a
#'   SummarizedExperiment, SingleCellExperiment or Seurat object.
#' @param n Genes to select, default 2000; all genes that have a count where
#'   there are fewer.
#' @param batch The batch of every cell: the name of a column of the cell table,
#'   or a vector. NULL (default): all cells are one.
#' @param ... Not used: catches misspelt arguments.
#' @param details TRUE: returns the table behind the selection. Default FALSE.
#'
#' @return Names of genes (positions where `x` has no names), the most variable
#'   first. With `details`, a [S4Vectors::DataFrame()] of all genes in their
#'   order: `gene`, `selected`, `n_batches` (in which the gene is among the
#'   first `n`), and of its figures in the batches the medians: `rank` (1 is the
#'   most variable), `enrichment`, and the `observed` and the `expected` share
#'   of zeros.
#' @references Andrews TS, Hemberg M (2019). M3Drop: dropout-based feature
#'   selection for scRNASeq. *Bioinformatics* 35, 2865-2867.
#'   \doi{10.1093/bioinformatics/bty1044}
#' @seealso [runSCVI()], whose `subset.row` takes the result
#' @examples
#' sce <- exampleIFNB()
#' genes <- selectGenes(sce, 300, batch = "stimulus")
#' head(genes)
#' sce <- runSCVI(
#'     sce, batch = "stimulus", subset.row = genes, max_epochs = 2,
#'     n_hidden = 16
#' )
#' @export
selectGenes <- function(
    x, n = 2000, batch = NULL, ..., details = FALSE, assay.type = "counts",
    altexp = NULL, assay = NULL, num_threads = NULL
) {
    .check_dots(list(...), names(formals()))
    .check_not_missing(missing(x), "x", "the counts")
    .check_count(n, "n")
    .check_flag(details, "details")
    num_threads <- .check_threads(num_threads)
    data <- .count_data(
        x, assay.type, altexp, assay, convert = .leave_arrays
    )
    if (.is_count_stream(data$counts)) {
        data$counts <- .cached(data$counts, data$label, "auto")
    }
    codes <- .selection_batches(batch, data)
    sums <- .sum_counts(data, codes, num_threads)
    table <- .rank_genes(sums, codes, n)
    has_counts <- rowSums(sums$non_zeros) > 0
    if (sum(has_counts) < n) {
        .inform(
            "`n` = ", .number_text(n), ", but ", sum(has_counts), " of the ",
            nrow(table), " genes have a count: these are selected."
        )
    }
    order <- order(!has_counts, -table$n_batches, table$rank)
    selected <- head(order, min(n, sum(has_counts)))
    genes <- rownames(data$counts)
    if (details) {
        return(DataFrame(
            gene = if (is.null(genes)) seq_len(nrow(table)) else genes,
            selected = seq_len(nrow(table)) %in% selected, table
        ))
    }
    if (is.null(genes)) selected else genes[selected]
}

.set_generic("selectGenes", "x")

# One code per cell, from 1. A list brings its objects as batches.
.selection_batches <- function(batch, data) {
    if (is.null(batch)) {
        batch <- data$source
    }
    if (is.null(batch)) {
        return(rep(1L, ncol(data$counts)))
    }
    batch <- .read_column(batch, "batch", data)
    .codes_of(batch, .levels_of(batch, "batch"), "batch") + 1L
}

# list(total, non_zeros): genes x batches; `depth`: the counts of each cell.
.sum_counts <- function(data, codes, num_threads) {
    counts <- data$counts
    n_batches <- max(codes)
    sums <- list(total = 0, non_zeros = 0, depth = numeric(ncol(counts)))
    add <- function(block, cells) {
        .check_counts(
            list(counts = block, label = data$label), "poisson", num_threads
        )
        parts <- split(
            seq_along(cells), factor(codes[cells], seq_len(n_batches))
        )
        found <- part_counts(block, .zero_based(unname(parts)))
        sums$total <<- sums$total + found$total
        sums$non_zeros <<- sums$non_zeros + found$non_zeros
        sums$depth[cells] <<- Matrix::colSums(block)
    }
    if (is(counts, "DelayedMatrix")) {
        .for_cell_blocks(
            counts, data$label, add, DelayedArray::getAutoBlockSize() / 8
        )
    } else if (.is_other_array(counts) || is(counts, "PackedCounts")) {
        .for_cell_blocks(counts, data$label, add)
    } else {
        add(counts, seq_len(ncol(counts)))
    }
    sums
}

.rank_genes <- function(sums, codes, n) {
    batches <- seq_len(max(codes))
    n_cells <- tabulate(codes, length(batches))
    observed <- 1 - t(t(sums$non_zeros) / n_cells)
    expected <- vapply(batches, function(batch) {
        .expected_zeros(sums$total[, batch], sums$depth[codes == batch])
    }, numeric(nrow(observed)))
    dim(expected) <- dim(observed)
    enrichment <- observed * (1 - expected)
    # genes with the same counts differ by rounding
    ranks <- apply(round(enrichment, 12), 2, function(one) {
        rank(-one, ties.method = "first")
    })
    dim(ranks) <- dim(observed)
    median_of <- function(table) apply(table, 1, stats::median)
    data.frame(
        n_batches = as.integer(rowSums(ranks <= n)), rank = median_of(ranks),
        enrichment = median_of(enrichment), observed = median_of(observed),
        expected = median_of(expected)
    )
}

# Mean over the cells of exp(-depth * share); cells of one depth are one term.
.expected_zeros <- function(total, depth) {
    share <- total / max(sum(total), 1)
    depths <- sort(unique(depth))
    weight <- tabulate(match(depth, depths), length(depths)) / length(depth)
    width <- ceiling(1e6 / length(depths))
    genes <- split(seq_along(share), (seq_along(share) - 1) %/% width)
    unlist(lapply(genes, function(some) {
        exp(-outer(share[some], depths)) %*% weight
    }), use.names = FALSE)
}
