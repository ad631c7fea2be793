# Differential expression on real data, and where the truth is known. What is
# measured is printed; bench/README.md repeats it.

source(testthat::test_path("helper-bench.R"), local = TRUE)

say <- function(...) cat("\n", sprintf(...), "\n", sep = "")

fit <- function(x, ..., max_epochs = 40) {
    trainSCVI(x, ..., max_epochs = max_epochs, seed = 0, verbose = FALSE)
}

test_that("pbmc3k: the known markers lead each cell type", {
    skip_without_data()
    sce <- in_root(read_data("pbmc3k"))
    de <- differentialExpression(
        fit(sce, max_epochs = 100), sce, groups = "cell_type", seed = 1
    )
    markers <- list(
        B = c("CD79A", "MS4A1"), NK = c("NKG7", "GNLY"),
        `CD14+ Mono` = c("LYZ", "S100A8", "S100A9"),
        Platelet = c("PPBP", "PF4"), `Naive CD4 T` = c("IL7R", "LDHB"),
        `Memory CD4 T` = c("IL7R", "LDHB"), `CD8 T` = c("CD8A", "CCL5"),
        DC = c("FCER1A", "CST3")
    )
    for (type in names(markers)) {
        top <- topMarkers(de, n = 20)
        rank <- match(markers[[type]], top$gene[top$group1 == type])
        say("%s: %s", type, paste(markers[[type]], rank, collapse = ", "))
        expect_false(anyNA(rank), info = type)
    }
})

test_that("kang_ctrl_stim: interferon's genes lead inside each cell type", {
    skip_without_data()
    sce <- in_root(read_data("kang_ctrl_stim"))
    model <- fit(sce, batch = "batch", max_epochs = 60)
    de <- differentialExpression(
        model, sce, groups = "batch", group1 = "stim", group2 = "ctrl",
        within = "cell_type", seed = 1
    )
    expected <- c("ISG15", "IFIT1", "IFI6", "ISG20")
    for (type in unique(de$within)) {
        inside <- de[de$within == type & de$lfc_median > 0, ]
        rank <- match(expected, inside$gene)
        say("%s: %s", type, paste(expected, rank, collapse = ", "))
        # the first 2.5 % of the genes
        expect_true(all(rank <= 32), info = type)
        expect_true(all(inside$is_de_fdr_0.05[rank]), info = type)
    }
})

test_that("two random halves of one cell type do not differ", {
    skip_without_data()
    sce <- in_root(read_data("kang_ctrl_donors"))
    model <- fit(sce, batch = "batch", max_epochs = 20)
    cells <- which(sce$cell_type == "CD14+ Monocytes")
    called <- vapply(1:5, function(seed) {
        half <- withr::with_seed(seed, sample(cells, length(cells) / 2))
        de <- differentialExpression(
            model, sce, idx1 = half, idx2 = setdiff(cells, half), seed = seed
        )
        sum(de$is_de_fdr_0.05)
    }, 0)
    say("halves of %d cells: %s of %d genes called", length(cells),
        toString(called), nrow(sce))
    expect_lte(max(called), 0.005 * nrow(sce))
})

# Counts with the means and dispersions of a fitted model: the expression of
# some genes in half of the cells is multiplied.
simulate_from <- function(model, sce, changed, lfc, seed) {
    scale <- normalizedExpression(model, sce, seed = seed)
    theta <- as.vector(likelihoodParameters(model, sce[, 1],
                                            seed = seed)$dispersions)
    withr::with_seed(seed, {
        treated <- seq_len(ncol(sce)) %in% sample(ncol(sce), ncol(sce) / 2)
        scale[changed, treated] <- scale[changed, treated] * 2^lfc
        scale <- sweep(scale, 2, colSums(scale), "/")
        depth <- Matrix::colSums(SummarizedExperiment::assay(sce))
        mu <- sweep(scale, 2, depth, "*")
        counts <- matrix(
            stats::rnbinom(length(mu), size = theta, mu = mu), nrow(mu),
            dimnames = dimnames(mu)
        )
    })
    list(counts = counts, group = ifelse(treated, "treated", "control"))
}

test_that("known changes are found, and few others", {
    skip_without_data()
    sce <- in_root(read_data("kang_ctrl_donors"))
    sce <- sce[, sce$cell_type == "CD14+ Monocytes"]
    model <- fit(sce, gene_likelihood = "nb", max_epochs = 30)
    # among genes with a count in a tenth of the cells: those can be told
    seen <- which(Matrix::rowMeans(SummarizedExperiment::assay(sce) > 0) > 0.1)
    changed <- withr::with_seed(1, sample(seen, 60))
    lfc <- rep(c(-2, -1, 1, 2), each = 15)
    made <- simulate_from(model, sce, changed, lfc, seed = 1)
    # The decoder is told the group: samples of a side then differ by their
    # cells, and a change shows in all of them.
    refit <- fit(made$counts, batch = made$group, gene_likelihood = "nb")
    de <- differentialExpression(
        refit, made$counts, batch = made$group, groups = made$group,
        group1 = "treated", group2 = "control", seed = 1
    )
    de <- de[match(rownames(sce), de$gene), ]
    true <- seq_len(nrow(sce)) %in% changed
    called <- de$is_de_fdr_0.05
    fdr <- mean(!true[called])
    recall <- mean(called[true])
    first <- order(-de$proba_de)[seq_len(60)]
    say(paste("called %d of %d genes, 60 of them changed: realised FDR %.3f,",
              "recall %.3f (|lfc| 2: %.3f); of the first 60, %.3f are true;",
              "correlation of lfc_median with the truth %.3f"),
        sum(called), nrow(sce), fdr, recall,
        mean(called[changed[abs(lfc) == 2]]), mean(true[first]),
        stats::cor(de$lfc_median[changed], lfc))
    expect_lte(fdr, 0.05)
    expect_gte(recall, 0.4)
    expect_gte(mean(true[first]), 0.9)
    expect_gt(stats::cor(de$lfc_median[changed], lfc), 0.95)
})
