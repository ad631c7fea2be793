#' Do groups differ in the draws as they do in the counts?
#'
#' Tests every group of cells against all others, gene by gene, once with the
#' observed counts and once with each drawn data set, and compares the answers.
#' The test is Welch's t-test on log(1 + counts per `cell_scale_factor`), as in
#' scvi-tools' criticism.
#'
#' @inheritParams coefficientOfVariation
#' @param groups The group of every cell of the check: a vector or factor.
#' @param n_samples Samples to test, default 1; figures are their means.
#' @param cell_scale_factor The total that every cell is scaled to, default
#'   10,000.
#' @param p_val_thresh Genes whose adjusted p-value (Benjamini and Hochberg)
#'   lies below, in the counts, are the truth that `roc_auc` and `pr_auc` refer
#'   to. Default 0.001. If there are none, or more than half of all genes, the
#'   genes with the smallest ones are taken.
#' @param n_top_genes The number of those, and of the genes that `gene_f1`
#'   compares. Default 100, and no more than a tenth of all genes.
#'
#' @return A DataFrame with a row per model and group:
#'   \describe{
#'     \item{`gene_f1`}{overlap of the top genes, 1 when they are the same;}
#'     \item{`lfc_mae`, `lfc_pearson`, `lfc_spearman`}{mean absolute difference
#'       and correlations of the log2 fold changes;}
#'     \item{`roc_auc`, `pr_auc`}{areas under the curves when the size of the
#'       draws' t statistics finds the genes that the counts call significant,
#'       whichever their sign (scvi-tools ranks by the signed statistic, which
#'       counts a gene that is found to be lower as missed);}
#'     \item{`n_cells`}{cells of the group.}
#'   }
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' check <- posteriorPredictiveCheck(model, sce, n_samples = 2)
#' differentialExpressionCheck(check, groups = sce$cell_type)
#' @export
differentialExpressionCheck <- function(
    check, groups, n_samples = 1, cell_scale_factor = 1e4,
    p_val_thresh = 0.001, n_top_genes = 100
) {
    .check_predictive_check(check)
    counts <- .observed_counts(check)
    groups <- .check_groups(groups, counts)
    labeled <- which(!is.na(groups))
    counts <- counts[, labeled, drop = FALSE]
    groups <- groups[labeled]
    .check_count(n_samples, "n_samples")
    .check_positive(cell_scale_factor, "cell_scale_factor")
    .check_positive(p_val_thresh, "p_val_thresh")
    .check_count(n_top_genes, "n_top_genes")
    draws <- .predictive_draws(check)
    if (n_samples > length(draws[[1]])) {
        .stop_argument(
            "n_samples", "The check holds ",
            .pluralize(length(draws[[1]]), "sample"), "."
        )
    }
    n_top <- max(1, min(n_top_genes, floor(0.1 * nrow(counts))))
    raw <- .group_tests(counts, groups, cell_scale_factor)
    rows <- lapply(names(draws), function(model) {
        of_samples <- lapply(draws[[model]][seq_len(n_samples)], function(x) {
            drawn <- .group_tests(
                x[, labeled, drop = FALSE], groups, cell_scale_factor
            )
            .concordance(raw, drawn, p_val_thresh, n_top)
        })
        mean <- Reduce(`+`, of_samples) / n_samples
        data.frame(
            model = model, group = levels(groups), mean,
            n_cells = as.vector(table(groups))
        )
    })
    DataFrame(do.call(rbind, rows))
}

.set_generic("differentialExpressionCheck", "check")

# A factor, NA for cells without a group.
.check_groups <- function(groups, counts) {
    groups <- .cell_values(groups, "groups", list(counts = counts))
    found <- .categorize(groups$values, "`groups`", "groups")
    .inform_unlabeled(found$codes, "`groups`", "groups")
    levels <- found$levels
    groups <- factor(found$codes, seq_along(levels), levels)
    few <- names(which(table(groups) < 2))
    if (length(levels) < 2 || length(few)) {
        .stop_argument(
            "groups", "`groups` must have 2 groups or more, of at least 2 ",
            "cells each; it has ", .quote_first(levels),
            if (length(few)) {
                paste0(" and a single cell in ", .quote_first(few))
            }, "."
        )
    }
    groups
}

# Every group against the rest: lists of matrices, genes x groups.
.group_tests <- function(counts, groups, total) {
    factors <- total / pmax(Matrix::colSums(counts), 1e-300)
    scaled <- counts %*% Matrix::Diagonal(x = factors)
    logs <- log1p(scaled)
    member <- Matrix::sparseMatrix(
        seq_along(groups), as.integer(groups), x = 1,
        dims = c(length(groups), nlevels(groups))
    )
    n <- rep(as.vector(table(groups)), each = nrow(counts))
    n_rest <- length(groups) - n
    sum <- as.matrix(logs %*% member)
    squares <- as.matrix(logs^2 %*% member)
    moments <- function(sum, squares, n) {
        mean <- sum / n
        list(mean = mean, error = pmax(squares / n - mean^2, 0) / (n - 1))
    }
    inside <- moments(sum, squares, n)
    outside <- moments(rowSums(sum) - sum, rowSums(squares) - squares, n_rest)
    t <- (inside$mean - outside$mean) / sqrt(inside$error + outside$error)
    # no spread at all: no difference, or no doubt about it
    t[is.nan(t)] <- 0
    df <- (inside$error + outside$error)^2 /
        (inside$error^2 / (n - 1) + outside$error^2 / (n_rest - 1))
    df[is.nan(df)] <- 1
    p <- 2 * stats::pt(-abs(t), df)
    list(
        t = t, adjusted = apply(p, 2, stats::p.adjust, method = "BH"),
        lfc = log2((expm1(inside$mean) + 1e-9) / (expm1(outside$mean) + 1e-9))
    )
}

# A row per group.
.concordance <- function(raw, drawn, p_val_thresh, n_top) {
    one_group <- function(k) {
        top <- function(t) order(t[, k], decreasing = TRUE)[seq_len(n_top)]
        truth <- raw$adjusted[, k] < p_val_thresh
        if (!any(truth) || mean(truth) > 0.5) {
            truth <- rank(raw$adjusted[, k], ties.method = "first") <= n_top
        }
        lfc <- function(tests) tests$lfc[, k]
        c(
            gene_f1 = length(intersect(top(raw$t), top(drawn$t))) / n_top,
            lfc_mae = mean(abs(lfc(raw) - lfc(drawn))),
            lfc_pearson = stats::cor(lfc(raw), lfc(drawn)),
            lfc_spearman = stats::cor(
                lfc(raw), lfc(drawn), method = "spearman"
            ),
            roc_auc = .roc_auc(truth, abs(drawn$t[, k])),
            pr_auc = .average_precision(truth, abs(drawn$t[, k]))
        )
    }
    t(vapply(seq_len(ncol(raw$t)), one_group, numeric(6)))
}

# The probability that a true one scores above a false one.
.roc_auc <- function(truth, score) {
    n <- sum(truth)
    (sum(rank(score)[truth]) - n * (n + 1) / 2) / (n * sum(!truth))
}

# Precision at every score that a true one has, averaged over the true ones.
.average_precision <- function(truth, score) {
    score <- -score
    mean(vapply(score[truth], function(limit) {
        mean(truth[score <= limit])
    }, numeric(1)))
}
