parts <- query_parts()
reference <- quick_train(
    parts$reference, batch = "batch", encode_covariates = TRUE
)
encoder_weight <- "z_encoder.encoder.fc_layers.Layer 0.0.weight"

test_that("TL01 genes are cut and sorted to those of the reference", {
    more <- toy_sce(110, 4, 40)
    large <- quick_train(
        more[c(110:61, 1:50), more$batch < "batch_2"], batch = "batch"
    )
    query <- more[, more$batch >= "batch_2"]
    before <- query
    loaded <- loadQuery(query, large, seed = 1)
    expect_identical(query, before)
    cut <- query[scvigor:::.genes(large), ]
    expect_identical(
        latentRepresentation(loaded),
        latentRepresentation(loadQuery(cut, large, seed = 1))
    )
    expect_identical(modelOptions(loaded)$n_genes, 100L)
    expect_identical(modelOptions(loaded)$n_batch, 4L)
    trained <- continueTraining(loaded, query, max_epochs = 1, seed = 1,
                                verbose = FALSE)
    expect_identical(query, before)
    expect_equal(dim(latentRepresentation(trained)), c(80, 5))
})

test_that("TL02 genes that the query lacks are zeros, in a named assay too", {
    query <- parts$query
    zeroed <- query
    SummarizedExperiment::assay(zeroed)[1:5, ] <- 0
    other <- query
    rownames(other)[1:5] <- paste0("new_", 1:5)
    expect_message(
        loaded <- loadQuery(other, reference, seed = 1),
        "lacks 5 genes.*gene_0", class = "scvigor_message"
    )
    expected <- loadQuery(zeroed, reference, seed = 1)
    expect_identical(latentRepresentation(loaded),
                     latentRepresentation(expected))
    # verbs and training take the same data
    expect_identical(latentRepresentation(loaded, x = other),
                     latentRepresentation(expected, x = zeroed))
    expect_identical(rownames(normalizedExpression(loaded, x = other)),
                     rownames(parts$all))
    train <- function(model, x) {
        modelWeights(continueTraining(model, x, 1, seed = 1,
                                      verbose = FALSE))
    }
    expect_identical(train(loaded, other), train(expected, zeroed))
    # a gene that the query had must be there
    expect_argument_error(
        latentRepresentation(loaded, x = other[1:29, ]), "x", "gene_29"
    )
    names(SummarizedExperiment::assays(other)) <- "raw"
    SummarizedExperiment::assay(other, "counts") <-
        0 * SummarizedExperiment::assay(other, "raw") + 1
    other <- other[nrow(other):1, ]
    named <- suppressMessages(
        loadQuery(other, reference, assay.type = "raw", seed = 1)
    )
    expect_identical(latentRepresentation(named),
                     latentRepresentation(expected))
    expect_identical(latentRepresentation(named, x = other),
                     latentRepresentation(expected))
    # dense counts
    dense <- as.matrix(SummarizedExperiment::assay(other, "raw"))
    from_matrix <- suppressMessages(
        loadQuery(dense, reference, batch = other$batch, seed = 1)
    )
    expect_identical(latentRepresentation(from_matrix),
                     latentRepresentation(expected))
})

test_that("little overlap is a warning, none an error", {
    query <- parts$query
    rownames(query)[1:7] <- paste0("new_", 1:7)
    expect_warning(loadQuery(query, reference), "only 23 of.*76 %")
    rownames(query) <- paste0("new_", seq_len(nrow(query)))
    expect_argument_error(loadQuery(query, reference), "x", "none of")
    rownames(query) <- NULL
    expect_argument_error(loadQuery(query[1:3, ], reference), "x", "3 genes")
})

