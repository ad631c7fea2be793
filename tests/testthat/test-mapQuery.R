parts <- query_parts()
reference <- quick_run(
    parts$reference, batch = "batch", encode_covariates = TRUE
)

quick_map <- function(reference, x, ..., max_epochs = 1, seed = 1) {
    mapQuery(x, reference, ..., max_epochs = max_epochs, seed = seed,
             verbose = FALSE)
}

test_that("TL01 mapping is loading, training and the latent space", {
    before <- parts$query
    mapped <- quick_map(reference, parts$query)
    expect_identical(parts$query, before)
    model <- scviModel(reference)
    query <- continueTraining(
        loadQuery(parts$query, model, seed = 1), parts$query, max_epochs = 1,
        seed = 1, verbose = FALSE
    )
    expect_identical(modelWeights(mapped), modelWeights(query))
    latent <- SingleCellExperiment::reducedDim(mapped, "scVI")
    expect_identical(latent, latentRepresentation(query))
    expect_identical(rownames(latent), colnames(parts$query))
    expect_identical(latentRepresentation(mapped), latent)
    expect_equal(length(elbo(mapped, per_cell = TRUE, seed = 1)), 80)
    # a model does as well as an object
    expect_identical(modelWeights(quick_map(model, parts$query)),
                     modelWeights(mapped))
    # other assays and columns stay
    SingleCellExperiment::reducedDims(mapped) <- list()
    S4Vectors::metadata(mapped) <- list()
    expect_identical(mapped, parts$query)
})

test_that("options reach both steps", {
    mapped <- quick_map(
        reference, parts$query, freeze_dropout = TRUE, lr = 0.01,
        batch_size = 32, train_size = 0.5, name = "mapped", max_epochs = 2
    )
    options <- trainOptions(mapped)
    expect_true(options$freeze_dropout)
    expect_equal(options$lr, 0.01)
    expect_equal(options$weight_decay, 0)
    expect_length(trainingSplit(mapped)$train, 40)
    expect_equal(trainingHistory(mapped)$epoch, 1:2)
    expect_identical(SingleCellExperiment::reducedDimNames(mapped), "mapped")
    expect_equal(
        trainOptions(quick_map(reference, parts$query,
                               weight_decay = 0.01))$weight_decay, 0.01
    )
})

test_that("without training the cells are placed all the same", {
    mapped <- quick_map(reference, parts$query, max_epochs = 0)
    expect_identical(
        SingleCellExperiment::reducedDim(mapped),
        latentRepresentation(loadQuery(parts$query, reference, seed = 1))
    )
    one <- quick_run(parts$reference)
    expect_argument_error(
        quick_map(one, parts$query, freeze_batchnorm_decoder = TRUE),
        "unfrozen", "Nothing can be trained"
    )
    expect_true(all(is.finite(SingleCellExperiment::reducedDim(
        quick_map(one, parts$query, max_epochs = 0)
    ))))
})

test_that("TL08 the reference's cells come along, in the joint space", {
    joint <- quick_map(reference, parts$query,
                       reference_data = parts$reference, max_epochs = 2)
    expect_identical(colnames(joint), colnames(parts$all))
    expect_identical(joint$cells_of, rep(c("reference", "query"), each = 80))
    expect_identical(joint$batch, parts$all$batch)
    expect_equal(SummarizedExperiment::assay(joint, "counts"),
                 SummarizedExperiment::assay(parts$all, "counts"))
    latent <- SingleCellExperiment::reducedDim(joint, "scVI")
    old <- joint$cells_of == "reference"
    expect_equal(latent[old, ], SingleCellExperiment::reducedDim(reference),
                 tolerance = 1e-6)
    alone <- quick_map(reference, parts$query, max_epochs = 2)
    expect_identical(latent[!old, ],
                     SingleCellExperiment::reducedDim(alone))
    # verbs take the new object with all its cells
    expect_equal(latentRepresentation(joint), latent, tolerance = 1e-6)
    # genes that the query lacks are the reference's own and zeros
    other <- parts$query
    rownames(other)[1:3] <- paste0("new_", 1:3)
    joint <- suppressMessages(quick_map(
        reference, other, reference_data = reference
    ))
    counts <- SummarizedExperiment::assay(joint)
    expect_equal(counts[, old], SummarizedExperiment::assay(reference))
    expect_equal(sum(counts[1:3, !old]), 0)
    # a matrix has no table; names used twice get a prefix
    counts <- SummarizedExperiment::assay(parts$reference)
    colnames(other) <- colnames(counts)
    joint <- suppressMessages(quick_map(
        scviModel(reference), other, reference_data = counts
    ))
    expect_identical(colnames(joint)[c(1, 81)],
                     c("reference_cell_0", "query_cell_0"))
    expect_identical(colnames(SummarizedExperiment::colData(joint)),
                     "cells_of")
    expect_argument_error(
        quick_map(reference, parts$query, reference_data = 1),
        "reference_data"
    )
    expect_argument_error(
        quick_map(reference, parts$query,
                  reference_data = parts$reference[1:5, ]),
        "reference_data", "lacks 25"
    )
})

