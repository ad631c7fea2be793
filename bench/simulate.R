# Counts where the truth is known.

# Counts drawn from a model with the negative binomial likelihood, with the mean
# and dispersion that it gives each cell and gene: the expression of the genes
# `changed` is multiplied by 2^lfc in a random half of the cells, which
# colData's `group` calls "treated".
simulate_change <- function(model, sce, changed, lfc, seed) {
    scale <- scvigor::normalizedExpression(model, sce, seed = seed)
    theta <- as.vector(scvigor::likelihoodParameters(
        model, sce[, 1], seed = seed
    )$dispersions)
    depth <- Matrix::colSums(SummarizedExperiment::assay(sce))
    withr::with_seed(seed, {
        treated <- seq_len(ncol(sce)) %in% sample(ncol(sce), ncol(sce) / 2)
        scale[changed, treated] <- scale[changed, treated] * 2^lfc
        scale <- sweep(scale, 2, colSums(scale), "/")
        mu <- sweep(scale, 2, depth, "*")
        counts <- matrix(
            stats::rnbinom(length(mu), size = theta, mu = mu), nrow(mu),
            dimnames = dimnames(mu)
        )
    })
    SingleCellExperiment::SingleCellExperiment(
        list(counts = methods::as(counts, "CsparseMatrix")),
        colData = S4Vectors::DataFrame(
            group = ifelse(treated, "treated", "control")
        )
    )
}

# Genes to change: among those with a count in a tenth of the cells, as no
# program could tell of the others.
genes_to_change <- function(sce, n, seed) {
    share <- Matrix::rowMeans(SummarizedExperiment::assay(sce) > 0)
    withr::with_seed(seed, sample(which(share > 0.1), n))
}

# How the calls at the false discovery rate compare with the truth.
call_scores <- function(table, changed_genes) {
    true <- table$gene %in% changed_genes
    # is_de of scvigor, the other of scvi-tools
    called <- table[[intersect(
        c("is_de", "is_de_fdr_0.05"), names(table)
    )[1]]] %in% c(TRUE, "True")
    first <- utils::head(order(-table$proba_de), length(changed_genes))
    c(
        called = sum(called),
        fdr = if (any(called)) mean(!true[called]) else 0,
        recall = mean(called[true]), first = mean(true[first])
    )
}
