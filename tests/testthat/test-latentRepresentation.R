sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch", labels = "labels")

test_that("IV01 shape, names and order", {
    latent <- latentRepresentation(model)
    expect_identical(dim(latent), c(200L, 5L))
    expect_identical(
        dimnames(latent), list(colnames(sce), paste0("scVI_", 1:5))
    )
    three <- latentRepresentation(model, x = sce[, 2:4])
    expect_identical(rownames(three), colnames(sce)[2:4])
    expect_equal(three, latent[2:4, ], tolerance = 1e-6)
})

test_that("IV02 cells are chosen by position, name or logical", {
    latent <- latentRepresentation(model)
    for (x in list(NULL, sce)) {
        choose <- function(subset) {
            latentRepresentation(model, x = x, subset.col = subset)
        }
        expect_equal(choose(c(4, 2, 2)), latent[c(4, 2, 2), ],
                     tolerance = 1e-6)
        mask <- seq_len(200) %in% c(7, 9)
        expect_equal(choose(mask), latent[c(7, 9), ], tolerance = 1e-6)
        expect_equal(choose("cell_3"), latent["cell_3", , drop = FALSE],
                     tolerance = 1e-6)
        expect_argument_error(choose(201), "subset.col", "1 to 200")
        expect_argument_error(choose(integer()), "subset.col", "no cells")
        expect_argument_error(choose("XY"), "subset.col", "XY")
        expect_argument_error(choose(c(TRUE, FALSE)), "subset.col")
    }
})

test_that("IV03 the result depends on the cell alone", {
    latent <- latentRepresentation(model, x = sce)
    expect_identical(latentRepresentation(model, x = sce), latent)
    expect_equal(latentRepresentation(model, x = sce, batch_size = 7), latent,
                 tolerance = 1e-6)
    expect_equal(latentRepresentation(model), latent, tolerance = 1e-6)
    order <- withr::with_seed(1, sample(200))
    expect_equal(latentRepresentation(model, x = sce[, order]),
                 latent[order, ], tolerance = 1e-6)
})

test_that("mean and variance of the posterior", {
    both <- latentRepresentation(model, return_dist = TRUE)
    expect_named(both, c("mean", "var"))
    expect_identical(both$mean, latentRepresentation(model))
    expect_true(all(both$var > 0))
    expect_identical(dimnames(both$var), dimnames(both$mean))
    expect_equal(latentRepresentation(model, x = sce, return_dist = TRUE),
                 both, tolerance = 1e-6)
})

test_that("IV05 draws are repeatable and follow the posterior", {
    draw <- function(seed = NULL) {
        latentRepresentation(model, give_mean = FALSE, seed = seed)
    }
    expect_identical(draw(1), draw(1))
    expect_false(identical(draw(1), draw(2)))
    expect_identical(withr::with_seed(3, draw()), withr::with_seed(3, draw()))
    posterior <- latentRepresentation(model, return_dist = TRUE)
    z <- (draw(1) - posterior$mean) / sqrt(posterior$var)
    expect_lt(abs(mean(z)), 5 / sqrt(length(z)))
    expect_lt(abs(sd(z) - 1), 5 / sqrt(2 * length(z)))
})

test_that("asking for means leaves R's random numbers alone", {
    expect_identical(
        withr::with_seed(1, {
            latentRepresentation(model)
            runif(1)
        }),
        withr::with_seed(1, runif(1))
    )
})

test_that("DS11 a level keeps its training code", {
    encoded <- quick_train(sce, batch = "batch", labels = "labels",
                           encode_covariates = TRUE)
    second <- sce[, sce$batch == "batch_1" & sce$labels == "label_1"]
    expect_equal(
        latentRepresentation(encoded, x = second),
        latentRepresentation(encoded)[colnames(second), ], tolerance = 1e-6
    )
    codes <- scvigor:::.codes_for(encoded, scvigor:::.count_data(second),
                                  list())
    expect_true(all(codes$batch == 1) && all(codes$labels == 1))
})

