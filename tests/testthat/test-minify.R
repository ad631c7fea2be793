sce <- toy_sce(30, per_batch = 60)
model <- quick_train(sce, batch = "batch", size_factor = "size_factor",
                     max_epochs = 2)
plain <- quick_train(sce, batch = "batch", max_epochs = 2)
result <- quick_run(sce, batch = "batch")

test_that("MN02 latent and samples are those of before", {
    expect_true(isMinified(plain))
    expect_identical(minify(plain), plain)
    bare <- unminify(plain)
    expect_false(isMinified(bare))
    again <- minify(bare, sce)
    expect_true(isMinified(again))
    expect_identical(
        latentRepresentation(again), latentRepresentation(plain)
    )
    expect_identical(
        posteriorPredictiveSample(again, n_samples = 2, seed = 3),
        posteriorPredictiveSample(plain, n_samples = 2, seed = 3)
    )
    expect_identical(trainingSplit(again), trainingSplit(plain))
    small <- minify(result)
    expect_true(isMinified(small))
    expect_false(isMinified(result))
    expect_identical(
        latentRepresentation(small), latentRepresentation(scviModel(result))
    )
    expect_equal(latentRepresentation(small), latentRepresentation(result))
    for (samples in 1:2) {
        expect_identical(
            posteriorPredictiveSample(small, n_samples = samples, seed = 3),
            posteriorPredictiveSample(result, n_samples = samples, seed = 3)
        )
    }
})

test_that("MN03 what is decoded is close to what the counts give", {
    for (of in list(model, plain)) {
        stored <- normalizedExpression(of, n_samples = 400, seed = 1)
        computed <- normalizedExpression(
            of, x = sce, n_samples = 400, seed = 2
        )
        expect_identical(dimnames(stored), dimnames(computed))
        expect_lt(max(abs(stored / computed - 1)), 0.3)
    }
    stored <- likelihoodParameters(model, n_samples = 400, seed = 1)
    computed <- likelihoodParameters(
        model, x = sce, n_samples = 400, seed = 2
    )
    expect_identical(names(stored), names(computed))
    for (part in names(stored)) {
        expect_identical(dim(stored[[part]]), dim(computed[[part]]))
        expect_equal(stored[[part]], computed[[part]], tolerance = 0.3)
    }
    stored <- featureCorrelation(model, n_samples = 50, seed = 1)
    computed <- featureCorrelation(model, x = sce, n_samples = 50, seed = 2)
    expect_identical(dimnames(stored), dimnames(computed))
    expect_lt(max(abs(stored - computed)), 0.5)
})

test_that("MN03 the assay may have any name", {
    named <- sce
    SummarizedExperiment::assayNames(named) <- "raw"
    small <- minify(quick_run(named, assay.type = "raw"))
    expect_length(SummarizedExperiment::assayNames(small), 0)
    expect_identical(dim(normalizedExpression(small)), c(30L, 120L))
    full <- unminify(small, named)
    expect_identical(
        SummarizedExperiment::assay(full, "raw"),
        SummarizedExperiment::assay(named, "raw")
    )
})

test_that("MN05 with the counts kept, all verbs work and training continues", {
    kept <- minify(result, keep_counts = TRUE)
    expect_true(isMinified(kept))
    expect_identical(SummarizedExperiment::assayNames(kept), "counts")
    expect_equal(elbo(kept, seed = 1), elbo(result, seed = 1))
    expect_equal(
        marginalLogLik(kept, n_mc_samples = 3, seed = 1),
        marginalLogLik(result, n_mc_samples = 3, seed = 1), tolerance = 0.05
    )
    expect_equal(
        reconstructionError(kept, seed = 1),
        reconstructionError(result, seed = 1), tolerance = 0.05
    )
    expect_equal(
        normalizedExpression(kept, n_samples = 200, seed = 1),
        normalizedExpression(result, n_samples = 200, seed = 2),
        tolerance = 0.05
    )
    further <- continueTraining(
        kept, max_epochs = 1, seed = 1, verbose = FALSE
    )
    expect_equal(trainingHistory(further)$epoch, 1:2)
    # its latent space and its model are those of the new training
    expect_identical(
        latentRepresentation(further),
        SingleCellExperiment::reducedDim(further, "scVI")
    )
})

