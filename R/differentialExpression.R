#' Differential expression
#'
#' Which genes differ between groups of cells, and by how much: samples of the
#' normalized expression of both groups are paired, and every pair gives a log2
#' fold change (Lopez et al., 2018; Boyeau et al., 2019). A gene counts as
#' changed where that lies beyond `delta`.
#'
#' The default `mode` is `"change"`, which scvi-tools' documentation
#' recommends; scvi-tools 1.4 itself has `"vanilla"`. With `subset` the rest
#' that a group is compared with lies inside of the subset, too (scvi-tools
#' takes it from all cells). `delta = NULL` is estimated once, from a fixed
#' start, so that the same samples give the same answer.
#'
#' @section Why so few genes are called:
#' The test compares cells, not means. A cell of one group is drawn against a
#' cell of the other, again and again, and `proba_de` is the share of these
#' pairs whose expression differs by more than `delta`. A gene is certain to
#' differ only if nearly any cell of one group differs from nearly any cell of
#' the other; more cells do not change that. A Wilcoxon or t test asks whether
#' the means differ at all, which more cells always show. So groups that
#' overlap, such as naive and memory T cells, may have no gene that is called
#' where a Wilcoxon test finds a hundred.
#'
#' In such a comparison look at the order rather than at the calls:
#' [topMarkers()] takes the largest changes whether they are called or not. To
#' call more, compare with the group that matters (`group2`) instead of a
#' mixture of all others, lower `delta`, or raise `fdr_target`.
#'
#' @inheritParams latentRepresentation
#' @param groups The group of every cell: a column of the cell table, or a
#'   vector. Cells without one (NA) are left out, with a message.
#' @param group1 Levels of `groups`, each to be compared with `group2`. NULL
#'   (default): all.
#' @param group2 One level of `groups`. NULL (default): the rest of the cells.
#' @param idx1,idx2 Instead of groups, the cells of both sides: positions,
#'   names, TRUE and FALSE, or a condition on the cell table as text
#'   (`"cell_type == 'B'"`) or formula (`~ cell_type == "B"`). Without `idx2`:
#'   the rest. Cells for which a condition is NA belong to no side.
#' @param subset Cells to look at, in the same forms. NULL (default): all.
#' @param within A further column or vector: everything is repeated inside of
#'   each of its levels. Levels that lack a side are left out, with a warning.
#' @param mode `"change"` (default): the probability that the fold change
#'   lies beyond `delta`; `"vanilla"`: that expression is higher in group 1.
#' @param delta Smallest log2 fold change that counts, default 0.25. Larger
#'   values find fewer genes. NULL: estimated from the genes' mean changes.
#' @param pseudocounts Added to both expressions before the ratio: larger
#'   values shrink changes of weak genes. NULL (default): from genes with a
#'   mean count below 0.01. `lfc_*` report changes with a thousandth of it.
#' @param test_mode `"three"` (default): `proba_de` is the larger of the
#'   probabilities of being higher and lower; `"two"`: their sum.
#' @param fdr_target Expected share of false genes among those that
#'   the column `is_de` marks, default 0.05.
#' @param all_stats TRUE (default): also mean counts and shares of non-zeros.
#' @param batch_correction TRUE: both groups are decoded as if from the same
#'   batches. FALSE (default): from their own.
#' @param batchid1,batchid2 With `batch_correction`: the batches that each
#'   group is decoded as. NULL (default): all.
#' @param use_observed_batches NULL (default): the opposite of
#'   `batch_correction`. TRUE or FALSE must not contradict it.
#' @param n_samples_overall Samples per group, default 5000, at most 1e8. More
#'   are more exact and take longer.
#' @param use_permutation TRUE: pairs are drawn at random from both groups'
#'   samples. Default FALSE.
#' @param m_permutation Their number, default 10000.
#' @param cred_interval_lvls Levels of credible intervals of the fold change,
#'   between 0 and 1. NULL (default): none.
#' @param filter_outlier_cells TRUE: the tenth of each group farthest from its
#'   middle in latent space is left out. Default FALSE.
#' @param weights `"uniform"` (default) or `"importance"`, as in
#'   [normalizedExpression()], with `max_cells` and `n_mc_samples`.
#' @param max_cells,n_mc_samples As in [normalizedExpression()].
#' @param change_fn A function of the expression of the pairs of one gene in
#'   both groups and of the pseudocounts, which returns one effect per pair.
#'   NULL (default): the log2 fold change.
#' @param m1_domain_fn A function of the effects of one gene: TRUE where they
#'   count as changed, or a list of two such vectors, higher and lower. NULL
#'   (default): beyond `delta`.
#'
#' @return A [S4Vectors::DataFrame] (of class
#'   [SCVIDifferentialExpression-class]) with a row per gene and comparison,
#'   sorted by `proba_de` (in mode `"vanilla"` by `bayes_factor`). The first
#'   columns are `gene`, `comparison`, `within` where asked for, `lfc_median`
#'   (log2, group 1 over group 2), `proba_de` and `is_de`, TRUE where the gene
#'   is called; printing shows these alone. `metadata()` has the parameters of
#'   the comparison (mode, delta, pseudocount, fdr_target, seed, test_mode,
#'   n_samples_overall, batch_correction and so on) and in `columns` what each
#'   column is. `as.data.frame()` makes it a table for dplyr and its like.
#' @seealso [topMarkers()], [plotVolcano()], [plotMarkers()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' de <- differentialExpression(model, sce, groups = "cell_type")
#' head(de[, 1:5])
#' # one side against another, inside of each batch
#' differentialExpression(
#'     model, sce, groups = "cell_type", group1 = "A", group2 = "B",
#'     within = "batch", n_samples_overall = 500
#' )
#' @export
differentialExpression <- function(
    object, x = NULL, ..., groups = NULL, group1 = NULL, group2 = NULL,
    idx1 = NULL, idx2 = NULL, subset = NULL, within = NULL, mode = "change",
    delta = 0.25, pseudocounts = NULL, test_mode = "three",
    fdr_target = 0.05, all_stats = TRUE, batch_correction = FALSE,
    batchid1 = NULL, batchid2 = NULL, use_observed_batches = NULL,
    n_samples_overall = 5000, use_permutation = FALSE,
    m_permutation = 10000, cred_interval_lvls = NULL,
    filter_outlier_cells = FALSE, weights = "uniform", max_cells = 1024,
    n_mc_samples = 500, change_fn = NULL, m1_domain_fn = NULL, name = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    test <- .check_de_test(mget(.de_test_arguments))
    sampling <- .check_de_sampling(mget(.de_sampling_arguments))
    .check_open_unit(fdr_target, "fdr_target")
    .check_flag(all_stats, "all_stats")
    .check_flag(filter_outlier_cells, "filter_outlier_cells")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, list(...), subset.col = NULL, name = name,
        needs_counts = FALSE, known = names(formals()),
        num_threads = compute$num_threads,
        prefers_counts = length(.counts_needed_for(
            test, all_stats, weights
        )) > 0
    )
    .check_de_counts(query, test, all_stats, weights)
    .check_de_memory(sampling, query)
    sampling <- .de_batches(sampling, query$model)
    sampling$seed <- .check_seed(seed)
    design <- .de_design(
        query, groups, group1, group2, idx1, idx2, subset, within,
        reuse = !filter_outlier_cells && weights == "uniform"
    )
    tables <- .de_tables(
        query, design, sampling, test, all_stats, filter_outlier_cells, compute
    )
    .de_result(
        tables, design, query, test, sampling, fdr_target,
        mget(.recorded_de_arguments)
    )
}