test_that("TL05 frozen weights stay as they were, with any weight decay", {
    for (decay in c(0, 1e-6, 0.1)) {
        query <- loadQuery(parts$query, reference, seed = 1)
        expect_equal(trainOptions(query)$weight_decay, 0)
        trained <- continueTraining(
            query, parts$query, max_epochs = 2, weight_decay = decay,
            lr = 0.05, seed = 1, verbose = FALSE
        )
        genes <- seq_along(scvigor:::.genes(reference))
        expect_identical(
            modelWeights(trained)[[encoder_weight]][, genes],
            modelWeights(reference)[[encoder_weight]][, genes]
        )
        expect_identical(modelWeights(trained)$px_r,
                         modelWeights(reference)$px_r)
        expect_false(identical(
            modelWeights(trained)[[encoder_weight]],
            modelWeights(query)[[encoder_weight]]
        ))
    }
})

test_that("TL07 the switches free what they say", {
    moved <- function(...) {
        query <- loadQuery(parts$query, reference, ..., seed = 1)
        trained <- continueTraining(
            query, parts$query, max_epochs = 1, lr = 0.05, seed = 1,
            verbose = FALSE
        )
        moved_weights(query, trained)
    }
    default <- moved()
    encoder_norm <- "z_encoder.encoder.fc_layers.Layer 0.1."
    decoder <- "decoder.px_decoder.fc_layers.Layer 0."
    expect_true(encoder_weight %in% default)
    expect_true(all(paste0(decoder, c("0.weight", "1.weight", "1.bias")) %in%
                        default))
    expect_false(any(c(
        "px_r", paste0(encoder_norm, c("weight", "running_mean")),
        "z_encoder.mean_encoder.weight", "decoder.px_scale_decoder.0.weight"
    ) %in% default))
    expect_true(all(
        paste0(encoder_norm, c("weight", "bias", "running_mean")) %in%
            moved(freeze_batchnorm_encoder = FALSE)
    ))
    expect_false(any(
        paste0(decoder, c("1.weight", "1.running_var")) %in%
            moved(freeze_batchnorm_decoder = TRUE)
    ))
    genes <- seq_len(30)
    changes_genes <- function(...) {
        trained <- quick_query(reference, parts$query, ...)
        !identical(modelWeights(trained)[[encoder_weight]][, genes],
                   modelWeights(reference)[[encoder_weight]][, genes])
    }
    expect_false(changes_genes())
    expect_true(changes_genes(freeze_expression = FALSE))
    latent <- seq_len(5)
    changes_decoder <- function(...) {
        trained <- quick_query(reference, parts$query, ...)
        name <- paste0(decoder, "0.weight")
        !identical(modelWeights(trained)[[name]][, latent],
                   modelWeights(reference)[[name]][, latent])
    }
    expect_false(changes_decoder())
    expect_true(changes_decoder(freeze_decoder_first_layer = FALSE))
    all_free <- moved(unfrozen = TRUE)
    expect_true(all(c("px_r", "z_encoder.mean_encoder.weight",
                      paste0(encoder_norm, "running_mean")) %in% all_free))
    # dropout changes what is learned, and can be left out
    expect_false(identical(
        modelWeights(quick_query(reference, parts$query)),
        modelWeights(quick_query(reference, parts$query,
                                 freeze_dropout = TRUE))
    ))
})

test_that("TL08 the reference's latent space stays, the query's moves", {
    for (kind in c("one-hot", "embedding")) {
        model <- quick_train(
            parts$reference, batch = "batch", encode_covariates = TRUE,
            batch_representation = kind
        )
        loaded <- loadQuery(parts$query, model, seed = 1)
        trained <- continueTraining(
            loaded, parts$query, max_epochs = 5, lr = 0.05, seed = 1,
            verbose = FALSE
        )
        before <- latentRepresentation(model)
        after <- latentRepresentation(trained, x = parts$reference)
        expect_lt(max((before - after)^2), 1e-12)
        change <- latentRepresentation(trained) - latentRepresentation(loaded)
        expect_gt(sum(change^2), 1e-3)
    }
})

