sce <- toy_sce(30, per_batch = 50)
counts <- as.matrix(SummarizedExperiment::assay(sce))
zinb <- quick_train(sce, batch = "batch")
poisson <- quick_train(sce, batch = "batch", gene_likelihood = "poisson")
models <- list(`a model` = zinb, Poisson = poisson)
check <- posteriorPredictiveCheck(models, sce, n_samples = 4, seed = 1)
draws <- lapply(models, function(model) {
    lapply(posteriorPredictiveSample(model, sce, n_samples = 4, seed = 1),
           as.matrix)
})
# The mean over the samples of what is computed for each.
mean_of <- function(model, measure) {
    rowMeans(vapply(draws[[model]], measure, measure(counts)), na.rm = TRUE)
}
cv <- function(margin) {
    function(x) {
        apply(x, margin, function(v) sqrt(mean((v - mean(v))^2)) / mean(v))
    }
}

test_that("PP04 coefficients of variation by gene and by cell", {
    for (margin in 1:2) {
        found <- coefficientOfVariation(check, c("gene", "cell")[margin])
        expect_s4_class(found, "DataFrame")
        expect_identical(names(found), c("a model", "Poisson", "Raw"))
        expect_identical(rownames(found), dimnames(sce)[[margin]])
        expect_equal(found$Raw, cv(margin)(counts), ignore_attr = TRUE)
        for (model in names(models)) {
            expect_equal(found[[model]], mean_of(model, cv(margin)),
                         ignore_attr = TRUE)
        }
    }
})

test_that("PP04 genes without counts have 0 observed, and no NA drawn", {
    empty <- sce
    SummarizedExperiment::assay(empty)[3, ] <- 0
    found <- coefficientOfVariation(
        posteriorPredictiveCheck(zinb, empty, n_samples = 2, seed = 1)
    )
    expect_identical(found$Raw[3], 0)
    expect_false(anyNA(found$Raw))
})

test_that("PP05 zero fractions are shares of zeros", {
    by_gene <- zeroFraction(check)
    expect_identical(names(by_gene), c("a model", "Poisson", "Raw"))
    expect_equal(by_gene$Raw, rowMeans(counts == 0), ignore_attr = TRUE)
    by_cell <- zeroFraction(check, margin = "cell")
    expect_identical(rownames(by_cell), colnames(sce))
    expect_equal(by_cell$Raw, colMeans(counts == 0), ignore_attr = TRUE)
    for (model in names(models)) {
        expect_equal(
            by_gene[[model]], mean_of(model, function(x) rowMeans(x == 0)),
            ignore_attr = TRUE
        )
    }
})

test_that("PP06 each model's calibration is that of its own draws", {
    p <- c(0.1, 0.2, 0.8, 0.9)
    expected <- vapply(names(models), function(model) {
        values <- simplify2array(draws[[model]])
        quantiles <- apply(values, 1:2, quantile, probs = p)
        inside <- c(
            mean(counts >= quantiles[1, , ] - 1e-9 &
                counts <= quantiles[4, , ] + 1e-9),
            mean(counts >= quantiles[2, , ] - 1e-9 &
                counts <= quantiles[3, , ] + 1e-9)
        )
        sum((inside - c(0.8, 0.6))^2)
    }, numeric(1))
    found <- calibrationError(check, confidence_intervals = p)
    expect_identical(names(found), names(models))
    expect_equal(unlist(as.list(found)), expected)
    expect_false(isTRUE(all.equal(expected[[1]], expected[[2]])))
    shares <- calibrationError(check, p, per_interval = TRUE)
    expect_equal(as.numeric(rownames(shares)), c(0.8, 0.6))
    expect_equal(colSums((as.matrix(shares) - c(0.8, 0.6))^2), expected)
    expect_identical(dim(calibrationError(check, per_interval = TRUE)),
                     c(7L, 2L))
    # alone or in company, first or last: the same
    alone <- posteriorPredictiveCheck(poisson, sce, n_samples = 4, seed = 1)
    expect_identical(calibrationError(alone)$model,
                     calibrationError(check)$Poisson)
})

test_that("quantiles are R's own, blocks of cells change nothing", {
    values <- withr::with_seed(1, matrix(rpois(60, 2), 12))
    p <- c(0, 0.1, 0.25, 0.9, 1)
    expect_equal(scvigor:::.row_quantiles(values, 5, p),
                 t(apply(values, 1, quantile, probs = p)),
                 ignore_attr = TRUE)
    inside <- function(n) {
        scvigor:::.interval_coverage(counts, draws$Poisson, c(0.2, 0.8), n)
    }
    expect_equal(inside(7), inside(1000))
})

test_that("one model, one sample, chosen genes and cells, an object", {
    one <- posteriorPredictiveCheck(
        zinb, sce, n_samples = 1, subset.row = c("gene_7", "gene_2"),
        subset.col = 9:3, seed = 1
    )
    expect_identical(rownames(zeroFraction(one)), c("gene_7", "gene_2"))
    found <- zeroFraction(one, margin = "cell")
    expect_identical(rownames(found), colnames(sce)[9:3])
    expect_equal(found$Raw, colMeans(counts[c(8, 3), 9:3] == 0),
                 ignore_attr = TRUE)
    single <- posteriorPredictiveCheck(zinb, sce, subset.row = 1,
                                       subset.col = 1:3, n_samples = 2)
    expect_identical(dim(coefficientOfVariation(single)), c(1L, 2L))
    with_model <- quick_run(sce)
    expect_identical(
        names(zeroFraction(posteriorPredictiveCheck(with_model))),
        c("model", "Raw")
    )
    expect_output(print(check), "a model, Poisson")
    logs <- log1p(counts)
    normal <- quick_train(logs, gene_likelihood = "normal")
    dense <- posteriorPredictiveCheck(normal, logs, n_samples = 2)
    expect_equal(coefficientOfVariation(dense)$Raw, cv(1)(logs),
                 ignore_attr = TRUE)
})

test_that("arguments are checked", {
    expect_argument_error(posteriorPredictiveCheck(zinb), "x", "counts")
    for (bad in list(list(zinb), list(a = zinb, a = poisson),
                     list(Raw = zinb), list())) {
        expect_argument_error(posteriorPredictiveCheck(bad, sce), "object")
    }
    other <- quick_train(sce[1:20, ])
    expect_argument_error(
        posteriorPredictiveCheck(list(a = zinb, b = other), sce), "object",
        "\"a\" and \"b\" have different genes"
    )
    expect_argument_error(posteriorPredictiveCheck(zinb, sce, n_samples = 0),
                          "n_samples")
    expect_argument_error(
        posteriorPredictiveCheck(zinb, sce, subset.row = "XIST"),
        "subset.row", "XIST"
    )
    for (verb in list(coefficientOfVariation, zeroFraction)) {
        expect_argument_error(verb(zinb), "check", "SCVIModel")
        expect_argument_error(verb(check, margin = "genes"), "margin",
                              "\"gene\" or \"cell\"")
    }
    for (bad in list(0.1, c(0.9, 0.1), c(-1, 2), "all", c(0.1, NA))) {
        expect_argument_error(calibrationError(check, bad),
                              "confidence_intervals")
    }
    expect_argument_error(calibrationError(check, per_interval = 1),
                          "per_interval")
})
