# What differentialExpression() refuses.

sce <- toy_sce(60, per_batch = 60)
model <- quick_train(sce, batch = "batch")
quick <- function(...) {
    differentialExpression(model, sce, ..., n_samples_overall = 200, seed = 1)
}

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
    for (target in list(0, 1, NULL, c(0.05, 0.1))) {
        expect_argument_error(
            quick(groups = "labels", fdr_target = target), "fdr_target"
        )
    }
    expect_argument_error(quick(groups = "labels", group1 = character()),
                          "group1", "label_0")
    # would take all memory
    expect_argument_error(
        differentialExpression(model, sce, groups = "labels",
                               n_samples_overall = 1e12),
        "n_samples_overall", "100000000"
    )
    expect_argument_error(
        quick(groups = "labels", use_permutation = TRUE,
              m_permutation = 1e12), "m_permutation"
    )
})

test_that("cells are wrong in the argument that names them", {
    for (argument in c("idx1", "idx2", "subset")) {
        ask <- function(value) {
            given <- stats::setNames(list(value), argument)
            if (argument == "idx2") given$idx1 <- 1:10
            if (argument == "subset") given$groups <- "labels"
            do.call(quick, given)
        }
        for (value in list(0, 121, 1.5, NA, "no_such_cell == 1", "labels",
                           "labels ==", TRUE, list(1), ~ no_column > 1)) {
            expect_argument_error(ask(value), argument)
        }
    }
    expect_argument_error(quick(groups = "labels", subset = integer()),
                          "subset")
    expect_argument_error(quick(idx1 = 1:5, groups = "labels"), "groups")
    expect_argument_error(quick(idx1 = 1:5, idx2 = integer()), "idx2")
    expect_argument_error(quick(idx1 = 1:5, idx2 = 5:9), "idx2", "overlap")
})

test_that("columns are wrong in the argument that names them", {
    for (value in list("nothing", 1:3, list("a"), rep(NA, 120))) {
        expect_argument_error(quick(groups = value), "groups")
        expect_argument_error(quick(groups = "labels", within = value),
                              "within")
    }
    expect_argument_error(
        quick(groups = "labels", group1 = "label_0",
              group2 = c("label_1", "label_2")), "group2", "one level"
    )
    expect_argument_error(
        quick(groups = "labels", group1 = "label_0", group2 = "label_0"),
        "group2", "same group"
    )
})

test_that("the data, the name and the device are checked", {
    expect_argument_error(
        differentialExpression(model, 1:3, groups = "labels"), "x"
    )
    expect_argument_error(
        differentialExpression(model, sce[1:10, ], groups = "labels"), "x",
        "lacks"
    )
    expect_argument_error(differentialExpression(1, sce, groups = "labels"),
                          "object")
    expect_argument_error(quick(groups = "labels", accelerator = "tpu"),
                          "accelerator")
    expect_argument_error(quick(groups = "labels", grups = "labels"), "grups")
})
