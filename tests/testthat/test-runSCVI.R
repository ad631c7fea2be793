sce <- toy_sce(30, per_batch = 100)
suppressPackageStartupMessages(library(SingleCellExperiment))

test_that("IC15 the latent space is a reduced dimension with names", {
    result <- quick_run(sce, batch = "batch")
    latent <- reducedDim(result, "scVI")
    expect_identical(dimnames(latent),
                     list(colnames(sce), paste0("scVI_", 1:5)))
    model <- quick_train(sce, batch = "batch")
    expect_identical(latent, latentRepresentation(model))
    expect_identical(modelWeights(result), modelWeights(model))
    expect_s4_class(scviModel(result), "SCVIModel")
})

test_that("DS09 IC10 nothing else in the object changes", {
    full <- sce
    assay(full, "logcounts") <- log1p(assay(full))
    reducedDim(full, "PCA") <- matrix(1, ncol(full), 2)
    altExp(full, "ADT") <- toy_sce(5, per_batch = 100)
    rowData(full)$symbol <- rownames(full)
    metadata(full)$note <- "kept"
    before <- full
    result <- quick_run(full, batch = "batch")
    expect_identical(full, before)
    reducedDim(result, "scVI") <- NULL
    metadata(result)$scvigor <- NULL
    expect_equal(result, before)
})

test_that("IC10 a name that is taken warns", {
    result <- quick_run(sce)
    expect_warning(quick_run(result), "\"scVI\" already")
    expect_no_warning(both <- quick_run(result, batch = "batch",
                                        name = "scVI_batch"))
    expect_identical(reducedDimNames(both), c("scVI", "scVI_batch"))
    # DS10: two models on one object do not disturb each other
    expect_equal(modelOptions(both, "scVI")$n_batch, 1)
    expect_equal(modelOptions(both, "scVI_batch")$n_batch, 2)
    expect_identical(modelWeights(both), modelWeights(result))
    expect_argument_error(scviModel(both, "PCA"), "name", "\"scVI_batch\"")
})

test_that("a SummarizedExperiment becomes a SingleCellExperiment", {
    se <- SummarizedExperiment::SummarizedExperiment(
        list(counts = assay(sce)), colData = colData(sce)
    )
    result <- quick_run(se, batch = "batch")
    expect_s4_class(result, "SingleCellExperiment")
    expect_identical(reducedDim(result),
                     reducedDim(quick_run(sce, batch = "batch")))
})

test_that("DS17 verbs on the object use its own cells", {
    result <- quick_run(sce, batch = "batch")
    latent <- latentRepresentation(result)
    expect_equal(latent, reducedDim(result, "scVI"), tolerance = 1e-6)
    ten <- result[, 10:1]
    expect_equal(latentRepresentation(ten), latent[10:1, ], tolerance = 1e-6)
    expect_equal(elbo(result, seed = 1),
                 elbo(scviModel(result), x = sce, seed = 1))
    expect_identical(dim(normalizedExpression(ten)), c(30L, 10L))
    changed <- ten
    assay(changed)[1, ] <- 100
    expect_false(isTRUE(all.equal(latentRepresentation(changed),
                                  latentRepresentation(ten))))
    expect_equal(latentRepresentation(result, x = sce[, 1:3]), latent[1:3, ],
                 tolerance = 1e-6)
    renamed <- result
    renamed$batch <- NULL
    expect_argument_error(elbo(renamed), "batch", "\"batch\"")
})

test_that("IC12 results are finite and agree in size", {
    latent <- reducedDim(quick_run(sce, batch = "batch"), "scVI")
    expect_true(all(is.finite(latent)))
    expect_identical(dim(latent), c(ncol(sce), 5L))
})

test_that("a logistic normal adds rows that sum to 1", {
    one_draw <- withr::with_seed(1, {
        result <- runSCVI(sce, max_epochs = 1, n_hidden = 16, n_latent = 3,
                          latent_distribution = "ln")
        runif(1)
    })
    expect_equal(unname(rowSums(reducedDim(result))), rep(1, 200),
                 tolerance = 1e-5)
    expect_identical(one_draw, withr::with_seed(1, {
        sample.int(.Machine$integer.max, 1)
        runif(1)
    }))
})

test_that("TAB completes arguments; those that are given reach trainSCVI()", {
    theirs <- formals(trainSCVI)
    for (verb in c("runSCVI", "calculateSCVI")) {
        ours <- formals(verb)
        shared <- setdiff(
            intersect(names(ours), names(theirs)), c("x", "...")
        )
        expect_identical(ours[shared], theirs[shared])
        expect_gt(length(shared), if (verb == "runSCVI") 15 else 4)
    }
    # an argument wins over plan_kwargs, but its default does not
    listed <- quick_run(sce, plan_kwargs = list(lr = 0.01))
    expect_identical(
        modelWeights(listed), modelWeights(quick_run(sce, lr = 0.01))
    )
    expect_identical(
        modelWeights(quick_run(sce, "batch")),
        modelWeights(quick_run(sce, batch = "batch"))
    )
})

test_that("cbind() keeps the models of its objects", {
    first <- quick_run(sce[, 1:100], batch = "batch")
    second <- quick_run(sce[, 101:200])
    whole <- quick_run(sce, batch = "batch")
    # parts of one result have one model
    parts <- SummarizedExperiment::cbind(whole[, 1:50], whole[, 51:200])
    expect_identical(modelWeights(parts), modelWeights(whole))
    expect_length(scvigor:::.stored_models(parts), 1)
    joined <- SummarizedExperiment::cbind(first, second)
    expect_argument_error(elbo(joined), "name", "Several models")
    expect_argument_error(scviModel(joined, "scVI"), "name", "scVI.1")
    expect_identical(
        modelWeights(scviModel(joined, "scVI.1")), modelWeights(first)
    )
    expect_identical(
        modelWeights(joined, name = "scVI.2"), modelWeights(second)
    )
    # a new result stands beside them
    again <- suppressWarnings(quick_run(joined, batch = "batch"))
    expect_identical(modelWeights(again, name = "scVI"), modelWeights(whole))
    expect_setequal(
        names(scvigor:::.stored_models(again)), c("scVI.1", "scVI.2", "scVI")
    )
    other <- quick_run(sce[, 101:200], name = "second")
    reducedDim(other, "scVI") <- reducedDim(other, "second")
    reducedDim(other, "second") <- NULL
    both <- SummarizedExperiment::cbind(first, other)
    expect_setequal(names(scvigor:::.stored_models(both)), c("scVI", "second"))
})

test_that("calculateSCVI() returns the latent space that runSCVI() stores", {
    result <- quick_run(sce, batch = "batch")
    calculate <- function(x, ...) {
        calculateSCVI(x, ..., max_epochs = 2, n_hidden = 16, seed = 1,
                      verbose = FALSE)
    }
    expect_identical(dim(calculate(SummarizedExperiment::assay(sce))), c(ncol(sce), 10L))
    run <- runSCVI(sce, batch = "batch", max_epochs = 2, n_hidden = 16,
                   seed = 1, verbose = FALSE)
    expect_identical(
        calculate(sce, batch = "batch"),
        SingleCellExperiment::reducedDim(run)
    )
    expect_argument_error(calculate(sce, n_latents = 3), "n_latents",
                          "n_latent")
    expect_argument_error(calculateSCVI(), "x")
})
