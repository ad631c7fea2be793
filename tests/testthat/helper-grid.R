# Every kind of model: what each option may be, and one question to every verb.

grid_choices <- list(
    gene_likelihood = c("zinb", "nb", "poisson", "normal"),
    dispersion = c("gene", "gene-batch", "gene-label", "gene-cell"),
    latent_distribution = c("normal", "ln"),
    library = c("observed", "learned", "size factor"),
    covariates = c("none", "decoded", "encoded")
)

# Trains the model that a row of choices stands for.
grid_train <- function(sce, choice, ...) {
    arguments <- list(
        sce, batch = "batch", labels = "labels",
        gene_likelihood = choice$gene_likelihood,
        dispersion = choice$dispersion,
        latent_distribution = choice$latent_distribution,
        use_observed_lib_size = choice$library != "learned",
        encode_covariates = choice$covariates == "encoded", ...
    )
    if (choice$library == "size factor") {
        arguments$size_factor <- "size_factor"
    }
    if (choice$covariates != "none") {
        arguments$categorical_covariates <- c("cat1", "cat2")
        arguments$continuous_covariates <- c("cont1", "cont2")
    }
    do.call(quick_train, arguments)
}

# Every verb's answer for some cells of `sce`, as a list.
grid_answers <- function(model, sce) {
    ask <- function(verb, ...) verb(model, sce, seed = 1, ...)
    list(
        latent = ask(latentRepresentation, mc_samples = 20),
        stored = latentRepresentation(model, seed = 1, mc_samples = 20),
        elbo = ask(elbo, per_cell = TRUE),
        reconstruction = ask(reconstructionError, per_cell = TRUE),
        marginal = ask(marginalLogLik, n_mc_samples = 3, per_cell = TRUE),
        expression = ask(normalizedExpression),
        transformed = ask(normalizedExpression, transform_batch = "batch_1"),
        sample = as.matrix(ask(posteriorPredictiveSample)),
        parameters = unlist(ask(likelihoodParameters)),
        correlation = ask(featureCorrelation, n_samples = 2),
        library = ask(latentLibrarySize),
        history = trainingHistory(model)$elbo_train
    )
}

expect_finite_answers <- function(model, sce, info) {
    for (name in names(answers <- grid_answers(model, sce))) {
        expect_true(all(is.finite(answers[[name]])),
                    info = paste(info, "->", name))
        expect_gt(length(answers[[name]]), 0)
    }
}

# Rows that hold every pair of choices at least once, taken greedily from all.
grid_pairs <- function(grid) {
    pairs <- utils::combn(length(grid), 2, simplify = FALSE)
    keys <- do.call(cbind, lapply(pairs, function(pair) {
        paste(pair[1], grid[[pair[1]]], pair[2], grid[[pair[2]]])
    }))
    open <- unique(as.vector(keys))
    chosen <- integer()
    while (length(open)) {
        new <- rowSums(matrix(keys %in% open, nrow(keys)))
        chosen <- c(chosen, which.max(new))
        open <- setdiff(open, keys[which.max(new), ])
    }
    grid[chosen, ]
}