test_that("Seurat objects are mapped, alone and together", {
    skip_if_not_installed("SeuratObject")
    as_seurat <- function(sce) {
        SeuratObject::CreateSeuratObject(
            SummarizedExperiment::assay(sce),
            meta.data = as.data.frame(SummarizedExperiment::colData(sce))
        )
    }
    features <- function(sce) {
        rownames(sce) <- gsub("_", "-", rownames(sce))
        sce
    }
    old <- suppressWarnings(as_seurat(features(parts$reference)))
    new <- suppressWarnings(as_seurat(features(parts$query)))
    reference <- quick_run(old, batch = "batch", encode_covariates = TRUE)
    mapped <- quick_map(reference, new)
    latent <- SeuratObject::Embeddings(mapped, "scvi")
    expect_equal(dim(latent), c(80, 5))
    expect_equal(unname(latent), unname(latentRepresentation(mapped)))
    joint <- quick_map(reference, new, reference_data = reference)
    expect_s4_class(joint, "Seurat")
    expect_equal(ncol(joint), 160)
    expect_identical(unname(joint$cells_of[81]), "query")
    expect_equal(
        unname(SeuratObject::Embeddings(joint, "scvi")[81:160, ]),
        unname(latent)
    )
    # a SingleCellExperiment on the same reference
    sce <- quick_map(reference, features(parts$query))
    expect_equal(unname(SingleCellExperiment::reducedDim(sce)),
                 unname(latent))
    labeled <- transferLabels(mapped, reference, "labels", k = 5)
    expect_identical(
        labeled$labels_predicted,
        stats::setNames(
            transferLabels(sce, reference, "labels", k = 5)$labels_predicted,
            colnames(labeled)
        )
    )
})

test_that("Seurat's names of genes are those of other objects", {
    skip_if_not_installed("SeuratObject")
    query <- suppressWarnings(SeuratObject::CreateSeuratObject(
        SummarizedExperiment::assay(parts$query),
        meta.data = as.data.frame(SummarizedExperiment::colData(parts$query))
    ))
    expect_true("gene-1" %in% rownames(query))
    expect_message(
        mapped <- quick_map(reference, query, n_epochs_kl_warmup = NULL), NA
    )
    by_sce <- quick_map(reference, parts$query, n_epochs_kl_warmup = NULL)
    expect_equal(
        unname(SeuratObject::Embeddings(mapped, "scvi")),
        unname(SingleCellExperiment::reducedDim(by_sce))
    )
    expect_identical(rownames(normalizedExpression(mapped, seed = 1)),
                     rownames(parts$query))
    # the other way round, and only where the names leave no doubt
    undo <- function(names, genes) {
        counts <- matrix(0, length(names), 1, dimnames = list(names, NULL))
        rownames(scvigor:::.match_seurat_dashes(counts, genes))
    }
    expect_identical(undo(c("a_b", "c"), c("c", "a-b")), c("a-b", "c"))
    expect_identical(undo(c("a_b_c", "a-b_c"), "a-b-c"), c("a_b_c", "a-b_c"))
    expect_identical(undo("a-b-c", c("a_b-c", "a-b_c")), "a_b-c")
    expect_identical(undo(c("a-b", "d_e"), c("a-b", "f")), c("a-b", "d_e"))
})