test_that("TL10 the prior of the library size is extended", {
    model <- quick_train(
        parts$reference, batch = "batch", use_observed_lib_size = FALSE
    )
    loaded <- loadQuery(parts$query, model, seed = 1)
    before <- modelWeights(model)
    after <- modelWeights(loaded)
    for (name in c("library_log_means", "library_log_vars")) {
        expect_length(after[[name]], 4)
        expect_identical(after[[name]][1:2], before[[name]][1:2])
        expect_true(all(after[[name]] > 0))
    }
    totals <- Matrix::colSums(SummarizedExperiment::assay(parts$query))
    expect_equal(
        after$library_log_means[3:4],
        as.vector(tapply(log(totals), parts$query$batch, mean)),
        tolerance = 1e-6
    )
    expect_equal(dim(latentRepresentation(quick_query(model, parts$query))),
                 c(80, 5))
})

with_covariates <- quick_train(
    parts$reference, batch = "batch", categorical_covariates = "cat1",
    continuous_covariates = "cont1"
)

test_that("TL11 a covariate that the query lacks is an error naming it", {
    lacking <- function(columns) {
        query <- parts$query
        SummarizedExperiment::colData(query) <-
            SummarizedExperiment::colData(query)[, columns, drop = FALSE]
        query
    }
    refused <- function(columns, argument, column) {
        expect_argument_error(
            loadQuery(lacking(columns), with_covariates), argument, column
        )
    }
    refused("batch", "categorical_covariates", "cat1")
    refused(c("batch", "cat2", "cont2"), "categorical_covariates", "cat1")
    refused(c("batch", "cont2"), "categorical_covariates", "cat1")
    refused(c("batch", "cat1"), "continuous_covariates", "cont1")
    refused(c("cat1", "cont1"), "batch", "batch")
    counts <- SummarizedExperiment::assay(parts$query)
    expect_argument_error(
        loadQuery(counts, reference), "batch", "trained with `batch`"
    )
    expect_argument_error(
        loadQuery(counts, with_covariates, batch = parts$query$batch),
        "categorical_covariates", "trained with"
    )
})

test_that("TL12 only the reference's covariates are used; levels are added", {
    query <- parts$query
    known <- function(query) {
        setup <- modelRegistry(loadQuery(query, with_covariates, seed = 1))
        setup[setup$covariate == "categorical_covariates", ]
    }
    query$cat1 <- rep(0:3, length.out = ncol(query))
    setup <- known(query)
    expect_identical(unique(setup$name), "cat1")
    expect_identical(setup$level, as.character(0:4))
    expect_identical(setup$n_cells, c(20L, 20L, 20L, 20L, 0L))
    query$cat1 <- rep(0:5, length.out = ncol(query))
    expect_identical(known(query)$level, as.character(0:5))
    loaded <- loadQuery(query, with_covariates, seed = 1)
    setup <- modelRegistry(loaded)
    expect_setequal(setup$name, c("batch", "cat1", "cont1"))
    expect_identical(modelOptions(loaded)$n_cats_per_cov, 6L)
    # new columns of the batch go before those of cat1
    name <- "decoder.px_decoder.fc_layers.Layer 0.0.weight"
    before <- modelWeights(with_covariates)[[name]]
    after <- modelWeights(loaded)[[name]]
    expect_equal(dim(after), c(16, 5 + 1 + 4 + 6))
    expect_identical(after[, c(1:8, 11:15)], before)
    expect_equal(
        normalizedExpression(loaded, x = parts$reference, seed = 1),
        normalizedExpression(with_covariates, x = parts$reference, seed = 1),
        tolerance = 1e-6
    )
})

test_that("covariates may be elsewhere in the query", {
    query <- parts$query
    query$sample <- query$batch
    query$batch <- NULL
    loaded <- loadQuery(query, reference, batch = "sample", seed = 1)
    expect_identical(
        modelRegistry(loaded)$column, rep("sample", 4)
    )
    expect_identical(latentRepresentation(loaded, x = query),
                     latentRepresentation(loaded))
    by_value <- loadQuery(query, reference, batch = query$sample, seed = 1)
    expect_identical(latentRepresentation(by_value),
                     latentRepresentation(loaded))
    expect_identical(modelRegistry(by_value)$level, modelRegistry(loaded)$level)
    expect_argument_error(
        loadQuery(query, reference, batch = "nonsense"), "batch", "nonsense"
    )
    expect_argument_error(
        loadQuery(query, reference, batch = 1:3), "batch", "3 values"
    )
    query$sample[2] <- NA
    expect_argument_error(
        loadQuery(query, reference, batch = "sample"), "batch", "1 missing"
    )
    expect_argument_error(
        loadQuery(parts$query, reference, labels = "labels"), "labels",
        "without"
    )
})

