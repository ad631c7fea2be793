sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

test_that("NM01 totals are 1, the given size, or the cell's own", {
    shares <- normalizedExpression(model)
    expect_identical(dimnames(shares), dimnames(sce))
    expect_equal(unname(colSums(shares)), rep(1, 200), tolerance = 1e-3)
    large <- normalizedExpression(model, library_size = 1e4)
    expect_equal(unname(colSums(large)), rep(1e4, 200), tolerance = 1e-3)
    own <- normalizedExpression(model, library_size = "latent")
    expect_equal(
        colSums(own), Matrix::colSums(SummarizedExperiment::assay(sce)),
        tolerance = 1e-3
    )
})

test_that("stored posterior and counts give the same expression", {
    expect_equal(
        normalizedExpression(model, seed = 1, library_size = "latent"),
        normalizedExpression(model, x = sce, seed = 1,
                             library_size = "latent"),
        tolerance = 1e-4
    )
})

test_that("NM02 with a size factor expression does not sum to 1", {
    with_size <- quick_train(sce, size_factor = "size_factor")
    values <- normalizedExpression(with_size)
    expect_true(all(values >= 0))
    expect_false(isTRUE(all.equal(unname(colSums(values)), rep(1, 200))))
})

test_that("NM04 batches are named by their levels", {
    expect_argument_error(
        normalizedExpression(model, transform_batch = "batch_9"),
        "transform_batch", "\"batch_0\", \"batch_1\""
    )
    expect_argument_error(normalizedExpression(model, transform_batch = 1),
                          "transform_batch", "\"batch_0\"")
    without <- quick_train(sce)
    expect_argument_error(
        normalizedExpression(without, transform_batch = "batch_0"),
        "transform_batch", "without `batch`"
    )
})

test_that("transform_batch decodes all cells as one batch, or their mean", {
    as_batch <- function(batch) {
        normalizedExpression(model, transform_batch = batch, seed = 1)
    }
    own <- normalizedExpression(model, seed = 1)
    first <- sce$batch == "batch_0"
    expect_equal(as_batch("batch_0")[, first], own[, first])
    expect_equal(as_batch("batch_1")[, !first], own[, !first])
    expect_false(isTRUE(all.equal(as_batch("batch_0"), as_batch("batch_1"))))
    expect_equal(
        as_batch(c("batch_0", "batch_1")),
        (as_batch("batch_0") + as_batch("batch_1")) / 2, tolerance = 1e-6
    )
})

test_that("NM05 draws under seeds 1 and 2 are all different", {
    draws <- lapply(1:3, function(seed) {
        normalizedExpression(
            model, n_samples = 3, return_mean = FALSE, seed = seed
        )
    })
    slices <- unlist(lapply(draws, function(draw) {
        lapply(1:3, function(k) draw[, , k])
    }), recursive = FALSE)
    expect_false(any(duplicated(slices)))
})

test_that("NM05 samples, means and seeds", {
    draws <- normalizedExpression(model, n_samples = 3, return_mean = FALSE,
                                  seed = 1)
    expect_identical(dim(draws), c(30L, 200L, 3L))
    expect_identical(dimnames(draws)[1:2], dimnames(sce))
    expect_false(identical(draws[, , 1], draws[, , 2]))
    mean_of_two <- normalizedExpression(model, n_samples = 2)
    expect_identical(dim(mean_of_two), c(30L, 200L))
    first <- normalizedExpression(model)
    second <- normalizedExpression(model)
    expect_false(identical(first, second))
    expect_equal(first, second, tolerance = 0.5)
    expect_identical(normalizedExpression(model, seed = 5),
                     normalizedExpression(model, seed = 5))
})

test_that("genes and cells are chosen, in the given order", {
    all <- normalizedExpression(model, seed = 1)
    genes <- c("gene_7", "gene_2")
    expect_equal(normalizedExpression(model, subset.row = genes, seed = 1),
                 all[genes, ])
    expect_equal(normalizedExpression(model, subset.row = 5:3, seed = 1),
                 all[5:3, ])
    one <- normalizedExpression(model, subset.row = 1, subset.col = 3)
    expect_identical(dimnames(one), list("gene_0", "cell_2"))
    expect_argument_error(normalizedExpression(model, subset.row = "XIST"),
                          "subset.row", "\"XIST\"; there are \"gene_0\"")
    expect_argument_error(normalizedExpression(model, subset.col = "cell_x"),
                          "subset.col", "\"cell_x\"; there are \"cell_0\"")
})

test_that("NM07 every likelihood works", {
    for (likelihood in c("zinb", "nb", "poisson")) {
        fitted <- quick_train(sce, gene_likelihood = likelihood)
        expect_true(all(is.finite(normalizedExpression(fitted))))
    }
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    expect_no_warning(fitted <- quick_train(logs, gene_likelihood = "normal"))
    expect_true(all(is.finite(normalizedExpression(fitted))))
})

test_that("wrong sizes and numbers of samples are errors", {
    for (bad in list(0, -1, NA, "observed", c(1, 2))) {
        expect_argument_error(normalizedExpression(model, library_size = bad),
                              "library_size")
    }
    expect_argument_error(normalizedExpression(model, n_samples = 0),
                          "n_samples")
})

test_that("a learned library size needs the counts", {
    learned <- quick_train(sce, batch = "batch",
                           use_observed_lib_size = FALSE)
    expect_argument_error(
        normalizedExpression(learned, library_size = "latent"), "x"
    )
    values <- normalizedExpression(learned, x = sce, library_size = "latent")
    expect_true(all(is.finite(values)))
})
