sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch", labels = "labels",
                     check_val_every_n_epoch = 1)

test_that("DS21 a model prints what it is", {
    shown <- paste(capture.output(print(model)), collapse = "\n")
    for (part in c("trained", "n_hidden 16", "n_latent 5", "n_layers 1",
                   "dropout_rate 0.1", "dispersion gene",
                   "gene_likelihood zinb", "latent_distribution normal",
                   "30 genes", "200 cells", "2 batches", "1 of 1 epochs",
                   "counts: +not stored", "validation ELBO -[0-9]")) {
        expect_match(shown, part)
    }
    setup <- modelRegistry(model)
    expect_named(setup, c("covariate", "name", "column", "level", "code",
                          "n_cells"))
    expect_equal(nrow(modelRegistry(quick_train(sce))), 0)
    rich <- quick_train(
        sce, categorical_covariates = "cat1", size_factor = "size_factor",
        continuous_covariates = data.frame(age = sce$cont1)
    )
    setup <- modelRegistry(rich)
    expect_identical(setup$covariate,
                     c(rep("categorical_covariates", 5),
                       "continuous_covariates", "size_factor"))
    expect_identical(setup$column[6:7], c(NA, "size_factor"))
})

test_that("SL07 a model survives saveRDS and a new session", {
    skip_if_not_installed("callr")
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(model, file)
    again <- callr::r(function(file) {
        model <- readRDS(file)
        library(scvigor)
        list(
            latent = latentRepresentation(model),
            expression = normalizedExpression(model, seed = 1)
        )
    }, list(file = file))
    expect_identical(again$latent, latentRepresentation(model))
    expect_identical(again$expression, normalizedExpression(model, seed = 1))
})

test_that("SL08 a model survives serialize, in a list, with its statistics", {
    bytes <- serialize(list(nested = list(model)), NULL)
    expected <- latentRepresentation(model, x = sce)
    bound <- elbo(model, sce, seed = 1)
    gc()
    again <- unserialize(bytes)$nested[[1]]
    expect_true(scvigor:::is_null_pointer(again@cache$pointer))
    expect_identical(latentRepresentation(again, x = sce), expected)
    expect_identical(elbo(again, sce, seed = 1), bound)
    expect_identical(modelWeights(again), modelWeights(model))
    rebuilt <- scvigor:::model_from_state(modelOptions(model),
                                          modelWeights(model))
    expect_false(scvigor:::is_null_pointer(rebuilt))
})

test_that("a model works in parallel workers", {
    skip_if_not_installed("callr")
    found <- callr::r(function(model) {
        scvigor::latentRepresentation(model)
    }, list(model = model))
    expect_identical(found, latentRepresentation(model))
})

test_that("a model holds no counts", {
    large <- toy_sce(500, per_batch = 400)
    trained <- quick_train(large, n_hidden = 2, n_latent = 2)
    size <- length(serialize(trained, NULL))
    expect_lt(size, length(serialize(
        SummarizedExperiment::assay(large), NULL
    )) / 10)
})

test_that("weights have torch's names and shapes", {
    weights <- modelWeights(model)
    first <- weights[["z_encoder.encoder.fc_layers.Layer 0.0.weight"]]
    expect_identical(dim(first), c(16L, 30L))
    expect_identical(dim(weights$px_r), 30L)
    expect_equal(weights[[
        "z_encoder.encoder.fc_layers.Layer 0.1.num_batches_tracked"
    ]], 2)
})

test_that("trainOptions and history are reached from the object too", {
    result <- quick_run(sce, batch = "batch")
    expect_identical(trainOptions(result), trainOptions(scviModel(result)))
    expect_identical(trainingHistory(result),
                     trainingHistory(scviModel(result)))
    expect_identical(trainingSplit(result), trainingSplit(scviModel(result)))
})