test_that("an encoder that cannot learn is reported", {
    blind <- quick_run(parts$reference, batch = "batch")
    reported <- function(reference, ...) {
        reported <- FALSE
        withCallingHandlers(
            utils::capture.output(mapQuery(
                parts$query, reference, max_epochs = 1, seed = 1,
                verbose = TRUE, ...
            )),
            message = function(message) {
                reported <<- reported ||
                    grepl("sees no covariates", conditionMessage(message))
                invokeRestart("muffleMessage")
            }
        )
        reported
    }
    expect_true(reported(blind))
    expect_false(reported(blind, unfrozen = TRUE))
    expect_false(reported(reference))
    # what the message says is so
    expect_equal(
        SingleCellExperiment::reducedDim(quick_map(blind, parts$query)),
        latentRepresentation(loadQuery(parts$query, blind)),
        tolerance = 1e-6
    )
})

test_that("a result of the same name is replaced with a warning", {
    mapped <- quick_map(reference, parts$query)
    expect_warning(quick_map(reference, mapped), "already")
})

test_that("bad values of every argument are errors that name it", {
    refused <- function(argument, value, regexp = NULL) {
        arguments <- list(parts$query, reference, verbose = FALSE)
        arguments[[argument]] <- value
        expect_argument_error(do.call(mapQuery, arguments), argument, regexp)
    }
    refused("max_epochs", -1, "at least 0")
    expect_argument_error(mapQuery(reference), "x", "Give the query")
    expect_argument_error(
        mapQuery(minify(quick_map(reference, parts$query)), reference),
        "assay.type", "unminify"
    )
    refused("max_epochs", "a")
    refused("name", 3)
    refused("reference_name", "other")
    refused("checkpoint", 3)
    refused("seed", -1)
    refused("num_threads", 0)
    refused("accelerator", "tpu")
    refused("verbose", NA)
    refused("lr", -1)
    refused("n_latent", 3, "no argument")
    refused("freeze_expression", 2)
    refused("batch_sise", 3, "batch_size")
    # the covariates are first, as in loadQuery(); nothing follows unnamed
    expect_argument_error(mapQuery(parts$query, reference, 3), "batch")
    expect_argument_error(
        mapQuery(parts$query, reference, NULL, NULL, NULL, NULL, NULL, 3),
        "..."
    )
    expect_argument_error(
        quick_map(reference, SummarizedExperiment::assay(parts$query)), "x",
        "loadQuery"
    )
    expect_argument_error(mapQuery(parts$query, NULL), "reference")
    expect_argument_error(mapQuery(x = parts$query), "reference")
})

test_that("the reference may still be given first, with one message", {
    rm(list = ls(scvigor:::.informed), envir = scvigor:::.informed)
    map <- function(...) mapQuery(
        ..., max_epochs = 1, n_epochs_kl_warmup = NULL, seed = 1,
        verbose = FALSE
    )
    expected <- modelWeights(map(parts$query, reference))
    model <- scviModel(reference)
    expect_message(old <- map(reference, parts$query), "mapQuery(x, reference)",
                   fixed = TRUE)
    expect_identical(modelWeights(old), expected)
    expect_silent(old <- map(model, parts$query))
    expect_identical(modelWeights(old), expected)
    expect_silent(old <- map(reference = model, x = parts$query))
    expect_identical(modelWeights(old), expected)
    path <- withr::local_tempfile(fileext = ".scvi")
    saveSCVI(model, path)
    expect_identical(
        modelWeights(suppressMessages(loadQuery(path, parts$query, seed = 1))),
        modelWeights(suppressMessages(loadQuery(parts$query, path, seed = 1)))
    )
    # an object with a model of its own is the query where both have one
    mapped <- map(parts$query, reference)
    expect_warning(again <- map(mapped, reference), "already")
    expect_identical(modelWeights(again), expected)
})
