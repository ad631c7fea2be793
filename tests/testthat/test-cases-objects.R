# Objects and files that are sound, and were refused or taken for others.

sce <- toy_sce(20, 2, 60)
counts <- SummarizedExperiment::assay(sce)

# A matrix of another package, which becomes a dgCMatrix by blocks only.
setClass("BlockSeed", slots = c(values = "matrix"), where = environment())
setMethod("dim", "BlockSeed", function(x) dim(x@values),
          where = environment())
setMethod("dimnames", "BlockSeed", function(x) dimnames(x@values),
          where = environment())

test_that("a DelayedMatrix without a coercion of its own is read by blocks", {
    skip_if_not_installed("DelayedArray")
    setMethod(
        DelayedArray::extract_array, "BlockSeed", function(x, index) {
            for (k in 1:2) {
                if (is.null(index[[k]])) {
                    index[[k]] <- seq_len(dim(x@values)[k])
                }
            }
            x@values[index[[1]], index[[2]], drop = FALSE]
        }
    )
    seed <- new("BlockSeed", values = as.matrix(counts))
    delayed <- DelayedArray::DelayedArray(seed)
    expect_identical(modelWeights(quick_train(delayed)),
                     modelWeights(quick_train(counts)))
    # it says that it is sparse, but cannot be read so
    setMethod(DelayedArray::is_sparse, "BlockSeed", function(x) TRUE)
    expect_error(as(delayed, "dgCMatrix"))
    expect_identical(modelWeights(quick_train(delayed)),
                     modelWeights(quick_train(counts)))
})

test_that("a matrix that cannot be read says what its class says", {
    setClass("BrokenSeed", slots = c(values = "matrix", disk = "environment"),
             where = environment())
    setMethod("dim", "BrokenSeed", function(x) dim(x@values))
    setMethod("dimnames", "BrokenSeed", function(x) NULL)
    setMethod(
        DelayedArray::extract_array, "BrokenSeed", function(x, index) {
            # its class is tried with an empty index
            is_empty <- any(lengths(index) == 0 & !vapply(index, is.null, NA))
            if (isTRUE(x@disk$is_gone) && !is_empty) {
                stop("the disk is gone")
            }
            DelayedArray::extract_array(x@values, index)
        }
    )
    disk <- new.env()
    broken <- DelayedArray::DelayedArray(
        new("BrokenSeed", values = as.matrix(counts), disk = disk)
    )
    disk$is_gone <- TRUE
    expect_argument_error(quick_train(broken), "x", "the disk is gone")
})

test_that("default DE takes counts that were kept when minified", {
    sce$type <- rep(c("A", "B"), 60)
    full <- quick_run(sce, batch = "batch")
    kept <- minify(full, keep_counts = TRUE)
    ask <- function(x, ...) {
        differentialExpression(x, groups = "type", group1 = "A", seed = 1, ...)
    }
    found <- ask(kept)
    expect_equal(sort(found$raw_mean1), sort(ask(full)$raw_mean1))
    # without counts there is a way too
    bare <- minify(full)
    expect_argument_error(ask(bare), "x", "all_stats = FALSE")
    expect_identical(
        sort(ask(bare, all_stats = FALSE, pseudocounts = 1e-5)$gene),
        sort(rownames(sce))
    )
})

test_that("R objects where a model file is expected are called so", {
    model <- quick_train(sce, batch = "batch")
    file <- withr::local_tempfile(fileext = ".rds")
    for (compress in c(TRUE, FALSE)) {
        saveRDS(model, file, compress = compress)
        for (read in list(loadSCVI, scviModel, elbo, modelRegistry)) {
            expect_error(read(file), "readRDS\\(\\)",
                         class = "scvigor_file_error")
        }
    }
    quick_train(sce, batch = "batch", checkpoint = file,
                checkpoint_overwrite = TRUE)
    expect_error(mapQuery(sce, file), "resumeTraining",
                 class = "scvigor_error")
})

test_that("a query that is not trained yet says so", {
    reference <- quick_train(sce[, sce$batch == "batch_0"], batch = "batch")
    new <- sce[, sce$batch == "batch_1"]
    query <- loadQuery(new, reference)
    for (verb in list(latentRepresentation, normalizedExpression, elbo)) {
        expect_message(verb(query, new), "not been trained on the query",
                       class = "scvigor_message")
    }
    trained <- continueTraining(query, new, 1, verbose = FALSE)
    expect_silent(latentRepresentation(trained, new))
    # asked for in so many words
    expect_silent(mapQuery(new, reference, max_epochs = 0, verbose = FALSE))
})

test_that("some cells are scored against samples made of all", {
    model <- quick_train(sce, batch = "batch")
    all <- differentialAbundance(model, sample = "batch")
    for (chosen in list(c(80, 3, 3), "cell_7",
                        colnames(sce) %in% c("cell_1", "cell_90"))) {
        found <- differentialAbundance(model, sample = "batch",
                                       subset.col = chosen)
        names(chosen) <- NULL
        expected <- if (is.logical(chosen)) which(chosen) else chosen
        expect_equal(found, all[expected, , drop = FALSE])
    }
    expect_argument_error(
        differentialAbundance(model, sample = "batch", subset.col = 121),
        "subset.col"
    )
})
