# A trained model of scvi-tools, everything with z at the mean of its posterior,
# so that nothing is random: with the weights copied into a model that was
# trained here, and imported.

# A model of the same form, trained here for an epoch.
trained_like <- function(fixture) {
    setup <- fixture$setup
    cells <- with_levels(fixture$cells, fixture$registry)
    form <- list(
        batch = setup$batch_key, labels = setup$labels_key,
        categorical_covariates = setup$categorical_covariate_keys,
        continuous_covariates = setup$continuous_covariate_keys,
        size_factor = setup$size_factor_key
    )
    do.call(trainSCVI, c(
        list(cells), Filter(Negate(is.null), form),
        Filter(Negate(is.null), fixture$arguments),
        list(max_epochs = 1, seed = 1, verbose = FALSE)
    ))
}

# Categories with their levels in scvi-tools' order.
with_levels <- function(cells, registry) {
    fields <- registry$field_registries
    mappings <- fields$extra_categorical_covs$state_registry$mappings
    setup <- registry$setup_args
    for (field in c("batch", "labels")) {
        key <- setup[[paste0(field, "_key")]]
        if (!is.null(key)) {
            mappings[[key]] <- fields[[field]]$state_registry$
                categorical_mapping
        }
    }
    table <- SummarizedExperiment::colData(cells)
    for (key in names(mappings)) {
        levels <- as.character(unlist(mappings[[key]]))
        table[[key]] <- factor(as.character(table[[key]]), levels)
    }
    SummarizedExperiment::colData(cells) <- table
    cells
}

# The tensors of the file's group `weights`; what it does not have, and all of
# them where it is missing, come from model.pt.
stored_weights <- function(fixture) {
    weights <- modelWeights(importScviTools(fixture$folder))
    if (fixture$has("weights")) {
        for (name in h5_names(fixture$file, "weights")) {
            weights[[name]][] <- fixture$read(paste0("weights/", name))
        }
    }
    weights
}

model_with_weights <- function(fixture) {
    model <- trained_like(fixture)
    stored <- stored_weights(fixture)
    weights <- modelWeights(model)
    expect_setequal(names(weights), names(stored))
    for (name in names(weights)) {
        expect_identical(dim(weights[[name]]), dim(stored[[name]]))
        weights[[name]][] <- stored[[name]]
    }
    model@weights <- weights
    model@cache <- new.env()
    model
}

# Both ways to the model, on its cells in their order.
models_of <- function(fixture) {
    list(
        filled = model_with_weights(fixture),
        imported = importScviTools(fixture$folder, x = fixture$cells)
    )
}

expect_near <- function(found, fixture, path, ...) {
    if (fixture$has(path)) {
        expect_equal(unname(found), fixture$read(path), tolerance = 1e-5,
                     info = path, ...)
    }
}

# What the core is given: the cells' counts and codes, and their posterior
# without variance, so that every draw is the mean.
core_cells <- function(model, fixture) {
    codes <- scvigor:::.codes(model)
    counts <- SummarizedExperiment::assay(fixture$cells)
    mean <- latentRepresentation(model, x = fixture$cells, return_dist = TRUE)
    list(
        counted = scvigor:::.core_cells(codes, counts = counts),
        at_mean = function(log_library) {
            scvigor:::.core_cells(
                codes, log_library = log_library,
                posterior = list(mean = mean$mean, var = 0 * mean$mean)
            )
        }
    )
}

check_codes <- function(model, fixture) {
    codes <- scvigor:::.codes(model)
    if (!is.null(fixture$setup$batch_key)) {
        expect_equal(codes$batch, fixture$read("batch_index"))
    }
    if (!is.null(fixture$setup$labels_key)) {
        expect_equal(codes$labels, fixture$read("labels"))
    }
    expect_equal(
        unname(Matrix::colSums(SummarizedExperiment::assay(fixture$cells))),
        fixture$read("library_size")
    )
}

check_latent <- function(model, fixture) {
    posterior <- latentRepresentation(model, x = fixture$cells,
                                      return_dist = TRUE)
    if (!identical(fixture$arguments$latent_distribution, "ln")) {
        expect_near(posterior$mean, fixture, "latent/mean")
    }
    expect_near(posterior$var, fixture, "latent/var")
    first <- function(values, path) {
        if (fixture$has(path)) values[seq_len(nrow(fixture$read(path))), ]
    }
    expect_near(first(posterior$mean, "float64/latent_mean"), fixture,
                "float64/latent_mean")
    expect_near(first(posterior$var, "float64/latent_var"), fixture,
                "float64/latent_var")
}

