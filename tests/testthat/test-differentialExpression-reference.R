# Differential expression as scvi-tools 1.4.2 has it: given the same samples,
# and of an imported model.

close_to <- function(object, expected, info) {
    off <- abs(object - expected) > 1e-9 * (1 + abs(expected))
    expect_false(any(off), info = info)
}

# What compare_samples() is given of one group of pairs.
read_samples <- function(file, path) {
    read <- function(name) read_h5(file, name)
    about <- h5_attributes(file, path)
    first <- function(values, n) {
        if (is.null(n)) values else values[seq_len(n), , drop = FALSE]
    }
    own <- has_h5(file, paste0(path, "/scale1"))
    of_groups <- function(read_one) {
        lapply(1:2, function(k) read_one(as.character(k)))
    }
    scale <- of_groups(function(k) {
        values <- read(paste0(if (own) path else "samples", "/scale", k))
        first(values, about[[paste0("n_samples", k)]])
    })
    pairs <- of_groups(function(k) read(paste0(path, "/pair_idx", k)))
    zero <- of_groups(function(k) read(paste0("counts/where_zero", k)))
    list(
        scale1 = scale[[1]], scale2 = scale[[2]],
        pair_idx1 = pairs[[1]], pair_idx2 = pairs[[2]],
        unexpressed1 = zero[[1]], unexpressed2 = zero[[2]]
    )
}

test_of <- function(given, used) {
    list(
        vanilla = given$mode == "vanilla",
        delta = if (is.null(used)) given$delta else as.vector(used),
        pseudocounts = given$pseudocounts,
        two = identical(given$test_mode, "two"),
        cred_interval_lvls = as.numeric(given$cred_interval_lvls),
        change_fn = NULL, m1_domain_fn = NULL
    )
}

check_case <- function(file, path, samples) {
    about <- h5_attributes(file, path)
    given <- json_attribute(file, "arguments", path)
    test <- test_of(given, about$delta_used_in_test)
    found <- scvigor:::compare_samples(samples, test)$columns
    names(found) <- scvigor:::.interval_names(
        names(found), test$cred_interval_lvls
    )
    columns <- json_attribute(file, "columns", path)
    expect_identical(names(found), columns)
    # scvi-tools reports another estimate of delta than it has used
    for (column in setdiff(columns, "delta")) {
        close_to(found[[column]], read_h5(file, paste0(path, "/", column)),
                 paste(path, column))
    }
}

comparisons <- reference_files("^de[.]h5$")

for_each_file(
    "every statistic within 1e-9", comparisons, "comparison (de.h5)",
    function(file) {
        for (pairs in h5_names(file, "bayes_factors")) {
            path <- paste0("bayes_factors/", pairs)
            samples <- read_samples(file, path)
            for (case in h5_names(file, path)) {
                case <- paste0(path, "/", case)
                if (!is.null(h5_attributes(file, case)$columns)) {
                    check_case(file, case, samples)
                }
            }
        }
    }
)

for_each_file(
    "DE11 an estimated delta is among scvi-tools'", comparisons,
    "comparison (de.h5)",
    function(file) {
        cases <- h5_names(file, "estimate_delta")
        skip_if_not(length(cases) > 0, "de.h5 without estimates of delta")
        for (case in cases) {
            path <- paste0("estimate_delta/", case, "/")
            stored <- read_h5(file, paste0(path, "delta_by_seed"))
            means <- read_h5(file, paste0(path, "lfc_means"))
            delta <- scvigor:::estimate_delta(means)
            expect_gte(delta, min(stored) - 1e-6, label = case)
            expect_lte(delta, max(stored) + 1e-6, label = case)
        }
    }
)

