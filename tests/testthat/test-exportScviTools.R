sce <- toy_sce(30, per_batch = 100)

# The model that comes back, with the cells of `sce`.
round_trip <- function(model, ...) {
    folder <- withr::local_tempdir()
    exportScviTools(model, folder)
    importScviTools(folder, x = sce, ...)
}

test_that("levels are sorted in the file, and results stay", {
    odd <- sce
    odd$batch <- factor(odd$batch, c("batch_1", "batch_0"))
    odd$cat1 <- factor(odd$cat1, 4:0)
    for (options in list(
        list(encode_covariates = TRUE, n_layers = 2),
        list(dispersion = "gene-batch", use_observed_lib_size = FALSE),
        list(batch_representation = "embedding")
    )) {
        model <- do.call(quick_train, c(
            list(odd, batch = "batch", categorical_covariates = "cat1"),
            options
        ))
        again <- round_trip(model)
        registry <- modelRegistry(again)
        expect_identical(registry$level,
                         c("batch_0", "batch_1", as.character(0:4)))
        expect_equal(latentRepresentation(again, x = sce),
                     latentRepresentation(model, x = sce), tolerance = 1e-6)
        expect_equal(
            normalizedExpression(again, x = sce, seed = 1,
                                 transform_batch = "batch_1"),
            normalizedExpression(model, x = sce, seed = 1,
                                 transform_batch = "batch_1"),
            tolerance = 1e-6
        )
    }
})

test_that("whole numbers are sorted by value, not as text", {
    numbers <- sce
    numbers$batch <- rep(c(2L, 10L), each = 100)
    model <- quick_train(numbers, batch = "batch")
    folder <- withr::local_tempdir()
    exportScviTools(model, folder)
    registry <- scvigor:::read_scvi_tools(folder, "")$registry
    expect_identical(registry$batch$levels, c("2", "10"))
    expect_identical(registry$batch$type, "integer")
    again <- importScviTools(folder, x = numbers)
    expect_equal(latentRepresentation(again), latentRepresentation(model),
                 tolerance = 1e-6)
})

test_that("a linear model becomes a LinearSCVI", {
    model <- quick_train(sce, batch = "batch", decoder = "linear",
                         gene_likelihood = "nb")
    again <- round_trip(model)
    expect_identical(modelOptions(again)$decoder, "linear")
    expect_equal(loadings(again), loadings(model), tolerance = 1e-6)
    with_label <- quick_train(sce, labels = "labels", decoder = "linear",
                              dispersion = "gene-label")
    expect_argument_error(exportScviTools(with_label, tempfile()),
                          "dispersion", "LinearSCVI")
    with_covariate <- quick_train(sce, categorical_covariates = "cat1",
                                  decoder = "linear")
    expect_argument_error(exportScviTools(with_covariate, tempfile()),
                          "categorical_covariates")
})

test_that("an object with a result, a prefix, a layer and values", {
    folder <- file.path(withr::local_tempdir(), "deep", "folder")
    result <- quick_run(sce, batch = rep(1:2, 100),
                        size_factor = sce$size_factor)
    expect_message(
        file <- exportScviTools(result, folder, prefix = "my_",
                                layer = "counts"),
        "\"batch\", \"size_factor\""
    )
    expect_identical(basename(file), "my_model.pt")
    expect_identical(list.files(folder), "my_model.pt")
    content <- scvigor:::read_scvi_tools(folder, "my_")
    expect_identical(content$registry$layer, "counts")
    expect_identical(content$registry$size_factor, "size_factor")
    # what was imported goes back to the same layer
    imported <- importScviTools(folder, prefix = "my_")
    exportScviTools(imported, folder)
    expect_identical(scvigor:::read_scvi_tools(folder, "")$registry$layer,
                     "counts")
})

test_that("mistakes are reported, and files are kept", {
    model <- quick_train(sce)
    folder <- withr::local_tempdir()
    file <- exportScviTools(model, folder)
    before <- tools::md5sum(file)
    expect_argument_error(exportScviTools(model, folder), "overwrite")
    expect_argument_error(exportScviTools(model, folder, overwrite = NA),
                          "overwrite")
    other <- quick_train(sce, seed = 2)
    exportScviTools(other, folder, overwrite = TRUE)
    expect_false(identical(before, tools::md5sum(file)))
    expect_argument_error(exportScviTools(model), "dir", "Give the folder")
    expect_argument_error(exportScviTools(dir = folder), "object", "Give a")
    expect_argument_error(exportScviTools(model, 1), "dir")
    expect_argument_error(exportScviTools(model, file), "dir")
    expect_argument_error(exportScviTools(model, tempfile(), prefix = 1),
                          "prefix")
    expect_argument_error(exportScviTools(model, tempfile(), layer = 1),
                          "layer")
    expect_argument_error(exportScviTools(sce, tempfile()), "object")
})