test_that("MN05 the decoder alone is trained, with counts kept or given", {
    further <- function(object, ...) {
        continueTraining(
            object, ..., max_epochs = 2, lr = 0.05, update_only_decoder = TRUE,
            seed = 1, verbose = FALSE
        )
    }
    kept <- minify(result, keep_counts = TRUE)
    trained <- further(kept)
    moved <- moved_weights(kept, trained)
    expect_true(all(startsWith(moved, "decoder.") | moved == "px_r"))
    expect_true("decoder.px_scale_decoder.0.weight" %in% moved)
    # so that the latent space is that of before, bit for bit
    expect_identical(
        latentRepresentation(trained), latentRepresentation(kept)
    )
    expect_equal(trainingHistory(trained)$epoch, 1:3)
    expect_lt(reconstructionError(trained, seed = 1),
              reconstructionError(kept, seed = 1))
    # a model and its data, in any order of cells
    expect_identical(
        modelWeights(further(scviModel(result), sce[, ncol(sce):1])),
        modelWeights(trained)
    )
    # one that is about other cells
    fresh <- toy_sce(30, per_batch = 20, seed = 4)
    other <- minify(plain, fresh)
    expect_identical(
        latentRepresentation(further(other, fresh)), latentRepresentation(other)
    )
    # the choice stays with the model, and can be taken back
    expect_true(trainOptions(trained)$update_only_decoder)
    again <- continueTraining(trained, max_epochs = 1, seed = 1,
                              update_only_decoder = FALSE, verbose = FALSE)
    expect_false(identical(
        latentRepresentation(again), latentRepresentation(trained)
    ))
    # a run that was cut short
    checkpoint <- withr::local_tempfile(fileext = ".rds")
    continueTraining(plain, sce, max_epochs = 1, update_only_decoder = TRUE,
                     seed = 1, checkpoint = checkpoint, verbose = FALSE)
    resumed <- resumeTraining(checkpoint, sce, max_epochs = 2,
                              verbose = FALSE)
    whole <- continueTraining(plain, sce, max_epochs = 2, seed = 1,
                              update_only_decoder = TRUE, verbose = FALSE)
    expect_identical(modelWeights(resumed), modelWeights(whole))
    # a query's decoder moves as far as its switches allow
    parts <- query_parts()
    reference <- quick_train(parts$reference, batch = "batch",
                             encode_covariates = TRUE)
    query <- loadQuery(parts$query, reference, seed = 1)
    expect_true(all(startsWith(
        moved_weights(query, further(query, parts$query)),
        "decoder.px_decoder."
    )))
})

test_that("MN05 what cannot be trained so is an error", {
    train <- function(model, ...) {
        continueTraining(model, sce, max_epochs = 1, verbose = FALSE, ...)
    }
    for (bad in list(NA, "yes", 1, NULL)) {
        expect_argument_error(
            train(plain, update_only_decoder = bad), "update_only_decoder",
            "TRUE or FALSE"
        )
    }
    learned <- quick_train(sce, use_observed_lib_size = FALSE)
    expect_argument_error(
        train(learned, update_only_decoder = TRUE), "update_only_decoder",
        "use_observed_lib_size"
    )
    expect_error(quick_train(sce, update_only_decoder = TRUE),
                 class = "scvigor_argument_error")
})

test_that("MN06 minified and full, saved and loaded", {
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(minify(result), file)
    full <- scviModel(result)
    loaded <- loadSCVI(file)
    expect_true(isMinified(loaded))
    expect_identical(
        latentRepresentation(loaded), latentRepresentation(full)
    )
    # a supplied minified object
    loaded <- loadSCVI(file, x = minify(result))
    expect_true(isMinified(loaded))
    # the full data: the parameters are those of the model, and are computed
    # from the counts where these are given
    loaded <- loadSCVI(file, x = sce)
    expect_identical(modelWeights(loaded), modelWeights(full))
    expect_identical(
        likelihoodParameters(loaded, x = sce, seed = 1),
        likelihoodParameters(full, x = sce, seed = 1)
    )
    expect_false(isMinified(unminify(loaded)))
    # a model without cells has nothing to say about a minified object
    saveSCVI(unminify(full), file, overwrite = TRUE)
    expect_argument_error(
        loadSCVI(file, x = minify(result)), "x", "minified"
    )
    stranger <- minify(result)
    colnames(stranger)[1] <- "stranger"
    saveSCVI(full, file, overwrite = TRUE)
    expect_argument_error(
        loadSCVI(file, x = stranger), "x", "stranger"
    )
})

test_that("MN07 a learned library size and absent posteriors are errors", {
    learned <- quick_train(sce, use_observed_lib_size = FALSE)
    expect_argument_error(
        minify(learned), "use_observed_lib_size", "infers the library size"
    )
    expect_argument_error(
        minify(learned, sce), "use_observed_lib_size"
    )
    expect_argument_error(
        minify(quick_run(sce, use_observed_lib_size = FALSE)),
        "use_observed_lib_size"
    )
    bare <- unminify(plain)
    expect_argument_error(minify(bare), "x", "keeps no cells")
    for (verb in list(latentRepresentation, normalizedExpression,
                      latentLibrarySize, posteriorPredictiveSample)) {
        expect_argument_error(verb(bare), "x", "keeps no cells")
    }
    expect_argument_error(saveSCVI(bare, tempfile(), x = 7), "x")
    # what computes the posterior anew: training
    further <- function(model) {
        modelWeights(continueTraining(
            model, sce, max_epochs = 1, seed = 1, verbose = FALSE
        ))
    }
    expect_identical(further(bare), further(plain))
    expect_identical(further(unminify(learned)), further(learned))
    expect_argument_error(continueTraining(bare), "x", "counts")
    expect_argument_error(continueTraining(bare, 7), "x")
    expect_argument_error(elbo(bare), "x", "needs the counts")
    expect_argument_error(elbo(minify(result)), "x", "needs the counts")
})

