test_that("TR10 given cells are used as given", {
    sce <- toy_sce(10, per_batch = 50)
    given <- list(train = 100:21, validation = 1:10, test = 11:20)
    model <- quick_train(sce, external_indexing = given)
    split <- trainingSplit(model)
    expect_identical(split, given)
    # the test part may be absent, names and logical vectors do too
    held_out <- colnames(sce)[seq_len(100) %% 10 == 0]
    split <- trainingSplit(quick_train(
        sce, external_indexing = list(validation = held_out)
    ))
    expect_identical(split$validation, seq(10L, 100L, 10L))
    expect_length(split$train, 90)
    mask <- seq_len(100) > 20
    split <- trainingSplit(quick_train(
        sce, external_indexing = list(mask, !mask)
    ))
    expect_identical(split$train, 21:100)
    expect_identical(split$validation, 1:20)
})

test_that("TR11 given cells that make no sense are errors", {
    sce <- toy_sce(10, per_batch = 50)
    wrong <- function(given, regexp, argument = "external_indexing") {
        expect_argument_error(
            quick_train(sce, external_indexing = given), argument, regexp
        )
    }
    wrong(list(1:60, 51:100), "`train` and in `validation`")
    wrong(list(1:60, 61:90), "leaves out 10")
    wrong(list(c(1:90, 90), 91:100), "train` holds 1 cell more than once")
    wrong(1:90, "list")
    wrong(list(1:50, 51:60, 61:70, 71:100), "list")
    wrong(list(training = 1:90), "\"training\"")
    wrong(list(1:90, 91:101), "1 to 100", "external_indexing$validation")
    wrong(list(train = 1:90, validation = "cell_x"), "\"cell_x\"",
          "external_indexing$validation")
    wrong(list(validation = 1:100), "no cells")
})

test_that("validation cells never train", {
    sce <- toy_sce(20, per_batch = 50)
    given <- list(validation = 1:20)
    changed <- sce
    SummarizedExperiment::assay(changed)[, 1:20] <-
        SummarizedExperiment::assay(sce)[, 20:1]
    expect_identical(
        modelWeights(quick_train(sce, external_indexing = given)),
        modelWeights(quick_train(changed, external_indexing = given))
    )
})
