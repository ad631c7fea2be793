sce <- toy_sce(20, n_batches = 3, per_batch = 40)
model <- quick_train(
    sce, batch = "batch", batch_representation = "embedding",
    batch_embedding_dim = 4
)

test_that("there is a named row per batch", {
    vectors <- batchRepresentation(model)
    expect_identical(dim(vectors), c(3L, 4L))
    expect_identical(rownames(vectors), paste0("batch_", 0:2))
    expect_identical(
        unname(vectors), modelWeights(model)[["_embeddings_dict.batch.weight"]]
    )
})

test_that("each cell has its batch's vector, old or new", {
    vectors <- batchRepresentation(model)
    cells <- batchRepresentation(model, per_cell = TRUE)
    expect_identical(rownames(cells), colnames(sce))
    expect_identical(unname(cells), unname(vectors[sce$batch, ]))
    new_cells <- sce[, c(100, 1)]
    expect_identical(
        batchRepresentation(model, new_cells, per_cell = TRUE),
        cells[c(100, 1), ]
    )
    expect_identical(
        batchRepresentation(model, per_cell = TRUE, subset.col = c(4, 2)),
        cells[c(4, 2), ]
    )
    expect_identical(
        batchRepresentation(
            model, SummarizedExperiment::assay(new_cells),
            batch = new_cells$batch, per_cell = TRUE
        ), cells[c(100, 1), ]
    )
})

test_that("a model of one batch has one vector", {
    one <- quick_train(sce, batch_representation = "embedding")
    expect_identical(dim(batchRepresentation(one)), c(1L, 5L))
    expect_identical(dim(batchRepresentation(one, per_cell = TRUE)),
                     c(120L, 5L))
})

test_that("other models and wrong arguments are errors", {
    expect_argument_error(
        batchRepresentation(quick_train(sce, batch = "batch")), "object",
        "one-hot"
    )
    expect_argument_error(batchRepresentation(sce), "object")
    expect_argument_error(batchRepresentation(model, per_cell = NA),
                          "per_cell")
    expect_argument_error(batchRepresentation(model, sce), "x",
                          "per_cell = TRUE")
    expect_argument_error(batchRepresentation(model, subset.col = 1),
                          "subset.col")
    expect_argument_error(batchRepresentation(model, percell = TRUE),
                          "percell", "per_cell")
})
