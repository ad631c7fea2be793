# References and queries in files.

parts <- query_parts()
reference <- quick_train(
    parts$reference, batch = "batch", encode_covariates = TRUE
)

test_that("TL04 a reference may be a path", {
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(reference, path)
    expect_identical(
        modelWeights(loadQuery(parts$query, path, seed = 1)),
        modelWeights(loadQuery(parts$query, reference, seed = 1))
    )
    mapped <- mapQuery(parts$query, path, max_epochs = 1, seed = 1,
                       verbose = FALSE)
    expect_identical(
        SingleCellExperiment::reducedDim(mapped),
        SingleCellExperiment::reducedDim(mapQuery(
            parts$query, reference, max_epochs = 1, seed = 1, verbose = FALSE
        ))
    )
})

test_that("SL09 a saved query keeps its frozen weights and missing genes", {
    other <- parts$query
    rownames(other)[1:3] <- paste0("new_", 1:3)
    query <- suppressMessages(loadQuery(
        other, reference, freeze_expression = FALSE, seed = 1
    ))
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(query, path)
    loaded <- loadSCVI(path)
    switches <- scvigor:::.freeze_options
    expect_equal(trainOptions(loaded)[switches], trainOptions(query)[switches])
    train <- function(model) {
        modelWeights(continueTraining(
            model, other, max_epochs = 2, seed = 1, verbose = FALSE
        ))
    }
    expect_identical(train(loaded), train(query))
})

test_that("DS23 several objects, saved, loaded, and a second set mapped", {
    batches <- split(seq_len(ncol(parts$all)), parts$all$batch)
    objects <- lapply(batches, function(cells) {
        SummarizedExperiment::assay(parts$all)[, cells]
    })
    model <- quick_train(objects[1:2])
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, path)
    query <- loadQuery(objects[3:4], path, seed = 1)
    trained <- continueTraining(query, objects[3:4], max_epochs = 1, seed = 1,
                                verbose = FALSE)
    expect_identical(modelRegistry(trained)$level, paste0("batch_", 0:3))
    expect_equal(dim(latentRepresentation(trained)), c(80, 5))
})
