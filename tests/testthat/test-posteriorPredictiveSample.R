sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch")

is_count <- function(x) all(x >= 0) && all(x == floor(x))

test_that("PP01 one sample is a sparse matrix of counts", {
    drawn <- posteriorPredictiveSample(model, seed = 1)
    expect_s4_class(drawn, "dgCMatrix")
    expect_true(validObject(drawn))
    expect_identical(dimnames(drawn), dimnames(sce))
    expect_true(is_count(drawn@x))
    expect_true(all(drawn@x > 0))
    parameters <- likelihoodParameters(model, seed = 2)
    expect_equal(
        sum(drawn), sum((1 - parameters$dropout) * parameters$mean),
        tolerance = 0.1
    )
})

test_that("PP01 chosen genes and cells, several samples", {
    genes <- c("gene_7", "gene_2")
    one <- posteriorPredictiveSample(model, subset.row = genes,
                                     subset.col = 3:1)
    expect_identical(dimnames(one), list(genes, colnames(sce)[3:1]))
    single <- posteriorPredictiveSample(model, subset.row = 1, subset.col = 1)
    expect_identical(dim(single), c(1L, 1L))
    three <- posteriorPredictiveSample(
        model, n_samples = 3, subset.row = genes, subset.col = 3:1
    )
    expect_named(three, c("sample_1", "sample_2", "sample_3"))
    for (sample in three) {
        expect_s4_class(sample, "dgCMatrix")
        expect_identical(dimnames(sample), dimnames(one))
    }
    array <- simplify2array(lapply(three, as.matrix))
    expect_identical(dim(array), c(2L, 3L, 3L))
})

test_that("samples differ, seeds fix them", {
    draw <- function(seed) {
        posteriorPredictiveSample(model, n_samples = 2, seed = seed)
    }
    first <- draw(1)
    expect_false(identical(first[[1]], first[[2]]))
    expect_identical(first, draw(1))
    expect_false(identical(first, draw(2)))
    expect_identical(
        first,
        withr::with_seed(3, draw(1))
    )
    expect_false(identical(posteriorPredictiveSample(model),
                           posteriorPredictiveSample(model)))
})

test_that("PP02 every likelihood works, transformed or not", {
    for (likelihood in c("zinb", "nb", "poisson")) {
        fitted <- quick_train(sce, batch = "batch",
                              gene_likelihood = likelihood)
        drawn <- posteriorPredictiveSample(
            fitted, transform_batch = "batch_1"
        )
        expect_identical(dimnames(drawn), dimnames(sce))
        expect_true(is_count(drawn@x))
    }
})

test_that("PP02 several batches give their mean, of the same shape", {
    both <- posteriorPredictiveSample(
        model, transform_batch = c("batch_0", "batch_1"), seed = 1
    )
    expect_s4_class(both, "dgCMatrix")
    expect_identical(dim(both), dim(sce))
    expect_false(is_count(both@x))
    expect_true(is_count(2 * both@x))
})

test_that("PP02 unknown genes and batches are errors", {
    expect_argument_error(
        posteriorPredictiveSample(model, subset.row = c("XIST", "CD3D")),
        "subset.row", "XIST"
    )
    expect_argument_error(
        posteriorPredictiveSample(model, transform_batch = "batch_9"),
        "transform_batch", "\"batch_0\", \"batch_1\""
    )
    for (bad in list(0, 1.5, NA, "two", c(1, 2))) {
        expect_argument_error(
            posteriorPredictiveSample(model, n_samples = bad), "n_samples"
        )
    }
    expect_argument_error(posteriorPredictiveSample(model, samples = 2),
                          "samples", "`n_samples`")
})

test_that("stored posterior, counts, new cells and objects with a model", {
    stored <- posteriorPredictiveSample(model, seed = 1)
    read <- posteriorPredictiveSample(model, x = sce, seed = 1)
    # counts go through the encoder again: the last bits of z may differ
    expect_gt(mean(as.matrix(stored) == as.matrix(read)), 0.99)
    new_cells <- toy_sce(30, per_batch = 5, seed = 8)
    expect_identical(dim(posteriorPredictiveSample(model, x = new_cells)),
                     dim(new_cells))
    with_model <- quick_run(sce, batch = "batch")
    expect_identical(
        posteriorPredictiveSample(with_model, seed = 1),
        posteriorPredictiveSample(scviModel(with_model), x = sce, seed = 1)
    )
})

test_that("a normal likelihood gives dense matrices", {
    logs <- log1p(as.matrix(SummarizedExperiment::assay(sce)))
    normal <- quick_train(logs, gene_likelihood = "normal")
    drawn <- posteriorPredictiveSample(normal, seed = 1)
    expect_true(is.matrix(drawn))
    expect_identical(dimnames(drawn), dimnames(logs))
    samples <- posteriorPredictiveSample(normal, n_samples = 2, seed = 1)
    expect_named(samples, c("sample_1", "sample_2"))
    expect_true(is.matrix(samples[[2]]))
    expect_false(identical(samples[[1]], samples[[2]]))
})

test_that("a learned library size needs the counts, a size factor does not", {
    learned <- quick_train(sce, use_observed_lib_size = FALSE)
    expect_argument_error(posteriorPredictiveSample(learned), "x",
                          "give the data as `x`")
    drawn <- posteriorPredictiveSample(learned, x = sce)
    expect_identical(dimnames(drawn), dimnames(sce))
    sized <- quick_train(sce, use_observed_lib_size = FALSE,
                         size_factor = "size_factor")
    expect_identical(dim(posteriorPredictiveSample(sized)), dim(sce))
})
