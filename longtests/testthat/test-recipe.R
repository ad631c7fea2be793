# recipe = "fast" on whatever models and data there are: its learning rate is
# large.

random_configuration <- function(seed) {
    withr::with_seed(seed, {
        one_of <- function(...) sample(list(...), 1)[[1]]
        list(
            n_hidden = one_of(8, 32, 128, 256), n_latent = one_of(2, 10, 30),
            n_layers = one_of(1, 1, 2, 3),
            dropout_rate = one_of(0, 0.1, 0.3),
            gene_likelihood = one_of("zinb", "nb", "poisson", "normal"),
            dispersion = one_of("gene", "gene-batch", "gene-cell"),
            latent_distribution = one_of("normal", "ln"),
            use_observed_lib_size = one_of(TRUE, TRUE, FALSE),
            encode_covariates = one_of(TRUE, FALSE),
            use_batch_norm = one_of("both", "both", "none", "encoder"),
            use_layer_norm = one_of("none", "none", "both"),
            batch_representation = one_of("one-hot", "embedding"),
            batch_size = one_of(32, 64, 128, 512)
        )
    })
}

# Real cells; few genes; counts that span six orders of magnitude.
recipe_data <- function() {
    cells <- exampleIFNB()
    n <- ncol(cells)
    wide <- withr::with_seed(1, matrix(
        rnbinom(200 * n, mu = exp(runif(200 * n, -5, 9)), size = 0.5), 200
    ))
    list(
        real = SummarizedExperiment::assay(cells),
        few = SummarizedExperiment::assay(cells)[1:30, ],
        wide = wide
    )
}

test_that("fifty random models train without a number that is not finite", {
    data <- recipe_data()
    batch <- exampleIFNB()$stimulus
    for (seed in seq_len(50)) {
        configuration <- random_configuration(seed)
        counts <- data[[seed %% 3 + 1]]
        used <- Matrix::colSums(counts) > 0
        model <- do.call(trainSCVI, c(
            list(counts[, used], batch = batch[used], recipe = "fast",
                 max_epochs = 12, seed = seed, verbose = FALSE),
            configuration
        ))
        info <- paste(names(configuration), configuration, collapse = ", ")
        history <- trainingHistory(model)
        expect_true(all(is.finite(history$elbo_train)), info = info)
        expect_true(
            all(is.finite(latentRepresentation(model))), info = info
        )
        expect_lt(
            min(history$elbo_validation, na.rm = TRUE),
            history$elbo_validation[1] + 1, label = info
        )
    }
})

test_that("few and many cells both stop by themselves", {
    for (n in c(1000, 100000)) {
        sce <- toy_sce(50, per_batch = n / 2)
        model <- trainSCVI(
            sce, batch = "batch", recipe = "fast", seed = 1, verbose = FALSE
        )
        history <- trainingHistory(model)
        expect_lte(nrow(history), 200)
        tail <- utils::tail(stats::na.omit(history$elbo_validation), 3)
        expect_lt(diff(range(tail)), 0.5)
    }
})
