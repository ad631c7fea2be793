# The rows and columns that differentialExpression() returns.

sce <- toy_sce(60, per_batch = 60)
model <- quick_train(sce, batch = "batch", max_epochs = 3)
quick <- function(..., n_samples_overall = 200) {
    differentialExpression(
        model, sce, ..., n_samples_overall = n_samples_overall, seed = 1
    )
}

test_that("rows fall by proba_de; ties by the size of the change", {
    # as few samples as give many ties
    de <- quick(groups = "labels", group1 = "label_0", n_samples_overall = 5)
    expect_lt(length(unique(de$proba_de)), 10)
    expect_identical(
        seq_len(nrow(de)), order(-de$proba_de, -abs(de$lfc_median))
    )
})

test_that("rows fall by the Bayes factor in vanilla mode, ties as genes", {
    de <- quick(groups = "labels", group1 = "label_0", mode = "vanilla",
                n_samples_overall = 5)
    expect_identical(
        seq_len(nrow(de)),
        order(-de$bayes_factor, match(de$gene, rownames(sce)))
    )
})

test_that("DE08 signs agree: change, scales and probability", {
    # the first genes are higher in group a, the last in group b
    counts <- toy_counts(40, 200)
    group <- rep(c("a", "b"), 100)
    counts[1:5, group == "a"] <- counts[1:5, group == "a"] * 20L
    counts[36:40, group == "b"] <- counts[36:40, group == "b"] * 20L
    fitted <- quick_train(counts, max_epochs = 40, lr = 0.02)
    ask <- function(...) {
        de <- differentialExpression(
            fitted, counts, groups = group, group1 = "a", seed = 1, ...
        )
        de[match(rownames(counts), de$gene), ]
    }
    change <- ask()
    vanilla <- ask(mode = "vanilla")
    for (genes in list(1:5, 36:40)) {
        sign <- if (genes[1] == 1) 1 else -1
        expect_true(all(sign * change$lfc_mean[genes] > 0))
        expect_true(all(sign * (change$scale1 - change$scale2)[genes] > 0))
        expect_true(all(sign * (vanilla$proba_m1[genes] - 0.5) > 0))
    }
    expect_equal(vanilla$proba_m1 + vanilla$proba_m2, rep(1, 40))
})

test_that("DE09 three: the larger of up and down; two: their sum", {
    ask <- function(...) {
        de <- quick(groups = "labels", group1 = "label_0",
                    pseudocounts = 1e-5, ...)
        de$proba_de[match(rownames(sce), de$gene)]
    }
    one_side <- function(region) ask(m1_domain_fn = region)
    up <- one_side(function(effect) effect >= 0.25)
    down <- one_side(function(effect) effect < -0.25)
    expect_true(any(up > 0 & down > 0))
    expect_equal(ask(test_mode = "three"), pmax(up, down))
    expect_equal(ask(test_mode = "two"), up + down)
})

test_that("as.data.frame and the verbs of dplyr", {
    de <- quick(groups = "labels")
    table <- as.data.frame(de)
    expect_s3_class(table, "data.frame")
    expect_identical(table$gene, de$gene)
    expect_identical(names(table), names(de))
    skip_if_not_installed("dplyr")
    best <- dplyr::slice_max(
        dplyr::group_by(dplyr::filter(table, lfc_median > 0), group1),
        proba_de, n = 2, with_ties = FALSE
    )
    expect_identical(nrow(best), 6L)
    expect_identical(
        dplyr::arrange(table, comparison, -proba_de)$comparison,
        sort(table$comparison)
    )
})

test_that("metadata says how the table was made", {
    about <- S4Vectors::metadata(quick(groups = "labels", group1 = "label_0",
                                       delta = 0.5, pseudocounts = 1e-4))
    expect_identical(about[c("mode", "delta", "pseudocount", "seed")], list(
        mode = "change", delta = 0.5, pseudocount = 1e-4, seed = 1
    ))
    vanilla <- S4Vectors::metadata(quick(groups = "labels", mode = "vanilla"))
    expect_identical(vanilla$mode, "vanilla")
    expect_null(vanilla$delta)
})