test_that("the same cell names do not bring the reference's codes", {
    query <- parts$query
    colnames(query) <- colnames(parts$reference)
    counts <- SummarizedExperiment::assay(query)
    expect_argument_error(loadQuery(counts, reference), "batch")
    loaded <- loadQuery(query, reference, seed = 1)
    expect_identical(modelRegistry(loaded)$n_cells, c(0L, 0L, 40L, 40L))
})

test_that("TL14 dispersions of the reference stay, new ones are learned", {
    for (dispersion in c("gene-batch", "gene-label", "gene-cell")) {
        query <- parts$query
        query$labels[1:20] <- "label_new"
        model <- quick_train(
            parts$reference, batch = "batch", labels = "labels",
            dispersion = dispersion
        )
        trained <- quick_query(model, query)
        if (dispersion == "gene-cell") {
            name <- "decoder.px_r_decoder.weight"
            expect_identical(modelWeights(trained)[[name]],
                             modelWeights(model)[[name]])
            next
        }
        before <- modelWeights(model)$px_r
        after <- modelWeights(trained)$px_r
        old <- seq_len(ncol(before))
        expect_gt(ncol(after), ncol(before))
        expect_identical(after[, old], before)
        start <- modelWeights(loadQuery(query, model))$px_r
        expect_equal(start[, ncol(start)], rowMeans(before),
                     tolerance = 1e-6)
        expect_false(identical(start, after))
    }
    # labels may be missing where they do not matter, and only there
    plain <- quick_train(parts$reference, labels = "labels")
    query <- parts$query
    query$labels <- NULL
    expect_identical(modelRegistry(loadQuery(query, plain))$n_cells,
                     rep(NA_integer_, 3))
    by_label <- quick_train(parts$reference, labels = "labels",
                            dispersion = "gene-label")
    expect_argument_error(loadQuery(query, by_label), "labels", "labels")
})

test_that("TL15 the output of a one-batch reference stays", {
    one <- parts$all[, parts$all$batch == "batch_0"]
    other <- parts$all[, parts$all$batch == "batch_1"]
    model <- quick_train(one, batch = "batch")
    expression <- function(model) {
        normalizedExpression(model, x = one, seed = 1)
    }
    before <- expression(model)
    expect_equal(expression(loadQuery(other, model)), before,
                 tolerance = 1e-6)
    kept <- quick_query(model, other, freeze_batchnorm_decoder = TRUE)
    expect_equal(expression(kept), before, tolerance = 1e-6)
    # as documented, the decoder's BatchNorm is shared by default
    expect_false(isTRUE(all.equal(
        expression(quick_query(model, other)), before
    )))
})

test_that("a query of known batches only keeps the levels", {
    loaded <- loadQuery(parts$reference[, 41:80], reference, seed = 1)
    expect_identical(modelOptions(loaded), modelOptions(reference))
    expect_identical(modelWeights(loaded), modelWeights(reference))
    expect_equal(latentRepresentation(loaded),
                 latentRepresentation(reference)[41:80, ], tolerance = 1e-6)
})