.set_generic("differentialExpression", c("object", "x"))

# One call to the core for all comparisons; raw statistics of the cells
# before outliers leave.
.de_tables <- function(query, design, sampling, test, all_stats, filter,
                       compute) {
    parts <- design$parts
    counted <- if (!is.null(query$cells$counts)) {
        part_counts(query$cells$counts, .zero_based(parts))
    }
    totals <- counted$total
    if (filter) {
        parts <- .without_outliers(query, parts, sampling$batch_size, compute)
        if (!is.null(counted)) {
            totals <- part_counts(
                query$cells$counts, .zero_based(parts)
            )$total
        }
    }
    sides <- list(
        parts = .zero_based(parts),
        side1 = .zero_based(lapply(design$comparisons, `[[`, "parts1")),
        side2 = .zero_based(lapply(design$comparisons, `[[`, "parts2")),
        part_totals = totals
    )
    tables <- differential_expression(
        query$pointer, query$cells, sides, sampling, test, compute
    )
    if (length(tables) != length(design$comparisons)) {
        .stop_core("interrupted", "Interrupted: there is no result.")
    }
    if (all_stats) {
        sizes <- lengths(design$parts)
        tables <- Map(function(table, comparison) {
            table$columns <- c(
                table$columns, .raw_statistics(counted, sizes, comparison)
            )
            table
        }, tables, design$comparisons)
    }
    tables
}

.zero_based <- function(positions) {
    lapply(positions, function(p) as.integer(p) - 1L)
}
