sce <- toy_sce(100, per_batch = 100)
model <- quick_train(sce, batch = "batch")
quick <- function(...) {
    differentialExpression(model, sce, ..., n_samples_overall = 200, seed = 1)
}
change_columns <- c(
    "proba_de", "proba_not_de", "bayes_factor", "scale1", "scale2",
    "pseudocounts", "delta", "lfc_mean", "lfc_median", "lfc_std", "lfc_min",
    "lfc_max", "raw_mean1", "raw_mean2", "non_zeros_proportion1",
    "non_zeros_proportion2", "raw_normalized_mean1", "raw_normalized_mean2",
    "is_de_fdr_0.05", "comparison", "group1", "group2"
)

test_that("DE01 one group against the rest, vanilla", {
    de <- quick(groups = "labels", group1 = "label_1", mode = "vanilla")
    expect_identical(names(de), c(
        "gene", "proba_m1", "proba_m2", "bayes_factor", "scale1", "scale2",
        change_columns[13:18], change_columns[20:22]
    ))
    expect_identical(nrow(de), 100L)
    expect_false(is.unsorted(-de$bayes_factor))
})

test_that("DE02 two groups, change", {
    de <- quick(groups = "labels", group1 = "label_1", group2 = "label_2")
    expect_identical(names(de), c("gene", change_columns))
    expect_identical(unique(de$comparison), "label_1 vs label_2")
    expect_false(is.unsorted(-de$proba_de))
    expect_setequal(de$gene, rownames(sce))
    expect_named(S4Vectors::metadata(de)$columns, names(de))
    expect_false(anyNA(S4Vectors::metadata(de)$columns))
})

test_that("DE03 every level against the rest, and two of them", {
    de <- quick(groups = "labels")
    expect_identical(nrow(de), 300L)
    expect_identical(unique(de$group2), "Rest")
    for (rows in split(de$proba_de, de$group1)) {
        expect_false(is.unsorted(-rows))
    }
    some <- quick(groups = "labels", group1 = c("label_0", "label_2"))
    expect_identical(nrow(some), 200L)
})

test_that("DE05 groups of numbers and of text", {
    numbers <- rep(0:1, 100)
    de <- quick(groups = numbers, group1 = 0)
    expect_identical(unique(de$comparison), "0 vs Rest")
    expect_identical(de$lfc_mean,
                     quick(groups = as.character(numbers), group1 = "0")$lfc_mean)
})

test_that("DE06 subsets", {
    de <- quick(groups = "labels", subset = "batch == 'batch_0'")
    expect_identical(nrow(de), 300L)
    expect_argument_error(
        quick(groups = "labels", subset = ~ labels == "label_0"), "groups",
        "single group"
    )
})

test_that("DE11 pseudocounts and delta are estimated", {
    three <- c(rep(-3, 20), rep(0, 60), rep(3, 20)) + sin(1:100) / 10
    delta <- scvigor:::estimate_delta(three)
    expect_gt(delta, 1.2)
    expect_lt(delta, 6)
    expect_identical(scvigor:::estimate_delta(sin(1:50) / 1e3), 0.1)
    de <- quick(groups = "labels", group1 = "label_0", delta = NULL)
    expect_gte(de$delta[1], 0.1)
    expect_gte(de$pseudocounts[1], 1e-10)
    expect_lte(de$pseudocounts[1], 1e-3)
})