check_losses <- function(model, fixture, cells) {
    losses <- scvigor:::cell_losses(
        scvigor:::.handle(model), cells$counted, TRUE, 512, 0,
        scvigor:::.compute_options(2, "cpu")
    )
    expect_near(losses$reconstruction_loss, fixture, "reconstruction_error")
    expect_near(losses$reconstruction_loss, fixture,
                "float64/reconstruction_error")
    expect_near(losses$kl_z, fixture, "float64/kl_z")
    elbo <- -(losses$reconstruction_loss + losses$kl_z + losses$kl_l)
    expect_near(elbo, fixture, "elbo")
    expect_near(mean(elbo), fixture, "elbo_mean")
    expect_near(mean(losses$reconstruction_loss), fixture,
                "reconstruction_error_mean")
}

# Log library sizes at the mean of their posterior: observed, or, where they
# are learned, what the numbers themselves say.
log_library <- function(model, fixture) {
    if (modelOptions(model)$use_observed_lib_size) {
        counts <- SummarizedExperiment::assay(fixture$cells)
        return(scvigor:::log_library_sizes(counts))
    }
    inferred <- log(latentLibrarySize(model, x = fixture$cells))
    if (all(vapply(c("expression/latent_own", "expression/size1_own"),
                   fixture$has, NA))) {
        ratio <- fixture$read("expression/latent_own") /
            fixture$read("expression/size1_own")
        known <- seq_len(nrow(ratio))
        # the mean of a log-normal is above its median
        expect_true(all(log(ratio[, 1]) < inferred[known] + 1e-5))
        inferred[known] <- log(rowMeans(ratio))
    }
    inferred
}

# Codes of the batches that an argument `transform_batch` names; none for the
# cells' own.
batch_codes <- function(model, transform_batch) {
    known <- modelRegistry(model)
    known <- known[known$covariate == "batch", ]
    if (!nrow(known)) {
        return(integer())
    }
    known$code[match(as.character(unlist(transform_batch)), known$level)]
}

check_expression <- function(model, fixture, cells) {
    at_mean <- cells$at_mean(log_library(model, fixture))
    for (name in h5_names(fixture$file, "expression")) {
        path <- paste0("expression/", name)
        given <- json_attribute(fixture$file, "arguments", path)
        stored <- fixture$read(path)
        values <- scvigor:::normalized_expression(
            scvigor:::.handle(model), at_mean,
            list(transform_batch = batch_codes(model, given$transform_batch),
                 n_samples = 1, batch_size = 512, seed = 0),
            if (identical(given$library_size, "latent")) NA else
                as.numeric(given$library_size),
            NULL, scvigor:::.compute_options(2, "cpu")
        )
        expect_equal(t(values[, seq_len(nrow(stored))]), stored,
                     tolerance = 1e-5, info = path)
    }
}

# Cells without variance in a model that knows them: verbs find the mean.
at_mean <- function(model) {
    model@posterior$var[] <- 0
    model
}

check_likelihood <- function(model, fixture) {
    observed <- modelOptions(model)$use_observed_lib_size
    for (part in h5_names(fixture$file, "likelihood")) {
        if (!observed && part != "dispersions") {
            next # of drawn library sizes and z
        }
        path <- paste0("likelihood/", part)
        cells <- seq_len(nrow(fixture$read(path)))
        found <- likelihoodParameters(
            at_mean(model), x = if (!observed) fixture$cells,
            subset.col = cells, seed = 1
        )
        expect_near(t(found[[part]]), fixture, path)
    }
}

check_verbs <- function(model, fixture) {
    if (!modelOptions(model)$use_observed_lib_size) {
        return()
    }
    for (name in h5_names(fixture$file, "expression")) {
        path <- paste0("expression/", name)
        given <- json_attribute(fixture$file, "arguments", path)
        found <- normalizedExpression(
            at_mean(model), library_size = given$library_size, seed = 1,
            subset.col = seq_len(nrow(fixture$read(path))),
            transform_batch = if (length(given$transform_batch)) {
                as.character(unlist(given$transform_batch))
            }
        )
        expect_near(t(as.matrix(found)), fixture, path)
    }
}

for_each_file(
    "a trained model computes what it does in scvi-tools",
    model_files("^outputs[.]h5$"), "trained model",
    function(file) {
        fixture <- read_model_fixture(file)
        models <- models_of(fixture)
        for (model in models) {
            check_codes(model, fixture)
            check_latent(model, fixture)
            cells <- core_cells(model, fixture)
            check_losses(model, fixture, cells)
            check_expression(model, fixture, cells)
        }
        check_likelihood(models$imported, fixture)
        check_verbs(models$imported, fixture)
        history <- as.list(trainingHistory(models$imported))
        for (name in h5_names(fixture$file, "history")) {
            expect_near(history[[name]], fixture, paste0("history/", name))
        }
    }
)

test_that("numbers of scvi-tools beyond tests/fixtures", {
    skip_if(is.null(further_reference_folder()), paste(
        "numbers of scvi-tools beyond tests/fixtures:",
        "SCVIGOR_REFERENCE names no folder"
    ))
    expect_gt(length(model_files("^outputs[.]h5$")), 0)
})
