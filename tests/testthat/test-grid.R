sce <- toy_sce(12, per_batch = 30)

test_that("MC02 every pair of choices makes a model that answers every verb", {
    grid <- do.call(expand.grid, c(grid_choices, stringsAsFactors = FALSE))
    for (row in split(grid_pairs(grid), ~ seq_along(dispersion))) {
        info <- paste(unlist(row), collapse = ", ")
        expect_finite_answers(grid_train(sce, row), sce, info)
    }
})

test_that("MC03 batch embeddings of all kinds train", {
    three <- toy_sce(12, n_batches = 3, per_batch = 30)
    for (dimension in c(5, 10)) {
        for (encode in c(TRUE, FALSE)) {
            for (observed in c(TRUE, FALSE)) {
                model <- quick_train(
                    three, batch = "batch",
                    batch_representation = "embedding",
                    batch_embedding_dim = dimension,
                    encode_covariates = encode,
                    use_observed_lib_size = observed
                )
                expect_true(is.finite(elbo(model, three, seed = 1)))
                expect_identical(
                    dim(modelWeights(model)$`_embeddings_dict.batch.weight`),
                    c(3L, as.integer(dimension))
                )
            }
        }
    }
})

test_that("MC05 covariates may be encoded, two layers, BatchNorm in one part", {
    model <- quick_train(
        sce, batch = "batch", categorical_covariates = c("cat1", "cat2"),
        continuous_covariates = c("cont1", "cont2"),
        encode_covariates = TRUE, n_layers = 2, use_batch_norm = "encoder"
    )
    expect_finite_answers(model, sce, "MC05")
    norms <- grep("running_mean", names(modelWeights(model)), value = TRUE)
    expect_true(all(grepl("encoder", norms)))
})

test_that("MC09 a linear decoder takes every dispersion", {
    for (dispersion in grid_choices$dispersion) {
        model <- quick_train(
            sce, batch = "batch", labels = "labels", decoder = "linear",
            dispersion = dispersion
        )
        expect_finite_answers(model, sce, dispersion)
        expect_true(all(is.finite(loadings(model))), info = dispersion)
    }
    # what it does not have is refused when the model is made
    expect_argument_error(
        quick_train(sce, decoder = "linear", size_factor = "size_factor"),
        "size_factor", "linear decoder"
    )
})

test_that("CV04 columns of any name; a copy has the same registry", {
    renamed <- sce
    renamed$testbatch <- sce$batch
    renamed$testlabels <- sce$labels
    model <- quick_train(renamed, batch = "testbatch", labels = "testlabels")
    expect_identical(unique(modelRegistry(model)$column),
                     c("testbatch", "testlabels"))
    expect_identical(modelWeights(model), modelWeights(quick_train(
        sce, batch = "batch", labels = "labels"
    )))
    copy <- renamed[, 1:20]
    expect_identical(
        latentRepresentation(model, copy),
        latentRepresentation(model, renamed, subset.col = 1:20)
    )
    again <- quick_train(renamed, batch = "testbatch", labels = "testlabels")
    expect_identical(modelRegistry(again), modelRegistry(model))
})
