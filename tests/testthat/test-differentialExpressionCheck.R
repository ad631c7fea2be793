sce <- exampleSCE()
model <- quick_train(sce, max_epochs = 3)
check <- posteriorPredictiveCheck(model, sce, n_samples = 3, seed = 1)

normalized <- function(counts) {
    counts <- as.matrix(counts)
    log1p(t(t(counts) / colSums(counts)) * 1e4)
}

test_that("the tests are Welch's", {
    counts <- SummarizedExperiment::assay(sce)
    groups <- factor(sce$cell_type)
    found <- scvigor:::.group_tests(counts, groups, 1e4)
    logs <- normalized(counts)
    p <- vapply(rownames(sce), function(gene) {
        is_b <- groups == "B"
        test <- t.test(logs[gene, is_b], logs[gene, !is_b])
        expect_equal(found$t[[gene, 2]], test$statistic[[1]])
        test$p.value
    }, numeric(1))
    expect_equal(found$adjusted[, 2], p.adjust(p, "BH"), ignore_attr = TRUE)
    lfc <- log2((expm1(mean(logs[1, groups == "B"])) + 1e-9) /
        (expm1(mean(logs[1, groups != "B"])) + 1e-9))
    expect_equal(found$lfc[[1, 2]], lfc)
})

test_that("draws equal to the counts agree in everything", {
    same <- new("SCVIPredictiveCheck",
                counts = SummarizedExperiment::assay(sce),
                draws = list(m = list(SummarizedExperiment::assay(sce))))
    found <- differentialExpressionCheck(same, sce$cell_type)
    expect_identical(found$group, c("A", "B", "C"))
    for (figure in c("gene_f1", "lfc_pearson", "lfc_spearman")) {
        expect_equal(found[[figure]], rep(1, 3))
    }
    expect_equal(found$lfc_mae, rep(0, 3))
    expect_equal(found$n_cells, as.vector(table(sce$cell_type)))
})

test_that("there is a row per model and group, samples are averaged", {
    three <- differentialExpressionCheck(check, sce$cell_type, n_samples = 3)
    expect_identical(dim(three), c(3L, 9L))
    each <- lapply(1:3, function(k) {
        one <- new("SCVIPredictiveCheck",
                   counts = SummarizedExperiment::assay(sce),
                   draws = list(m = scvigor:::.predictive_draws(check)[[1]][k]))
        as.matrix(as.data.frame(
            differentialExpressionCheck(one, sce$cell_type)
        )[, 3:8])
    })
    expect_equal(as.matrix(as.data.frame(three)[, 3:8]),
                 Reduce(`+`, each) / 3)
    expect_true(all(three$roc_auc >= 0 & three$roc_auc <= 1))
})

test_that("areas under the curves are known in small cases", {
    truth <- c(TRUE, FALSE, TRUE, FALSE)
    expect_equal(scvigor:::.roc_auc(truth, 4:1), 0.75)
    expect_equal(scvigor:::.roc_auc(truth, c(1, 1, 1, 1)), 0.5)
    expect_equal(scvigor:::.average_precision(truth, 4:1),
                 mean(c(1, 2 / 3)))
    expect_equal(scvigor:::.average_precision(truth, c(1, 1, 1, 1)), 0.5)
})

test_that("arguments are checked", {
    ask <- function(...) differentialExpressionCheck(check, ...)
    expect_argument_error(ask(1:3), "groups", "3 values")
    expect_argument_error(ask(rep("a", ncol(sce))), "groups", "2 groups")
    expect_argument_error(ask(c("b", rep("a", ncol(sce) - 1))), "groups",
                          "a single cell in \"b\"")
    expect_argument_error(ask(sce$cell_type, n_samples = 4), "n_samples",
                          "3 samples")
    expect_argument_error(ask(sce$cell_type, n_top_genes = 0),
                          "n_top_genes")
    expect_argument_error(ask(sce$cell_type, p_val_thresh = 0),
                          "p_val_thresh")
    expect_argument_error(ask(sce$cell_type, cell_scale_factor = "no"),
                          "cell_scale_factor")
    expect_argument_error(differentialExpressionCheck(model, 1), "check")
})
