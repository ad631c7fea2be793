partition <- function(model) scvigor:::.codes(model)$batch

test_that("whole numbers are one level however they are stored", {
    expect_identical(scvigor:::.level_text(c(1e5, 2.5, -3, NA, Inf, 0)),
                     c("100000", "2.5", "-3", NA, "Inf", "0"))
    expect_identical(scvigor:::.level_text(100000L), "100000")
    expect_identical(scvigor:::.level_text(c(TRUE, FALSE)),
                     c("TRUE", "FALSE"))
})

test_that("DS01 codes follow the sorted categories", {
    sce <- toy_sce(20, per_batch = 50)
    sce$batch <- rev(sce$batch)
    model <- quick_train(sce, batch = "batch", labels = "labels")
    expect_identical(
        partition(model), as.integer(sub("batch_", "", sce$batch))
    )
    setup <- modelRegistry(model)
    expect_identical(
        setup$level, c("batch_0", "batch_1", paste0("label_", 0:2))
    )
    expect_identical(setup$code, c(0L, 1L, 0L, 1L, 2L))
    expect_identical(sum(setup$n_cells), 200L)
})

test_that("DS04 absent columns and missing values name the column", {
    sce <- toy_sce(10, per_batch = 20)
    expect_argument_error(quick_train(sce, batch = "lane"), "batch", "lane")
    expect_argument_error(quick_train(sce, labels = "type"), "labels",
                          "\"type\"")
    expect_argument_error(
        quick_train(sce, categorical_covariates = c("cat1", "cat9")),
        "categorical_covariates", "cat9"
    )
    expect_argument_error(
        quick_train(sce, continuous_covariates = "age"),
        "continuous_covariates", "age"
    )
    sce$batch[1:10] <- NA
    sce$cat1[1:10] <- NA
    expect_argument_error(
        quick_train(sce, batch = "batch"), "batch", "\"batch\".*10 missing"
    )
    expect_argument_error(
        quick_train(sce, categorical_covariates = "cat1"),
        "categorical_covariates", "\"cat1\".*10 missing"
    )
})

test_that("DS06 IC02 any type of batch gives the same partition", {
    sce <- toy_sce(10, per_batch = 20)
    code <- rep(0:1, each = 20)
    expected <- latentRepresentation(quick_train(sce, batch = "batch"))
    types <- list(
        factor(code), as.character(code), code, code == 1, as.double(code),
        S4Vectors::Rle(code)
    )
    for (batch in types) {
        sce$lane <- batch
        by_column <- quick_train(sce, batch = "lane")
        by_value <- quick_train(sce, batch = batch)
        expect_identical(latentRepresentation(by_column), expected)
        expect_identical(latentRepresentation(by_value), expected)
        own_value <- as.vector(batch)[1]
        expect_identical(
            normalizedExpression(by_column, transform_batch = own_value,
                                 seed = 1),
            normalizedExpression(by_value, transform_batch = own_value,
                                 seed = 1)
        )
    }
    # a factor keeps its own order of levels
    odd <- quick_train(sce, batch = factor(code, levels = c(1, 0)))
    expect_identical(partition(odd), 1L - code)
})

test_that("DS20 small levels warn, unused levels do not count", {
    sce <- toy_sce(10, per_batch = 20)
    batch <- c("lone", as.character(sce$batch)[-1])
    expect_warning(quick_train(sce, batch = batch), "\"lone\"")
    sce$batch <- factor(sce$batch, levels = c("batch_0", "none", "batch_1"))
    expect_no_warning(model <- quick_train(sce, batch = "batch"))
    expect_equal(modelOptions(model)$n_batch, 2)
    expect_identical(modelRegistry(model)$level, c("batch_0", "batch_1"))
})

test_that("vectors of a wrong length name the argument", {
    sce <- toy_sce(10, per_batch = 20)
    expect_argument_error(
        quick_train(sce, batch = 1:3), "batch", "3 values for 40 cells"
    )
    expect_argument_error(
        quick_train(sce, continuous_covariates = data.frame(a = 1:3)),
        "continuous_covariates", "3 rows for 40 cells"
    )
    expect_argument_error(
        quick_train(sce, batch = as.list(1:40)), "batch", "list"
    )
    counts <- SummarizedExperiment::assay(sce)
    expect_argument_error(
        quick_train(counts, batch = "batch"), "batch", "no cell table"
    )
})

test_that("RB03 continuous covariates and size factors are checked", {
    sce <- toy_sce(10, per_batch = 20)
    sce$cont1[3] <- NA
    expect_argument_error(
        quick_train(sce, continuous_covariates = c("cont1", "cont2")),
        "continuous_covariates", "\"cont1\".*1 missing or infinite value\\."
    )
    expect_argument_error(
        quick_train(sce, continuous_covariates = "batch"),
        "continuous_covariates", "numeric"
    )
    for (bad in c(0, -1, Inf, NA)) {
        sce$size_factor[5] <- bad
        expect_argument_error(
            quick_train(sce, size_factor = "size_factor"), "size_factor",
            "\"size_factor\""
        )
    }
})

test_that("CV01 covariates of all kinds train and answer every verb", {
    sce <- toy_sce(20, per_batch = 50)
    model <- quick_train(
        sce, batch = "batch", labels = "labels",
        categorical_covariates = c("cat1", "cat2"),
        continuous_covariates = c("cont1", "cont2"),
        encode_covariates = TRUE
    )
    expect_equal(modelOptions(model)$n_cats_per_cov, c(5, 5))
    expect_equal(modelOptions(model)$n_continuous_cov, 2)
    expect_equal(latentRepresentation(model, x = sce),
                 latentRepresentation(model), tolerance = 1e-6)
    expect_true(is.finite(elbo(model, sce)))
    expect_true(all(is.finite(normalizedExpression(model))))
    # by column and by value are the same covariates
    by_value <- quick_train(
        sce, batch = sce$batch, labels = sce$labels,
        categorical_covariates =
            SummarizedExperiment::colData(sce)[c("cat1", "cat2")],
        continuous_covariates = cbind(cont1 = sce$cont1, cont2 = sce$cont2),
        encode_covariates = TRUE
    )
    expect_identical(modelWeights(by_value), modelWeights(model))
})

test_that("CV03 new data: training codes, unknown level, absent column", {
    sce <- toy_sce(20, per_batch = 50)
    model <- quick_train(
        sce, categorical_covariates = "cat1",
        continuous_covariates = "cont1", encode_covariates = TRUE
    )
    some <- sce[, sce$cat1 == 3]
    expect_equal(
        latentRepresentation(model, x = some),
        latentRepresentation(model)[colnames(some), ], tolerance = 1e-6
    )
    other <- sce
    other$cat1[1] <- 9
    expect_argument_error(
        elbo(model, other), "categorical_covariates", "\"9\".*\"0\", \"1\""
    )
    other$cat1 <- NULL
    expect_argument_error(
        elbo(model, other), "categorical_covariates", "\"cat1\""
    )
})

test_that("CV06 covariates that are not encoded do not move the latent", {
    sce <- toy_sce(20, per_batch = 50)
    model <- quick_train(sce, batch = "batch", continuous_covariates = "cont1")
    other <- sce
    other$batch <- rev(other$batch)
    other$cont1 <- other$cont1 + 1
    expect_identical(latentRepresentation(model, x = other),
                     latentRepresentation(model, x = sce))
})