test_that("a model can be made one about other cells", {
    fresh <- toy_sce(30, per_batch = 20, seed = 4)
    colnames(fresh) <- paste0("fresh_", seq_len(40))
    moved <- minify(plain, fresh)
    expect_equal(
        latentRepresentation(moved), latentRepresentation(plain, x = fresh)
    )
    expect_equal(
        latentLibrarySize(moved), latentLibrarySize(plain, x = fresh)
    )
    expect_equal(sum(lengths(trainingSplit(moved))), 0)
    expect_identical(modelRegistry(moved)$n_cells, c(20L, 20L))
    bare <- unminify(plain)
    expect_identical(modelRegistry(bare)$n_cells, c(NA_integer_, NA_integer_))
    expect_identical(modelRegistry(bare)$level, modelRegistry(plain)$level)
    expect_output(print(bare), "not minified")
    expect_output(print(plain), "\\(minified")
    # without the codes, a batch has to be given
    counts <- SingleCellExperiment::counts(sce)
    expect_argument_error(latentRepresentation(bare, x = counts), "batch")
})

test_that("a minified object can be cut to some of its cells", {
    small <- minify(result)
    part <- small[, c(70, 3, 100)]
    expect_identical(
        latentRepresentation(part), latentRepresentation(small)[c(70, 3, 100), ]
    )
    expect_identical(
        latentRepresentation(part, subset.col = 2:3),
        latentRepresentation(small)[c(3, 100), ]
    )
    expect_identical(
        colnames(normalizedExpression(part, subset.col = "cell_2")), "cell_2"
    )
    back <- unminify(part, sce)
    expect_identical(
        SingleCellExperiment::counts(back),
        SingleCellExperiment::counts(sce)[, c(70, 3, 100)]
    )
    expect_false(isMinified(back))
    expect_equal(elbo(back, seed = 1), elbo(result, x = back, seed = 1))
    colnames(part)[1] <- "stranger"
    expect_argument_error(latentRepresentation(part), "object", "stranger")
})

test_that("an alternative experiment is minified and restored", {
    outer <- sce[1:5, ]
    SingleCellExperiment::altExp(outer, "rna") <- sce
    trained <- quick_run(outer, altexp = "rna", batch = "batch")
    small <- minify(trained)
    other <- SingleCellExperiment::altExp(small, "rna")
    expect_length(SummarizedExperiment::assayNames(other), 0)
    expect_equal(latentRepresentation(small), latentRepresentation(trained))
    back <- unminify(small, outer)
    expect_identical(
        SummarizedExperiment::assay(SingleCellExperiment::altExp(back)),
        SummarizedExperiment::assay(sce)
    )
})

test_that("minify() and its kin check their arguments", {
    expect_argument_error(minify(sce), "object", "no scVI model")
    expect_argument_error(minify(7), "object")
    expect_argument_error(isMinified(sce), "object")
    expect_argument_error(unminify(sce), "object")
    expect_argument_error(minify(plain, keep_counts = NA), "keep_counts")
    expect_argument_error(minify(plain, num_threads = 0), "num_threads")
    expect_argument_error(minify(plain, sce, accelerator = "x"),
                          "accelerator")
    expect_argument_error(minify(plain, 7), "x")
    expect_argument_error(minify(plain, sce[1:3, ]), "x", "lacks 27")
    expect_argument_error(minify(plain, keep_count = TRUE), "keep_count",
                          "`keep_counts`")
    expect_argument_error(minify(plain, sce, bach = 1), "bach")
    expect_argument_error(minify(result, sce), "x", "cells of its own")
    expect_argument_error(minify(result, name = "no"), "name")
    expect_argument_error(isMinified(result, name = "no"), "name")
    expect_argument_error(unminify(plain, x = sce), "x")
    expect_argument_error(unminify(minify(result)), "x", "lost its counts")
    expect_argument_error(unminify(minify(result), sce[, 1:3]), "x", "cell_3")
    expect_argument_error(
        unminify(minify(result), sce, bach = 1), "bach"
    )
    expect_identical(unminify(result), result)
    expect_identical(minify(minify(result)), minify(result))
})

test_that("Seurat objects keep their counts", {
    skip_if_not_installed("SeuratObject")
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(
        SingleCellExperiment::counts(sce)
    ))
    seurat <- suppressWarnings(quick_run(seurat))
    expect_argument_error(minify(seurat), "object", "scviModel\\(\\)")
    expect_false(isMinified(seurat))
    expect_true(isMinified(scviModel(seurat)))
})
