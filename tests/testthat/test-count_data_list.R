sce <- toy_sce(20, per_batch = 40)
counts <- SummarizedExperiment::assay(sce)
parts <- list(batch_0 = counts[, 1:40], batch_1 = counts[, 41:80])

test_that("IC01 batches apart or together with a batch vector are the same", {
    together <- quick_train(counts, batch = sce$batch)
    apart <- quick_train(parts)
    expect_identical(latentRepresentation(apart),
                     latentRepresentation(together))
    expect_identical(modelWeights(apart), modelWeights(together))
    expect_identical(modelRegistry(apart), modelRegistry(together))
    expect_identical(
        rownames(latentRepresentation(apart)), colnames(counts)
    )
    expect_identical(
        modelWeights(quick_train(lapply(parts, as.matrix))),
        modelWeights(together)
    )
    expect_identical(
        modelWeights(quick_train(list(sce[, 1:40], sce[, 41:80]))),
        modelWeights(together)
    )
    mixed <- quick_train(list(as.matrix(parts[[1]]), parts[[2]]))
    expect_identical(modelWeights(mixed), modelWeights(together))
})

test_that("IC01 interleaved cells keep their order, names and batches", {
    mixed <- withr::with_seed(1, sample(80))
    model <- quick_train(counts[, mixed], batch = sce$batch[mixed])
    latent <- latentRepresentation(model)
    expect_identical(rownames(latent), colnames(counts)[mixed])
    expect_identical(model@codes$batch,
                     as.integer(sce$batch[mixed] == "batch_1"))
    # and the model answers for a cell wherever it stands
    expect_equal(
        latentRepresentation(model, counts, batch = sce$batch)[mixed, ],
        latent, tolerance = 1e-5
    )
})

test_that("IC08 genes are joined by name, those of all objects", {
    shifted <- list(a = parts[[1]][1:15, ], b = parts[[2]][20:6, ])
    expect_message(model <- quick_train(shifted), "10 genes are common")
    common <- rownames(counts)[6:15]
    expect_identical(
        modelWeights(model),
        modelWeights(quick_train(counts[common, ], batch = sce$batch))
    )
    expect_identical(rownames(normalizedExpression(model)), common)
    expect_argument_error(
        quick_train(list(parts[[1]][1:10, ], parts[[2]][11:20, ])), "x",
        "x\\[\\[2\\]\\].* shares no genes"
    )
})

test_that("IC07 objects that do not fit together are named", {
    unnamed <- unname(as.matrix(counts))
    model <- quick_train(list(unnamed[, 1:40], unnamed[, 41:80]))
    expect_equal(nrow(modelRegistry(model)), 2)
    expect_argument_error(
        quick_train(list(a = unnamed, b = unnamed[-1, ])), "x",
        "x\\[\\[\"b\"\\]\\].* 19 genes"
    )
    expect_argument_error(
        quick_train(list(a = counts, b = unnamed)), "x", "\"b\".*no gene names"
    )
    expect_argument_error(
        quick_train(list(a = counts, b = letters)), "x", "\"b\""
    )
    expect_argument_error(
        quick_train(list(a = sce, b = sce), assay.type = "none"),
        "assay.type", "\"a\""
    )
    expect_argument_error(quick_train(list()), "x", "empty")
    expect_argument_error(
        quick_train(list(a = counts, counts)), "x", "name of its own"
    )
    expect_argument_error(
        quick_train(list(a = counts, a = counts)), "x", "name of its own"
    )
})

test_that("columns of the cell tables are joined, names made distinct", {
    first <- sce[, 1:40]
    second <- sce[, 41:80]
    first$only_here <- 1
    model <- quick_train(list(first, second), batch = "batch",
                         categorical_covariates = "cat1")
    whole <- quick_train(sce, batch = "batch",
                         categorical_covariates = "cat1")
    expect_identical(modelWeights(model), modelWeights(whole))
    expect_identical(modelRegistry(model), modelRegistry(whole))
    expect_argument_error(
        quick_train(list(first, second), labels = "only_here"), "labels"
    )
    twins <- quick_train(list(a = first, b = first))
    expect_identical(
        rownames(latentRepresentation(twins))[c(1, 41)],
        c("a_cell_0", "b_cell_0")
    )
})

test_that("DS23 several objects: trained, saved, loaded, more data mapped", {
    model <- quick_train(parts)
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(model, file)
    loaded <- readRDS(file)
    expected <- latentRepresentation(model)
    # a second set of objects, whose names are the batches
    expect_equal(latentRepresentation(loaded, parts), expected,
                 tolerance = 1e-5)
    one <- latentRepresentation(loaded, parts["batch_1"])
    expect_equal(one, expected[41:80, ], tolerance = 1e-5)
    expect_true(is.finite(elbo(loaded, parts)))
    expect_argument_error(
        latentRepresentation(loaded, list(other = counts)), "batch", "other"
    )
    longer <- continueTraining(loaded, parts, 1, verbose = FALSE)
    expect_equal(trainingHistory(longer)$epoch, 1:2)
})

test_that("integer matrices join sparse ones", {
    counts <- toy_counts(10, 40)
    storage.mode(counts) <- "integer"
    sparse <- as(toy_counts(10, 40, seed = 2), "dgCMatrix")
    joined <- scvigor:::.count_data(list(a = counts, b = sparse))$counts
    expect_s4_class(joined, "dgCMatrix")
    expect_equal(unname(as.matrix(joined)),
                 unname(cbind(counts, as.matrix(sparse))))
})
