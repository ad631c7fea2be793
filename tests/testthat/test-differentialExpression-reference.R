# scvi-tools 1.4.2's numbers given the same samples.

de_numbers <- function() {
    skip_if_not_installed("rhdf5")
    skip_if_not_installed("jsonlite")
    rhdf5::H5Fopen(skip_without_reference("de.h5"), flags = "H5F_ACC_RDONLY")
}

close_to <- function(object, expected, info) {
    off <- abs(object - expected) > 1e-9 * (1 + abs(expected))
    expect_false(any(off), info = info)
}

test_that("every statistic of the reference within 1e-9", {
    file <- de_numbers()
    withr::defer(rhdf5::h5closeAll())
    read <- function(path) as.vector(rhdf5::h5read(file, path))
    groups <- names(rhdf5::h5read(file, "bayes_factors"))
    zero <- lapply(1:2, function(k) read(paste0("counts/where_zero", k)))
    for (pairs in groups) {
        path <- paste0("bayes_factors/", pairs)
        all <- rhdf5::h5read(file, path)
        n2 <- rhdf5::h5readAttributes(file, path)$n_samples2
        own <- !is.null(all$scale1)
        scale <- lapply(1:2, function(k) {
            matrix <- if (own) all[[paste0("scale", k)]] else {
                rhdf5::h5read(file, paste0("samples/scale", k))
            }
            t(matrix)
        })
        if (!is.null(n2)) scale[[2]] <- scale[[2]][seq_len(n2), ]
        pair <- lapply(1:2, function(k) {
            given <- as.vector(all[[paste0("pair_idx", k)]])
            if (is.null(given)) seq_len(nrow(scale[[k]])) - 1 else given
        })
        for (case in grep("^(change|vanilla)", names(all), value = TRUE)) {
            stored <- all[[case]]
            about <- rhdf5::h5readAttributes(file, paste0(path, "/", case))
            given <- jsonlite::fromJSON(about$arguments)
            used <- about$delta_used_in_test
            test <- list(
                vanilla = given$mode == "vanilla",
                delta = if (!is.null(used)) as.vector(used) else given$delta,
                pseudocounts = given$pseudocounts,
                two = identical(given$test_mode, "two"),
                cred_interval_lvls = given$cred_interval_lvls,
                change_fn = NULL, m1_domain_fn = NULL
            )
            found <- scvigor:::compare_samples(list(
                scale1 = scale[[1]], scale2 = scale[[2]],
                pair_idx1 = pair[[1]], pair_idx2 = pair[[2]],
                unexpressed1 = zero[[1]], unexpressed2 = zero[[2]]
            ), test)$columns
            names(found) <- scvigor:::.interval_names(
                names(found), given$cred_interval_lvls
            )
            columns <- jsonlite::fromJSON(about$columns)
            expect_identical(names(found), columns)
            for (column in setdiff(columns, "delta")) {
                close_to(found[[column]], as.vector(stored[[column]]),
                         paste(pairs, case, column))
            }
        }
    }
})

test_that("DE11 an estimated delta is among scvi-tools'", {
    file <- de_numbers()
    withr::defer(rhdf5::h5closeAll())
    for (case in c("large", "medium", "one_mode", "small",
                   "three_clear_modes")) {
        stored <- rhdf5::h5read(file, paste0("estimate_delta/", case))
        delta <- scvigor:::estimate_delta(stored$lfc_means)
        expect_gte(delta, min(stored$delta_by_seed) - 1e-6)
        expect_lte(delta, max(stored$delta_by_seed) + 1e-6)
    }
})

test_that("calls at an expected false discovery rate are scvi-tools'", {
    file <- de_numbers()
    withr::defer(rhdf5::h5closeAll())
    for (case in c("all_high", "all_low", "mixed", "ties")) {
        stored <- rhdf5::h5read(file, paste0("fdr/", case))
        for (target in c(0.01, 0.05, 0.1, 0.2)) {
            calls <- scvigor:::.fdr_calls(as.vector(stored$proba), target)
            expected <- as.vector(stored[[paste0("is_de_fdr_", target)]]) == 1
            expect_identical(sum(calls), sum(expected))
            expect_equal(sum(stored$proba[calls]), sum(stored$proba[expected]))
            if (case != "ties") expect_identical(calls, expected)
        }
    }
})

test_that("an imported model gives scvi-tools' answer, but for chance", {
    skip_if_not_installed("rhdf5")
    stored <- skip_without_reference("kang_model/de.h5")
    sce <- readCounts(
        skip_without_reference("../data/kang_ctrl_stim.h5ad"), verbose = FALSE
    )
    model <- importScviTools(dirname(stored), x = sce)
    genes <- as.vector(rhdf5::h5read(stored, "var_names"))
    n <- 5000
    # scvi-tools' two runs, and how far one gene's value is from their mean by
    # chance, for a standard error `se` of one run
    compare <- function(case, de, column, se) {
        runs <- vapply(1:2, function(k) {
            as.vector(rhdf5::h5read(
                stored, paste0(case, "_run", k, "/", column)
            ))
        }, numeric(length(genes)))
        info <- paste(case, column)
        chance <- mean(abs(runs[, 1] - runs[, 2]))
        off <- de[[column]] - runs
        expect_lt(mean(abs(off[, 1])), 1.5 * chance, label = info)
        expect_true(all(abs(rowMeans(off)) <= 6 * sqrt(1.5) * se), info = info)
    }
    # at least that of one pair
    se_of_share <- function(p) sqrt(pmax(p * (1 - p), 1 / n) / n)
    for (case in c("change", "change_batch_correction", "vanilla")) {
        de <- differentialExpression(
            model, sce, groups = "cell_type", group1 = "B cells",
            group2 = "CD14+ Monocytes", mode = sub("_.*", "", case),
            batch_correction = case == "change_batch_correction", seed = 1
        )
        de <- de[match(genes, de$gene), ]
        if (case == "vanilla") {
            compare(case, de, "proba_m1", se_of_share(de$proba_m1))
        } else {
            compare(case, de, "proba_de", se_of_share(de$proba_de))
            # a median's is that of a mean times sqrt(pi / 2), for normals
            compare(case, de, "lfc_median",
                    sqrt(pi / 2) * de$lfc_std / sqrt(n))
            compare(case, de, "lfc_mean", de$lfc_std / sqrt(n))
        }
        for (column in c("raw_mean1", "raw_mean2", "non_zeros_proportion1",
                         "non_zeros_proportion2", "raw_normalized_mean1",
                         "raw_normalized_mean2")) {
            expected <- rhdf5::h5read(stored, paste0("change_run1/", column))
            expect_equal(de[[column]], as.vector(expected), tolerance = 1e-5)
        }
    }
})