test_that("a table is printed in short, and is a DataFrame all the same", {
    de <- quick(groups = "labels", delta = 0.1, fdr_target = 0.2)
    expect_s4_class(de, "DFrame")
    shown <- utils::capture.output(print(de))
    expect_match(shown[1], "mode \"change\", delta 0.1, ")
    expect_match(shown[2], paste0(sum(de$is_de), " of ", nrow(de), " rows are called"))
    expect_match(shown, "gene +comparison +lfc_median +proba_de +is_de",
                 all = FALSE)
    expect_match(shown, "columns more: .*bayes_factor", all = FALSE)
    expect_lt(length(shown), 30)
    # parts of it, and other tables
    some <- de[1:2, c("gene", "is_de")]
    expect_identical(dim(some), c(2L, 2L))
    expect_match(utils::capture.output(print(some)), "2 rows and 2 columns",
                 all = FALSE)
    expect_identical(nrow(rbind(de, de)), 2L * nrow(de))
    expect_identical(dim(as.data.frame(de)), dim(de))
    expect_identical(class(as(de, "DFrame"))[1], "DFrame")
    expect_output(print(de[, "scale1", drop = FALSE]), "scale1")
    vanilla <- quick(groups = "labels", mode = "vanilla")
    expect_output(print(vanilla), "bayes_factor")
    about <- S4Vectors::metadata(de)
    expect_identical(about$test_mode, "three")
    expect_false(about$batch_correction)
    expect_true(is.numeric(about$n_samples_overall))
})

test_that("the dictionary distinguishes the two groups", {
    columns <- S4Vectors::metadata(quick(
        groups = "labels", group1 = "label_0", within = "batch",
        cred_interval_lvls = c(0.5, 0.95), fdr_target = 0.01
    ))$columns
    expect_false(anyNA(columns))
    for (k in 1:2) {
        of_group <- paste0(c("scale", "raw_mean", "non_zeros_proportion",
                             "raw_normalized_mean", "group"), k)
        expect_match(columns[of_group], paste0("group ", k, "$"))
    }
    expect_match(columns[["is_de"]], "false discovery")
    expect_match(columns[["lfc_confidence_interval_0.95_max"]], "interval")
})

test_that("the calls are at the target, which the metadata have", {
    for (target in c(0.05, 0.1, 0.001)) {
        de <- quick(groups = "labels", group1 = "label_0",
                    fdr_target = target)
        expect_identical(S4Vectors::metadata(de)$fdr_target, target)
        calls <- de$is_de
        expect_identical(calls, scvigor:::.fdr_calls(de$proba_de, target))
        # the first rows, in one run
        expect_identical(calls, seq_along(calls) <= sum(calls))
    }
})

test_that("without all_stats, and with positions: columns go", {
    de <- quick(idx1 = 1:20, idx2 = 21:60, all_stats = FALSE)
    expect_identical(names(de), c(
        "gene", "lfc_median", "proba_de", "is_de", "proba_not_de",
        "bayes_factor", "scale1", "scale2", "pseudocounts", "delta",
        "lfc_mean", "lfc_std", "lfc_min", "lfc_max"
    ))
    expect_setequal(names(quick(idx1 = 1:20, mode = "vanilla",
                                all_stats = FALSE)),
                    c("gene", "proba_m1", "proba_m2", "bayes_factor",
                      "scale1", "scale2"))
})

test_that("cells named in every form", {
    ask <- function(...) quick(...)$lfc_mean
    first <- which(sce$labels == "label_0")
    by_position <- ask(idx1 = first)
    expect_identical(ask(idx1 = sce$labels == "label_0"), by_position)
    expect_identical(ask(idx1 = colnames(sce)[first]), by_position)
    expect_identical(ask(idx1 = "labels == 'label_0'"), by_position)
    wanted <- "label_0"
    expect_identical(ask(idx1 = ~ labels == wanted), by_position)
    expect_identical(
        ask(groups = "labels", group1 = "label_0"), by_position
    )
})

test_that("within: every level by itself, and levels that lack a side", {
    de <- quick(groups = "labels", group1 = "label_0", group2 = "label_1",
                within = "batch")
    expect_identical(nrow(de), 120L)
    expect_identical(names(de)[1:6], c(
        "gene", "comparison", "within", "lfc_median", "proba_de", "is_de"
    ))
    one <- quick(groups = "labels", group1 = "label_0", group2 = "label_1",
                 subset = "batch == 'batch_1'")
    inside <- de[de$within == "batch_1", ]
    expect_identical(
        one$raw_mean1[order(one$gene)], inside$raw_mean1[order(inside$gene)]
    )
    lopsided <- ifelse(sce$labels == "label_0" & sce$batch == "batch_0",
                       "label_1", sce$labels)
    expect_warning(
        part <- quick(groups = lopsided, group1 = "label_0",
                      group2 = "label_1", within = "batch"),
        "left out", class = "scvigor_warning"
    )
    expect_identical(unique(part$within), "batch_1")
    expect_argument_error(
        suppressWarnings(quick(groups = "batch", group1 = "batch_0",
                               within = "batch")),
        "within", "No level"
    )
})