test_that("DE12 intervals, functions for effect and region", {
    de <- quick(groups = "labels", group1 = "label_0",
                cred_interval_lvls = 0.75)
    expect_true(all(de$lfc_confidence_interval_0.75_min <=
        de$lfc_confidence_interval_0.75_max))
    own <- quick(
        groups = "labels", group1 = "label_0", pseudocounts = 1e-5,
        change_fn = function(a, b, c) log2(a + c) - log2(b + c),
        m1_domain_fn = function(r) list(r >= 0.25, r < -0.25)
    )
    usual <- quick(groups = "labels", group1 = "label_0", pseudocounts = 1e-5)
    own <- own[match(usual$gene, own$gene), ]
    expect_equal(own$proba_de, usual$proba_de, tolerance = 0.02)
    expect_equal(own$lfc_mean, usual$lfc_mean, tolerance = 1e-4)
    expect_argument_error(
        quick(groups = "labels", change_fn = function(a, b) a), "change_fn", "3"
    )
    expect_argument_error(
        quick(groups = "labels", m1_domain_fn = function(a, b) a),
        "m1_domain_fn", "1 argument"
    )
})

test_that("DE13 importance weights, outliers, permutation", {
    for (extra in list(
        list(weights = "importance", max_cells = 20, n_mc_samples = 3),
        list(filter_outlier_cells = TRUE),
        list(use_permutation = TRUE, m_permutation = 300)
    )) {
        de <- do.call(quick, c(list(groups = "labels", group1 = "label_0"),
                               extra))
        expect_true(all(is.finite(de$lfc_mean)))
    }
    de <- quick(idx1 = 1:50, idx2 = 51:90, weights = "importance",
                max_cells = 20, n_mc_samples = 3)
    expect_identical(nrow(de), 100L)
    # each of them changes what is drawn
    plain <- quick(groups = "labels", group1 = "label_0")
    filtered <- quick(groups = "labels", group1 = "label_0",
                      filter_outlier_cells = TRUE)
    by_gene <- function(de) de$lfc_mean[match(rownames(sce), de$gene)]
    expect_false(isTRUE(all.equal(by_gene(plain), by_gene(filtered))))
})

test_that("DE13 outliers are the cells that were put far away", {
    cells <- withr::with_seed(1, matrix(stats::rnorm(100 * 4), 100))
    # a clump, which hides itself from means and covariances
    cells[91:100, 1:2] <- cells[91:100, 1:2] + 8
    expect_identical(scvigor:::.inliers(cells), 1:90)
    expect_warning(
        kept <- scvigor:::.inliers(cells[1:8, ]), "too small",
        class = "scvigor_warning"
    )
    expect_identical(kept, 1:8)
})

test_that("DE15 what cannot be compared", {
    expect_argument_error(quick(groups = "labels", group1 = "x"), "group1",
                          "no group \"x\"")
    expect_argument_error(quick(), "groups", "what to compare")
    expect_argument_error(quick(idx1 = integer()), "idx1", "no cells")
    expect_argument_error(quick(idx1 = 1:5, idx2 = 5:9), "idx2", "overlap")
    expect_argument_error(quick(idx1 = 1:200), "idx2", "no cells")
    expect_argument_error(quick(groups = "labels", idx2 = 1:3), "idx2")
    expect_argument_error(quick(groups = "nothing"), "groups", "no column")
})

test_that("DE16 raw statistics", {
    de <- quick(groups = "labels", group1 = "label_0")
    counts <- as.matrix(SummarizedExperiment::assay(sce))[de$gene, ]
    one <- sce$labels == "label_0"
    expect_equal(de$raw_mean1, unname(rowMeans(counts[, one])))
    expect_equal(de$non_zeros_proportion2,
                 unname(rowMeans(counts[, !one] > 0)))
    expect_equal(de$raw_normalized_mean1, unname(rowMeans(
        t(t(counts) * 1e4 / colSums(counts))[, one]
    )))
})

test_that("comparisons within levels, with batches corrected", {
    de <- quick(groups = "labels", group1 = "label_0", group2 = "label_1",
                within = "batch")
    expect_identical(unique(de$within), c("batch_0", "batch_1"))
    de <- quick(groups = "labels", group1 = "label_0",
                batch_correction = TRUE)
    expect_identical(nrow(de), 100L)
    expect_argument_error(quick(groups = "labels", batchid1 = "batch_0"),
                          "batchid1", "batch_correction")
    expect_argument_error(
        quick(groups = "labels", batch_correction = TRUE, batchid1 = "x"),
        "batchid1", "batch_0"
    )
})