for_each_file(
    "calls at an expected false discovery rate are scvi-tools'", comparisons,
    "comparison (de.h5)",
    function(file) {
        cases <- h5_names(file, "fdr")
        skip_if_not(length(cases) > 0, "de.h5 without calls")
        for (case in cases) {
            path <- paste0("fdr/", case, "/")
            proba <- read_h5(file, paste0(path, "proba"))
            for (name in setdiff(h5_names(file, paste0("fdr/", case)),
                                 "proba")) {
                target <- as.numeric(sub("^is_de_fdr_", "", name))
                calls <- scvigor:::.fdr_calls(proba, target)
                expected <- read_h5(file, paste0(path, name)) == 1
                info <- paste(case, name)
                expect_identical(sum(calls), sum(expected), info = info)
                expect_equal(sum(proba[calls]), sum(proba[expected]),
                             info = info)
                # among tied probabilities the choice is arbitrary
                if (!anyDuplicated(proba)) {
                    expect_identical(calls, expected, info = info)
                }
            }
        }
    }
)

# The two runs of scvi-tools for one set of arguments, by its name.
runs_of <- function(file) {
    names <- grep("_run1$", h5_names(file), value = TRUE)
    names <- sub("_run1$", "", names)
    Filter(function(name) paste0(name, "_run2") %in% h5_names(file), names)
}

# The arguments of a call, with their defaults.
call_of <- function(file, run) {
    given <- json_attribute(file, "arguments", run)
    about <- h5_attributes(file)
    batch_correction <- given$batch_correction
    list(
        groups = about$groupby, group1 = about$group1, group2 = about$group2,
        mode = if (is.null(given$mode)) "vanilla" else given$mode,
        batch_correction = !is.null(batch_correction) && batch_correction,
        seed = 1
    )
}

for_each_file(
    "an imported model gives scvi-tools' answer, but for chance",
    model_files("^de[.]h5$"), "comparison of a trained model (de.h5)",
    function(stored) {
        fixture <- read_model_fixture(
            file.path(dirname(stored), "outputs.h5")
        )
        skip_if_not(
            h5_attributes(stored)$groupby %in% names(
                SummarizedExperiment::colData(fixture$cells)
            ), "the cells have no column of the compared groups"
        )
        model <- importScviTools(fixture$folder, x = fixture$cells)
        genes <- fixture$read("var_names")
        n <- 5000
        # scvi-tools' two runs, and how far one gene's value is from their mean
        # by chance, for a standard error `se` of one run
        compare <- function(case, de, column, se) {
            runs <- vapply(1:2, function(k) {
                read_h5(stored, paste0(case, "_run", k, "/", column))
            }, numeric(length(genes)))
            info <- paste(case, column)
            chance <- mean(abs(runs[, 1] - runs[, 2]))
            off <- de[[column]] - runs
            expect_lt(mean(abs(off[, 1])), 1.5 * chance, label = info)
            expect_true(all(abs(rowMeans(off)) <= 6 * sqrt(1.5) * se),
                        info = info)
        }
        # at least that of one pair
        se_of_share <- function(p) sqrt(pmax(p * (1 - p), 1 / n) / n)
        for (case in runs_of(stored)) {
            call <- call_of(stored, paste0(case, "_run1"))
            de <- do.call(differentialExpression,
                          c(list(model, fixture$cells), call))
            de <- de[match(genes, de$gene), ]
            if (call$mode == "vanilla") {
                compare(case, de, "proba_m1", se_of_share(de$proba_m1))
            } else {
                compare(case, de, "proba_de", se_of_share(de$proba_de))
                # a median's is that of a mean times sqrt(pi / 2), for normals
                compare(case, de, "lfc_median",
                        sqrt(pi / 2) * de$lfc_std / sqrt(n))
                compare(case, de, "lfc_mean", de$lfc_std / sqrt(n))
            }
            for (column in c("raw_mean1", "raw_mean2",
                             "non_zeros_proportion1",
                             "non_zeros_proportion2", "raw_normalized_mean1",
                             "raw_normalized_mean2")) {
                path <- paste0(case, "_run1/", column)
                if (has_h5(stored, path)) {
                    expect_equal(de[[column]], read_h5(stored, path),
                                 tolerance = 1e-5)
                }
            }
        }
    }
)
