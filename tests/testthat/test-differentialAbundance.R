sce <- toy_sce(20, per_batch = 40)
sce$donor <- factor(rep(c("d2", "d1", "d3", "d1"), 20), c("d3", "d2", "d1"))
model <- quick_train(sce, batch = "batch")
posterior <- latentRepresentation(model, return_dist = TRUE)

# The log of a mean of products of densities.
expected <- function(cell, members, density = dnorm) {
    logs <- vapply(members, function(i) {
        scale <- sqrt(posterior$var[i, ])
        u <- (posterior$mean[cell, ] - posterior$mean[i, ]) / scale
        sum(density(u, log = TRUE) - log(scale))
    }, numeric(1))
    max(logs) + log(mean(exp(logs - max(logs))))
}

test_that("densities are those of the mixtures of posteriors", {
    found <- differentialAbundance(model, sample = sce$donor)
    expect_identical(dimnames(found), list(colnames(sce), levels(sce$donor)))
    for (level in levels(sce$donor)) {
        members <- which(sce$donor == level)
        for (cell in c(1, 2, 77)) {
            expect_equal(found[cell, level], expected(cell, members),
                         tolerance = 1e-10)
        }
    }
})

test_that("`dof` gives the components Student's tails", {
    found <- differentialAbundance(model, sample = sce$donor, dof = 3)
    student <- function(u, log) dt(u, df = 3, log = log)
    expect_equal(found[5, "d1"],
                 expected(5, which(sce$donor == "d1"), student),
                 tolerance = 1e-10)
    normal <- differentialAbundance(model, sample = sce$donor)
    many <- differentialAbundance(model, sample = sce$donor, dof = 1e7)
    expect_equal(many, normal, tolerance = 1e-4)
})

test_that("blocks of cells change nothing, a column or a vector neither", {
    found <- differentialAbundance(model, sce, sample = "donor")
    for (batch_size in c(1, 7, 1000)) {
        expect_equal(
            differentialAbundance(model, sce, sample = sce$donor,
                                  batch_size = batch_size),
            found, tolerance = 1e-6
        )
    }
    expect_equal(differentialAbundance(model, sample = "batch"),
                 differentialAbundance(model, sample = sce$batch))
    with_model <- quick_run(sce)
    expect_identical(
        dimnames(differentialAbundance(with_model, sample = "donor")),
        dimnames(found)
    )
})

test_that("fewer cells per mixture, as the seed draws them", {
    few <- function(n, seed = 1) {
        differentialAbundance(model, sample = sce$donor,
                              num_cells_posterior = n, seed = seed)
    }
    all <- differentialAbundance(model, sample = sce$donor)
    expect_identical(few(40), all)
    expect_identical(few(5), few(5))
    expect_false(identical(few(5), few(5, seed = 2)))
    expect_false(identical(few(5), all))
})

test_that("a sample of one cell is its posterior", {
    alone <- c("alone", rep("others", 79))
    found <- differentialAbundance(model, sample = alone)
    expect_equal(found[1, "alone"], expected(1, 1), tolerance = 1e-10)
})

test_that("arguments are checked", {
    ask <- function(...) differentialAbundance(model, ...)
    expect_argument_error(ask(), "sample", "column name or a vector")
    expect_argument_error(ask(sample = "donor"), "sample", "\"batch\"")
    expect_argument_error(ask(sce, sample = "sex"), "sample", "\"donor\"")
    expect_argument_error(ask(sample = 1:3), "sample", "3 values")
    expect_message(ask(sample = c(NA, sce$donor[-1])), "no value for 1 cell")
    for (bad in list(0, 2.5, "all", NA)) {
        expect_argument_error(
            ask(sample = "batch", num_cells_posterior = bad),
            "num_cells_posterior"
        )
    }
    for (bad in list(0, -1, "three", NA)) {
        expect_argument_error(ask(sample = "batch", dof = bad), "dof")
    }
    expect_argument_error(ask(sample = "batch", batch_size = 0),
                          "batch_size")
})
