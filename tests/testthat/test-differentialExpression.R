sce <- toy_sce(100, per_batch = 100)
model <- quick_train(sce, batch = "batch")
quick <- function(...) {
    differentialExpression(model, sce, ..., n_samples_overall = 200, seed = 1)
}
raw_columns <- c(
    "raw_mean1", "raw_mean2", "non_zeros_proportion1",
    "non_zeros_proportion2", "raw_normalized_mean1", "raw_normalized_mean2"
)
change_columns <- c(
    "comparison", "lfc_median", "proba_de", "is_de", "proba_not_de",
    "bayes_factor", "scale1", "scale2", "pseudocounts", "delta", "lfc_mean",
    "lfc_std", "lfc_min", "lfc_max", raw_columns, "group1", "group2"
)

test_that("DE01 one group against the rest, vanilla", {
    de <- quick(groups = "labels", group1 = "label_1", mode = "vanilla")
    expect_identical(names(de), c(
        "gene", "comparison", "proba_m1", "proba_m2", "bayes_factor", "scale1",
        "scale2", raw_columns, "group1", "group2"
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
    expect_identical(
        de$lfc_mean,
        quick(groups = as.character(numbers), group1 = "0")$lfc_mean
    )
    # written "1e+05" by as.character()
    de <- quick(groups = numbers + 1e5, group1 = 1e5,
                within = 0 * numbers + 2e5)
    expect_identical(unique(de$comparison), "100000 vs Rest")
    expect_identical(unique(de$within), "200000")
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
    # every gene has counts here
    expect_identical(de$pseudocounts[1], 1e-10)
})

test_that("DE11 pseudocounts of genes near 1e-6, and of genes without counts", {
    scale <- matrix(1 / 50, 50, 100)
    scale[1:10, ] <- 1e-6 * (1:10) / 10
    none <- rep(c(TRUE, FALSE), c(10, 40))
    test <- list(
        vanilla = FALSE, delta = 0.25, pseudocounts = NULL, two = FALSE,
        cred_interval_lvls = NULL, change_fn = NULL, m1_domain_fn = NULL
    )
    found <- scvigor:::compare_samples(list(
        scale1 = t(scale), scale2 = t(scale), pair_idx1 = 0:99,
        pair_idx2 = 0:99,
        unexpressed1 = none, unexpressed2 = logical(50)
    ), test)
    expect_equal(found$pseudocounts, 1e-6 * 0.91 / 50)
    silent <- sce
    SummarizedExperiment::assay(silent)[1:20, ] <- 0
    expect_warning(
        fitted <- quick_train(silent, max_epochs = 20),
        "20 genes without a single count"
    )
    de <- differentialExpression(
        fitted, silent, groups = "labels", group1 = "label_0", seed = 1,
        n_samples_overall = 500
    )
    expect_gt(de$pseudocounts[1], 1e-10)
    expect_lt(de$pseudocounts[1], 1e-3)
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
    seven <- quick(
        groups = "labels", group1 = "label_0",
        change_fn = function(a, b, c) 7 + 0 * a,
        m1_domain_fn = function(effect) effect > 6
    )
    expect_identical(unique(seven$lfc_median), 7)
    expect_identical(unique(seven$proba_de), 1)
    expect_argument_error(
        quick(groups = "labels", change_fn = function(a, b) a), "change_fn", "3"
    )
    expect_argument_error(
        quick(groups = "labels", m1_domain_fn = function(a, b) a),
        "m1_domain_fn", "1 argument"
    )
    expect_argument_error(
        quick(groups = "labels", change_fn = function(a, b, c) format(a)),
        "change_fn", "character"
    )
    expect_argument_error(
        quick(groups = "labels", m1_domain_fn = function(effect) effect),
        "m1_domain_fn", "TRUE or FALSE"
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
    by_gene <- function(...) {
        de <- quick(groups = "labels", group1 = "label_0", ...)
        de$lfc_mean[match(rownames(sce), de$gene)]
    }
    plain <- by_gene()
    for (other in list(
        by_gene(weights = "importance", max_cells = 20, n_mc_samples = 3),
        by_gene(filter_outlier_cells = TRUE),
        by_gene(use_permutation = TRUE, m_permutation = 300)
    )) {
        expect_false(isTRUE(all.equal(plain, other)))
    }
    # as many pairs as asked for
    n_pairs <- 0
    by_gene(use_permutation = TRUE, m_permutation = 300,
            change_fn = function(a, b, c) {
                n_pairs <<- length(a)
                a - b
            })
    expect_identical(n_pairs, 300L)
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
