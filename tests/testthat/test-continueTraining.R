sce <- toy_sce(20, per_batch = 60)
model <- quick_train(sce, batch = "batch", max_epochs = 2,
                     check_val_every_n_epoch = 1)

quick_continue <- function(object, ..., max_epochs = 2, seed = 7) {
    continueTraining(
        object, ..., max_epochs = max_epochs, seed = seed, verbose = FALSE
    )
}

test_that("SL05 further training appends to the history", {
    before <- modelWeights(model)
    longer <- quick_continue(model, sce, lr = 5e-4)
    expect_s4_class(longer, "SCVIModel")
    history <- trainingHistory(longer)
    expect_equal(history$epoch, 1:4)
    expect_identical(history[1:2, ], trainingHistory(model))
    expect_equal(history$lr, c(1e-3, 1e-3, 5e-4, 5e-4))
    # a fresh warm-up of the KL weight, as in scvi-tools
    expect_equal(history$kl_weight, c(0, 1, 0, 1) / 400)
    expect_identical(trainingSplit(longer), trainingSplit(model))
    expect_false(identical(modelWeights(longer), before))
    # the model itself is left alone
    expect_identical(modelWeights(model), before)
    expect_equal(nrow(trainingHistory(model)), 2)
    expect_output(print(longer), "4 of 4 epochs")
    again <- quick_continue(longer, sce, max_epochs = 1)
    expect_equal(trainingHistory(again)$epoch, 1:5)
})

test_that("SL05 history and training survive saveRDS and readRDS", {
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(model, file)
    loaded <- readRDS(file)
    expect_identical(trainingHistory(loaded), trainingHistory(model))
    expect_identical(
        modelWeights(quick_continue(loaded, sce)),
        modelWeights(quick_continue(model, sce))
    )
})

test_that("the seed fixes further training, and one number is drawn", {
    first <- modelWeights(quick_continue(model, sce))
    expect_identical(modelWeights(quick_continue(model, sce)), first)
    other <- modelWeights(quick_continue(model, sce, seed = 8))
    expect_false(identical(other, first))
    drawn <- withr::with_seed(1, {
        quick_continue(model, sce, seed = NULL)
        runif(1)
    })
    expect_identical(drawn, withr::with_seed(1, {
        sample.int(.Machine$integer.max, 1)
        runif(1)
    }))
})

test_that("training starts from the weights of the model", {
    still <- quick_continue(model, sce, max_epochs = 1, lr = 1e-12)
    expect_equal(modelWeights(still)$px_r, modelWeights(model)$px_r,
                 tolerance = 1e-6)
})

test_that("options are those of the model unless given", {
    narrow <- quick_train(sce, batch_size = 32, lr = 0.002)
    longer <- quick_continue(narrow, sce, optimizer = "AdamW",
                             n_epochs_kl_warmup = NULL)
    options <- trainOptions(longer)
    expect_equal(options$batch_size, 32)
    expect_equal(options$lr, 0.002)
    expect_identical(options$optimizer, "AdamW")
    expect_null(options$n_epochs_kl_warmup)
    expect_equal(trainingHistory(longer)$kl_weight[2:3], c(1, 1))
    expect_equal(trainOptions(narrow)$max_epochs, 1)
})

test_that("cells and genes are found by name", {
    expected <- modelWeights(quick_continue(model, sce))
    shuffled <- sce[20:1, ncol(sce):1]
    expect_identical(modelWeights(quick_continue(model, shuffled)), expected)
    counts <- SummarizedExperiment::assay(sce)
    expect_identical(modelWeights(quick_continue(model, counts)), expected)
    expect_identical(
        modelWeights(quick_continue(model, counts, batch = sce$batch)),
        expected
    )
})

test_that("other data than those of training are refused", {
    expect_argument_error(quick_continue(model), "x", "counts")
    expect_argument_error(quick_continue(model, sce[1:19, ]), "x", "lacks 1")
    expect_argument_error(quick_continue(model, sce[, 1:50]), "x", "50 cells")
    renamed <- sce
    colnames(renamed)[3] <- "stranger"
    expect_argument_error(quick_continue(model, renamed), "x", "cell_2")
    other <- sce
    SummarizedExperiment::assay(other)[1, 5] <- 1e3
    expect_argument_error(quick_continue(model, other), "x", "1 cell differ")
    moved <- sce
    moved$batch[1] <- "batch_1"
    expect_argument_error(quick_continue(model, moved), "batch", "1 cell")
    expect_argument_error(
        quick_continue(model, sce, labels = "labels"), "labels", "without"
    )
    moved$batch[1] <- "batch_9"
    expect_argument_error(quick_continue(model, moved), "batch", "batch_9")
})

test_that("what cannot change or is unknown is an error", {
    expect_argument_error(
        quick_continue(model, sce, train_size = 0.5), "train_size", "split"
    )
    expect_argument_error(
        quick_continue(model, sce, n_latent = 3), "n_latent", "part of"
    )
    expect_argument_error(
        quick_continue(model, sce, batch_sise = 3), "batch_sise",
        "`batch_size`"
    )
    expect_argument_error(
        continueTraining(model, sce, 1, 3, verbose = FALSE), "..."
    )
    expect_argument_error(
        quick_continue(model, sce, max_epochs = 0), "max_epochs"
    )
    expect_argument_error(quick_continue(model, sce, lr = -1), "lr")
    expect_argument_error(
        continueTraining(model, sce, verbose = NA), "verbose"
    )
    expect_argument_error(continueTraining(sce), "object", "no scVI model")
    expect_argument_error(quick_continue(model, sce, seed = -1), "seed")
    expect_argument_error(
        quick_continue(model, sce, checkpoint = 3), "checkpoint"
    )
})

test_that("an object of runSCVI() gets its new model and latent space", {
    run <- quick_run(sce, batch = "batch")
    longer <- quick_continue(run)
    expect_equal(trainingHistory(longer)$epoch, 1:3)
    expect_equal(trainingHistory(run)$epoch, 1)
    latent <- SingleCellExperiment::reducedDim(longer, "scVI")
    expect_identical(latent, latentRepresentation(longer))
    expect_false(identical(
        latent, SingleCellExperiment::reducedDim(run, "scVI")
    ))
    expect_argument_error(quick_continue(run, name = "other"), "name")
})

test_that("training interrupted before its first epoch can go on", {
    raw <- model
    raw@history <- scvigor:::.as_history(list(), 0)
    expect_equal(nrow(trainingHistory(raw)), 0)
    expect_equal(trainingHistory(quick_continue(raw, sce))$epoch, 1:2)
    expect_equal(
        scvigor:::.as_history(list(), 0, as.list(trainingHistory(model))),
        trainingHistory(model)
    )
})
