# Wide enough for instructions of bfloat16.
wide <- function() toy_sce(n_genes = 300, per_batch = 100)

train_wide <- function(precision, ..., max_epochs = 3) {
    trainSCVI(
        wide(), batch = "batch", matmul_precision = precision,
        max_epochs = max_epochs, seed = 1, check_val_every_n_epoch = 1,
        verbose = FALSE, accelerator = "cpu", ...
    )
}

last_elbo <- function(model) {
    tail(trainingHistory(model)$elbo_validation, 1)
}

test_that("matmul_precision is part of a model's training, with a close ELBO", {
    exact <- train_wide("highest")
    expect_identical(modelWeights(exact), modelWeights(train_wide("highest")))
    expect_identical(trainOptions(exact)$matmul_precision, "highest")
    for (precision in c("high", "medium")) {
        model <- train_wide(precision)
        expect_identical(trainOptions(model)$matmul_precision, precision)
        expect_equal(last_elbo(model), last_elbo(exact), tolerance = 2e-3)
        expect_identical(
            identical(modelWeights(model), modelWeights(exact)),
            !precision %in% scviInfo()$cpu$matmul_precision
        )
        path <- withr::local_tempfile(fileext = ".h5")
        saveSCVI(model, path)
        expect_identical(trainOptions(loadSCVI(path)), trainOptions(model))
    }
})

test_that("a resumed training keeps its matmul_precision", {
    path <- withr::local_tempfile(fileext = ".h5")
    whole <- train_wide("medium", max_epochs = 4)
    train_wide("medium", max_epochs = 2, checkpoint = path)
    resumed <- resumeTraining(path, wide(), max_epochs = 4, verbose = FALSE)
    expect_identical(trainOptions(resumed)$matmul_precision, "medium")
    expect_identical(modelWeights(resumed), modelWeights(whole))
})

test_that("other precisions are refused", {
    refused <- function(value) {
        expect_argument_error(
            quick_train(toy_counts(10, 20), matmul_precision = value),
            "matmul_precision"
        )
    }
    refused("low")
    refused("bfloat16")
    refused(NA_character_)
    refused(16)
    refused(NULL)
    expect_error(
        quick_train(toy_counts(10, 20), matmul_precision = "bf16"),
        "\"highest\", \"high\", \"medium\"",
        class = "scvigor_argument_error"
    )
})