test_that("SL09 what is frozen survives saveRDS, checkpoints, more training", {
    query <- loadQuery(parts$query, reference, freeze_expression = FALSE,
                       freeze_batchnorm_decoder = TRUE, seed = 1)
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(query, file)
    loaded <- readRDS(file)
    expect_identical(trainOptions(loaded), trainOptions(query))
    checkpoint <- withr::local_tempfile(fileext = ".rds")
    train <- function(model, ...) {
        continueTraining(model, parts$query, seed = 1, verbose = FALSE, ...)
    }
    whole <- train(query, max_epochs = 4)
    expect_identical(modelWeights(train(loaded, max_epochs = 4)),
                     modelWeights(whole))
    part <- train(query, max_epochs = 2, checkpoint = checkpoint)
    resumed <- resumeTraining(checkpoint, parts$query, max_epochs = 4,
                              verbose = FALSE)
    expect_identical(modelWeights(resumed), modelWeights(whole))
    expect_false(trainOptions(part)$freeze_expression)
    again <- train(part, max_epochs = 1)
    expect_true(trainOptions(again)$freeze_batchnorm_decoder)
    norm <- "decoder.px_decoder.fc_layers.Layer 0.1.weight"
    expect_identical(modelWeights(again)[[norm]],
                     modelWeights(reference)[[norm]])
    # and can be changed
    free <- train(part, max_epochs = 1, freeze_batchnorm_decoder = FALSE)
    expect_false(identical(modelWeights(free)[[norm]],
                           modelWeights(reference)[[norm]]))
    expect_argument_error(
        continueTraining(reference, parts$reference, max_epochs = 1,
                         freeze_dropout = TRUE, verbose = FALSE),
        "freeze_dropout", "loadQuery"
    )
})

test_that("a query of a query keeps what both knew", {
    first <- quick_query(
        reference, parts$query[, parts$query$batch == "batch_2"]
    )
    second <- loadQuery(
        parts$query[, parts$query$batch == "batch_3"], first, seed = 1
    )
    expect_identical(modelRegistry(second)$level, paste0("batch_", 0:3))
    expect_equal(trainOptions(second)$n_batch_reference, 3)
    expect_equal(
        latentRepresentation(second, x = parts$query[, 1:5]),
        latentRepresentation(first, x = parts$query[, 1:5]), tolerance = 1e-6
    )
})

test_that("DS23 several objects as a reference, and one more as the query", {
    batches <- split(seq_len(ncol(parts$all)), parts$all$batch)
    objects <- lapply(batches, function(cells) {
        SummarizedExperiment::assay(parts$all)[, cells]
    })
    model <- quick_train(objects[1:2], encode_covariates = TRUE)
    loaded <- loadQuery(objects[3:4], model, seed = 1)
    expect_identical(modelRegistry(loaded)$level, paste0("batch_", 0:3))
    trained <- continueTraining(loaded, objects[3:4], max_epochs = 1,
                                seed = 1, verbose = FALSE)
    expect_equal(nrow(latentRepresentation(trained)), 80)
    by_value <- loadQuery(objects[[3]], model, batch = rep("new", 40))
    expect_identical(modelRegistry(by_value)$level,
                     c("batch_0", "batch_1", "new"))
})

test_that("linear decoders and several layers take queries too", {
    for (arguments in list(
        list(decoder = "linear"),
        list(decoder = "linear", use_batch_norm = "none",
             linear_decoder_bias = TRUE),
        list(n_layers = 2, deeply_inject_covariates = FALSE,
             use_layer_norm = "both", latent_distribution = "ln"),
        list(gene_likelihood = "poisson", size_factor = "size_factor"),
        list(n_layers = 2, gene_likelihood = "nb", precision = "float64")
    )) {
        model <- do.call(quick_train, c(
            list(parts$reference, batch = "batch"), arguments
        ))
        trained <- quick_query(model, parts$query, max_epochs = 1)
        expect_true(all(is.finite(latentRepresentation(trained))))
        expect_equal(
            latentRepresentation(trained, x = parts$reference, seed = 1),
            latentRepresentation(model, x = parts$reference, seed = 1),
            tolerance = 1e-5
        )
    }
})

test_that("the seed fixes a query, and one number is drawn", {
    load <- function(...) modelWeights(loadQuery(parts$query, reference, ...))
    expect_identical(load(seed = 3), load(seed = 3))
    expect_false(identical(load(seed = 3), load(seed = 4)))
    withr::with_seed(1, {
        load()
        expect_identical(runif(1), withr::with_seed(1, {
            sample.int(.Machine$integer.max, 1)
            runif(1)
        }))
    })
})

