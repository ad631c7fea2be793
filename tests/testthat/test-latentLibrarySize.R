sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

test_that("IV08 the default model gives the observed totals", {
    totals <- Matrix::colSums(SummarizedExperiment::assay(sce))
    expect_equal(latentLibrarySize(model), totals, tolerance = 1e-12)
    expect_equal(latentLibrarySize(model, x = sce), totals,
                 tolerance = 1e-12)
    expect_equal(latentLibrarySize(model, subset.col = c(4, 2)),
                 totals[c(4, 2)], tolerance = 1e-12)
    expect_equal(latentLibrarySize(quick_run(sce)), totals,
                 tolerance = 1e-12)
})

test_that("IV08 a learned library size, for old cells and 3 new ones", {
    learned <- quick_train(sce, batch = "batch",
                           use_observed_lib_size = FALSE)
    sizes <- latentLibrarySize(learned, x = sce)
    expect_length(sizes, 200)
    expect_named(sizes, colnames(sce))
    expect_true(all(sizes > 0))
    new_cells <- toy_sce(30, per_batch = 50, seed = 4)[, 1:3]
    three <- latentLibrarySize(learned, x = new_cells)
    expect_named(three, colnames(new_cells))
    expect_true(all(three > 0) && all(is.finite(three)))
    expect_equal(
        latentLibrarySize(model, x = new_cells),
        Matrix::colSums(SummarizedExperiment::assay(new_cells)),
        tolerance = 1e-12
    )
    expect_argument_error(latentLibrarySize(learned), "x",
                          "give the data as `x`")
})

test_that("draws have the posterior's mean", {
    learned <- quick_train(sce, use_observed_lib_size = FALSE)
    ask <- function(...) {
        latentLibrarySize(learned, x = sce, subset.col = 1:2, ...)
    }
    draws <- vapply(1:400, function(seed) {
        ask(give_mean = FALSE, seed = seed)
    }, numeric(2))
    error <- apply(draws, 1, sd) / sqrt(400)
    expect_true(all(abs(rowMeans(draws) - ask()) < 4 * error))
    expect_identical(ask(give_mean = FALSE, seed = 1),
                     ask(give_mean = FALSE, seed = 1))
    expect_identical(ask(), ask())
})

test_that("arguments are checked", {
    expect_argument_error(latentLibrarySize(model, give_mean = 1),
                          "give_mean")
    expect_argument_error(latentLibrarySize(model, subset.col = 999),
                          "subset.col")
})
