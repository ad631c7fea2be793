# What would make a result impossible to compute, keep or store is found before
# training; no other run's work is replaced silently.

sce <- toy_sce(20, 2, 60)
counts <- SummarizedExperiment::assay(sce)

test_that("B21: a batch without a variance of its library sizes is named", {
    refused <- function(x, batch, regexp) {
        expect_argument_error(
            suppressWarnings(quick_train(
                x, batch = batch, use_observed_lib_size = FALSE
            )),
            "use_observed_lib_size", regexp
        )
    }
    solo <- c("solo", rep(c("a", "b"), length.out = 119))
    refused(counts, solo, "\"solo\" has one cell")
    empty <- counts
    empty[, 1:3] <- 0
    refused(empty, rep(c("e", "a", "b"), c(3, 57, 60)), "\"e\" has empty cells")
    same <- as.matrix(counts)
    same[1, ] <- same[1, ] + max(colSums(same)) - colSums(same)
    refused(same, rep(c("a", "b"), 60), "one total")
    refused(same, NULL, "the data has cells of one total")
    # the default does without
    expect_warning(quick_train(counts, batch = solo), "fewer than 3 cells")
    # a query's own batches count, those of the reference do not
    reference <- quick_train(sce, batch = "batch",
                             use_observed_lib_size = FALSE)
    query <- sce[, 1:3]
    query$batch <- c("batch_0", "batch_0", "new")
    expect_argument_error(
        suppressWarnings(loadQuery(query, reference)), "use_observed_lib_size",
        "\"new\" has one cell"
    )
    query$batch <- "batch_0"
    expect_no_error(loadQuery(query, reference))
})

test_that("B35: the checkpoint of another run is kept unless asked", {
    file <- withr::local_tempfile(fileext = ".rds")
    long <- quick_train(sce, batch = "batch", max_epochs = 5,
                        checkpoint = file)
    refused <- function(..., regexp) {
        expect_argument_error(
            quick_train(..., checkpoint = file), "checkpoint", regexp
        )
    }
    refused(toy_counts(20, 50), regexp = "cells.*5 epochs on 120 cells")
    refused(sce, regexp = "covariates")
    refused(sce[1:10, ], batch = "batch", regexp = "genes")
    refused(sce, batch = "batch", n_layers = 2, regexp = "options")
    other <- sce
    SummarizedExperiment::assay(other)[1, 1] <- 77
    refused(other, batch = "batch", regexp = "counts.*checkpoint_overwrite")
    model <- quick_train(toy_counts(20, 50))
    expect_argument_error(
        continueTraining(model, toy_counts(20, 50), 1, checkpoint = file,
                         verbose = FALSE),
        "checkpoint", "another run"
    )
    # nothing of it is lost
    expect_equal(
        resumeTraining(file, sce, max_epochs = 6, verbose = FALSE)@run$epochs,
        6
    )
    expect_message(
        quick_train(sce, batch = "batch", checkpoint = file), "is replaced"
    )
    expect_silent(
        quick_train(toy_counts(20, 50), checkpoint = file,
                    checkpoint_overwrite = TRUE, n_epochs_kl_warmup = NULL)
    )
})

test_that("a result that cannot be stored is refused before training", {
    expect_argument_error(quick_run(sce, name = ""), "name")
    odd <- sce
    S4Vectors::metadata(odd)$scvigor <- "mine"
    expect_argument_error(quick_run(odd), "x", "metadata")
    expect_argument_error(
        mapQuery(odd, quick_train(sce, batch = "batch"), max_epochs = 1), "x",
        "metadata"
    )
    skip_if_not_installed("SeuratObject")
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(
        counts, meta.data = as.data.frame(SummarizedExperiment::colData(sce))
    ))
    started <- FALSE
    local_replaced("train_scvi", function(...) started <<- TRUE)
    expect_argument_error(
        suppressWarnings(quick_run(seurat, name = "RNA")), "name", "\"RNA\""
    )
    expect_false(started)
})

test_that("a name in any script makes a key for Seurat", {
    skip_if_not_installed("SeuratObject")
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(counts))
    found <- quick_run(seurat, name = "\u6f5c\u5728")
    expect_identical(SeuratObject::Reductions(found), "\u6f5c\u5728")
})

test_that("data to be joined are read before the query is trained", {
    reference <- quick_train(sce, batch = "batch")
    local_replaced("continueTraining", function(...) stop("trained"))
    expect_argument_error(
        mapQuery(sce, reference, max_epochs = 1, reference_data = sce[1:5, ]),
        "reference_data", "lacks 15"
    )
})

test_that("lr = 0 leaves the weights that are learned where they are", {
    start <- quick_train(sce, max_epochs = 1)
    still <- continueTraining(start, sce, 1, lr = 0, verbose = FALSE)
    learned <- function(model) {
        weights <- modelWeights(model)
        weights[!grepl("running|tracked", names(weights))]
    }
    expect_identical(learned(still), learned(start))
    expect_argument_error(quick_train(sce, lr = -1), "lr")
})