test_that("DS13 unknown levels list the valid ones", {
    for (level in list("batch_7", "", 0, FALSE)) {
        expect_argument_error(
            latentRepresentation(model, x = sce, batch = rep(level, 200)),
            "batch", "\"batch_0\", \"batch_1\""
        )
    }
    other <- sce
    other$batch[5] <- NA
    expect_argument_error(latentRepresentation(model, x = other), "batch",
                          "1 missing")
})

test_that("DS14 new data without the batch column", {
    other <- sce
    other$batch <- NULL
    expect_argument_error(latentRepresentation(model, x = other), "batch",
                          "\"batch\"")
    expect_equal(
        latentRepresentation(model, x = other, batch = sce$batch),
        latentRepresentation(model), tolerance = 1e-6
    )
    without <- quick_train(sce)
    expect_equal(latentRepresentation(without, x = other),
                 latentRepresentation(without), tolerance = 1e-6)
    expect_argument_error(
        latentRepresentation(without, x = other, batch = sce$batch), "batch",
        "without `batch`"
    )
})

test_that("labels are required only where they matter", {
    other <- sce
    other$labels <- NULL
    expect_no_error(latentRepresentation(model, x = other))
    by_label <- quick_train(sce, labels = "labels", dispersion = "gene-label")
    expect_argument_error(elbo(by_label, other), "labels")
})

test_that("covariates given as values are remembered for known cells", {
    counts <- SummarizedExperiment::assay(sce)
    by_value <- quick_train(counts, batch = sce$batch,
                            encode_covariates = TRUE)
    expect_equal(
        latentRepresentation(by_value, x = counts[, 50:150]),
        latentRepresentation(by_value)[50:150, ], tolerance = 1e-6
    )
    colnames(counts) <- NULL
    expect_argument_error(latentRepresentation(by_value, x = counts), "batch",
                          "give it for these cells")
    expect_equal(
        unname(latentRepresentation(by_value, x = counts,
                                    batch = sce$batch)),
        unname(latentRepresentation(by_value)), tolerance = 1e-6
    )
    expect_argument_error(latentRepresentation(by_value, batch = sce$batch),
                          "batch", "as `x`")
})

test_that("DS16 genes are found by name", {
    latent <- latentRepresentation(model, x = sce)
    shuffled <- sce[withr::with_seed(1, sample(nrow(sce))), ]
    expect_identical(latentRepresentation(model, x = shuffled), latent)
    more <- rbind(toy_counts(3, 200), as.matrix(
        SummarizedExperiment::assay(sce)
    ))
    rownames(more)[1:3] <- c("XIST", "RPL1", "MT1")
    expect_equal(
        latentRepresentation(model, x = more, batch = sce$batch), latent
    )
    expect_argument_error(
        latentRepresentation(model, x = sce[-(1:2), ]), "x",
        "lacks 2.*\"gene_0\", \"gene_1\""
    )
    other <- sce
    rownames(other) <- paste0("other_", seq_len(30))
    expect_argument_error(latentRepresentation(model, x = other), "x",
                          "lacks 30")
})

test_that("misspelt and meaningless arguments are errors", {
    expect_argument_error(latentRepresentation(model, give_means = TRUE),
                          "give_means", "`give_mean`")
    expect_argument_error(latentRepresentation(model, give_mean = 1),
                          "give_mean")
    expect_argument_error(latentRepresentation(model, batch_size = 0),
                          "batch_size")
    expect_argument_error(latentRepresentation(model, x = 1:3), "x")
    expect_argument_error(
        latentRepresentation(model, x = sce, assay_type = "counts"),
        "assay_type", "assay.type"
    )
})

test_that("IV06 an object without a model is an error for every verb", {
    for (verb in list(latentRepresentation, normalizedExpression, elbo,
                      reconstructionError, trainingHistory, modelOptions,
                      modelRegistry)) {
        expect_argument_error(verb(sce), "object", "no scVI model")
        expect_argument_error(verb(1:3), "object", "integer")
    }
})