test_that("a model alone, and the seed", {
    expect_argument_error(differentialExpression(model, groups = "batch"), "x",
                          "all_stats")
    ask <- function(seed) {
        differentialExpression(
            model, groups = "batch", group1 = "batch_0", all_stats = FALSE,
            pseudocounts = 1e-5, n_samples_overall = 100, seed = seed
        )$lfc_mean
    }
    expect_identical(ask(1), ask(1))
    expect_false(identical(ask(1), ask(2)))
})

test_that("arguments are checked", {
    bad <- list(
        mode = "none", delta = -1, pseudocounts = "x", test_mode = "one",
        fdr_target = 2, all_stats = NA, batch_correction = 1,
        n_samples_overall = 0, use_permutation = "yes", m_permutation = 0.5,
        cred_interval_lvls = 1, filter_outlier_cells = 3, weights = "none",
        max_cells = 0, n_mc_samples = 0, change_fn = 1, m1_domain_fn = "f",
        batch_size = 0, seed = -1, num_threads = 0,
        use_observed_batches = FALSE
    )
    for (argument in names(bad)) {
        given <- c(list(model, sce, groups = "labels"), bad[argument])
        expect_argument_error(do.call(differentialExpression, given), argument)
    }
})

test_that("topMarkers() are the largest changes of genes that are there", {
    de <- quick(groups = "labels")
    top <- topMarkers(de, n = 4, min_proportion = 0.5)
    expect_s4_class(top, "DataFrame")
    expect_identical(colnames(top), colnames(de))
    for (one in unique(de$comparison)) {
        all <- de[de$comparison == one & de$lfc_median > 0 &
            de$non_zeros_proportion1 >= 0.5, ]
        expected <- all$gene[order(-all$lfc_median)]
        expect_identical(top$gene[top$comparison == one], head(expected, 4))
    }
    expect_identical(nrow(topMarkers(de[de$lfc_median < 0, ])), 0L)
    unknown <- de
    unknown$lfc_median[1:3] <- NA
    expect_false(anyNA(topMarkers(unknown)$gene))
    expect_argument_error(topMarkers(sce), "de")
    expect_argument_error(topMarkers(de, n = 0), "n")
    expect_argument_error(topMarkers(de, min_proportion = 2), "min_proportion")
    expect_argument_error(
        topMarkers(quick(groups = "labels", all_stats = FALSE)), "de",
        "all_stats"
    )
})

test_that("plots are made", {
    skip_if_not_installed("ggplot2")
    de <- quick(groups = "labels")
    expect_s3_class(plotVolcano(de), "ggplot")
    expect_s3_class(plotMarkers(de), "ggplot")
    expect_s3_class(plotMarkers(de, type = "heat"), "ggplot")
    expect_argument_error(plotVolcano(1), "de")
    expect_argument_error(plotVolcano(de, n = -1), "n")
    uncalled <- de[, names(de) != "is_de_fdr_0.05"]
    expect_argument_error(plotVolcano(uncalled), "de", "is_de_fdr_")
    twice <- cbind(de, is_de_fdr_0.1 = de$is_de_fdr_0.05)
    expect_argument_error(plotVolcano(twice), "de", "is_de_fdr_0.1")
    expect_argument_error(plotMarkers(de, n = 0), "n")
    expect_argument_error(plotMarkers(de, type = "bar"), "type")
    expect_argument_error(plotMarkers(de, min_proportion = 2),
                          "min_proportion")
    never <- de[de$lfc_median < 0, ]
    expect_argument_error(plotMarkers(never), "de", "No gene")
    expect_argument_error(
        plotMarkers(quick(groups = "labels", all_stats = FALSE)), "de",
        "all_stats"
    )
})