test_that("a loaded query shows that it is not trained", {
    loaded <- loadQuery(parts$query, reference, seed = 1)
    expect_output(print(loaded), "query of a reference, not trained")
    expect_output(print(loaded), "4 batches")
    expect_equal(nrow(trainingHistory(loaded)), 0)
    expect_equal(lengths(trainingSplit(loaded)),
                 c(train = 72, validation = 8, test = 0))
    trained <- quick_query(reference, parts$query)
    expect_output(print(trained), "query of a reference, trained")
    expect_equal(trainingHistory(trained)$epoch, 1:2)
    own <- loadQuery(parts$query, reference, train_size = 0.5, seed = 1)
    expect_length(trainingSplit(own)$train, 40)
})

test_that("TL04 what is not a reference is an error", {
    query <- parts$query
    expect_argument_error(loadQuery(x = query), "reference", "Give")
    expect_argument_error(loadQuery(reference), "x", "Give")
    expect_argument_error(loadQuery(query, NULL), "reference", "Give")
    expect_argument_error(loadQuery(query, "no/such/file"), "reference",
                          "no/such/file")
    expect_argument_error(loadQuery(query, c("a", "b")), "reference")
    expect_argument_error(loadQuery(query, query), "reference", "no scVI")
    expect_argument_error(loadQuery(query, 1), "reference", "numeric")
    run <- quick_run(parts$reference, batch = "batch")
    expect_argument_error(loadQuery(query, run, name = "other"), "name")
    expect_identical(
        modelWeights(loadQuery(query, run, seed = 1)),
        modelWeights(loadQuery(query, scviModel(run), seed = 1))
    )
})

test_that("bad values of every argument are errors that name it", {
    refused <- function(argument, value, regexp = NULL) {
        arguments <- list(parts$query, reference)
        arguments[[argument]] <- value
        expect_argument_error(do.call(loadQuery, arguments), argument, regexp)
    }
    for (switch in scvigor:::.freeze_switches) {
        refused(switch, "yes", "TRUE or FALSE")
        refused(switch, NA)
    }
    refused("train_size", 2)
    refused("validation_size", -1)
    refused("shuffle_set_split", 3)
    refused("external_indexing", "a")
    refused("assay.type", "logcounts", "counts")
    refused("altexp", "none")
    refused("seed", -1)
    refused("num_threads", 0)
    refused("accelerator", "tpu")
    refused("size_factor", "size_factor", "without")
    refused("freeze_expresion", TRUE, "did you mean")
    expect_argument_error(loadQuery(1:3, reference), "x", "matrix")
    bad <- parts$query
    SummarizedExperiment::assay(bad)[1, 1] <- -1
    expect_argument_error(loadQuery(bad, reference), "x", "negative")
})

test_that("R's switches show the core's defaults", {
    formals <- as.list(formals(loadQuery))
    defaults <- scvigor:::default_options()$train
    expect_true(defaults$unfrozen)
    expect_false(formals$unfrozen)
    for (name in setdiff(scvigor:::.freeze_switches, "unfrozen")) {
        expect_identical(formals[[name]], defaults[[name]], info = name)
    }
})

test_that("B27 numeric levels of 1e5 and more are counted as they are", {
    old <- toy_sce(12, per_batch = 40)
    old$plate <- rep(c(1e5, 2e5), length.out = ncol(old))
    reference <- quick_train(old, batch = "plate")
    new <- toy_sce(12, per_batch = 40)
    new$plate <- rep(c(3e5, 123456789012), length.out = ncol(new))
    expect_no_warning_about_levels <- function(code) {
        withCallingHandlers(code, scvigor_warning = function(warning) {
            if (grepl("fewer than 3 cells", conditionMessage(warning))) {
                fail(conditionMessage(warning))
            }
        })
    }
    query <- expect_no_warning_about_levels(
        loadQuery(new, reference, seed = 1)
    )
    registry <- modelRegistry(query)
    expect_identical(
        registry$level, c("100000", "200000", "300000", "123456789012")
    )
    expect_identical(registry$n_cells[3:4], rep(ncol(new) / 2, 2) |>
                         as.integer())
})
