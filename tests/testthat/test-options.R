test_that("R's formals show the core's defaults", {
    formals <- as.list(formals(trainSCVI))
    defaults <- scvigor:::default_options()
    user_options <- setdiff(names(defaults$model), scvigor:::.data_options)
    for (name in user_options) {
        expect_equal(formals[[name]], defaults$model[[name]], info = name)
    }
    train_options <- setdiff(
        names(defaults$train), scvigor:::.freeze_options
    )
    for (name in train_options) {
        expect_true(name %in% names(formals), info = name)
        expect_equal(formals[[name]], defaults$train[[name]], info = name)
    }
})

test_that("every option of the core is an argument and the other way round", {
    known <- unlist(scvigor:::.option_names(), use.names = FALSE)
    other <- c(
        "x", scvigor:::.argument_of, "external_indexing", "plan_kwargs",
        "recipe", scvigor:::.weight_arguments,
        "checkpoint", "checkpoint_overwrite",
        "subset.row", scvigor:::.source_arguments, "cache", "seed",
        "num_threads", "accelerator", "verbose", "..."
    )
    expect_setequal(names(formals(trainSCVI)), c(known, other))
})

test_that("options reach the model as given", {
    model <- quick_train(
        toy_sce(20, per_batch = 50), gene_likelihood = "nb", n_layers = 2L,
        dropout_rate = 0.2, use_batch_norm = "none", use_layer_norm = "both"
    )
    options <- modelOptions(model)
    expect_identical(options$gene_likelihood, "nb")
    expect_equal(options$n_layers, 2)
    expect_equal(options$dropout_rate, 0.2)
    expect_identical(options$use_layer_norm, "both")
    expect_equal(options$n_genes, 20)
    expect_equal(trainOptions(model)$max_epochs, 1)
})

test_that("'negative_binomial' is another word for 'nb'", {
    model <- quick_train(
        toy_sce(20, per_batch = 50), gene_likelihood = "negative_binomial"
    )
    expect_identical(modelOptions(model)$gene_likelihood, "nb")
})

test_that("MC07 invalid choices list the valid ones", {
    sce <- toy_sce(10, per_batch = 20)
    wrong <- function(argument, choice) {
        arguments <- list(sce)
        arguments[[argument]] <- "nonsense"
        expect_argument_error(
            do.call(quick_train, arguments), argument, choice
        )
    }
    wrong("dispersion", "gene-batch")
    wrong("gene_likelihood", "zinb")
    wrong("latent_distribution", "ln")
    wrong("batch_representation", "embedding")
    wrong("use_batch_norm", "encoder")
})

test_that("values out of range name the argument", {
    sce <- toy_sce(10, per_batch = 20)
    expect_argument_error(quick_train(sce, n_latent = 0), "n_latent")
    expect_argument_error(quick_train(sce, n_hidden = -1), "n_hidden")
    expect_argument_error(quick_train(sce, n_layers = 1.5), "n_layers")
    expect_argument_error(quick_train(sce, dropout_rate = 1.5), "dropout_rate")
    expect_argument_error(quick_train(sce, train_size = 0), "train_size")
    expect_argument_error(quick_train(sce, train_size = 1.1), "train_size")
    expect_argument_error(quick_train(sce, batch_size = 0), "batch_size")
    expect_argument_error(quick_train(sce, max_epochs = 0), "max_epochs")
    expect_argument_error(quick_train(sce, lr = -1), "lr")
    expect_argument_error(quick_train(sce, seed = -1), "seed")
    expect_argument_error(quick_train(sce, num_threads = 0), "num_threads")
})

test_that("values of a wrong type name the argument", {
    sce <- toy_sce(10, per_batch = 20)
    expect_argument_error(quick_train(sce, n_latent = "5"), "n_latent")
    expect_argument_error(quick_train(sce, n_latent = c(5, 6)), "n_latent")
    expect_argument_error(quick_train(sce, n_latent = NA), "n_latent")
    expect_argument_error(quick_train(sce, lr = NULL), "lr")
    expect_argument_error(
        quick_train(sce, encode_covariates = "yes"), "encode_covariates"
    )
    expect_argument_error(quick_train(sce, dispersion = 1), "dispersion")
    expect_argument_error(trainSCVI(sce, verbose = NA), "verbose")
})

test_that("a misspelt argument is an error with a hint", {
    sce <- toy_sce(10, per_batch = 20)
    expect_argument_error(
        trainSCVI(sce, n_latnt = 3), "n_latnt", "did you mean `n_latent`"
    )
    expect_argument_error(
        runSCVI(sce, max_epoch5 = 3), "max_epoch5", "`max_epochs`"
    )
    expect_error(trainSCVI(sce, wombat = 3), "no argument `wombat`.?$")
})

test_that("TR18 training options as a list: an argument wins", {
    sce <- toy_sce(20, per_batch = 50)
    plan <- list(lr = 0.01, weight_decay = 0, n_epochs_kl_warmup = NULL)
    model <- quick_train(sce, plan_kwargs = plan, lr = 0.002)
    expect_equal(trainOptions(model)$lr, 0.002)
    expect_equal(trainOptions(model)$weight_decay, 0)
    expect_null(trainOptions(model)$n_epochs_kl_warmup)
    expect_argument_error(quick_train(sce, plan_kwargs = 0.01), "plan_kwargs")
    expect_argument_error(
        quick_train(sce, plan_kwargs = list(l_r = 0.01)), "plan_kwargs",
        "did you mean `lr`"
    )
    # scvi-tools passes what it does not know on; here nothing would use it
    expect_argument_error(
        quick_train(sce, plan_kwargs = list(wombat = 1)), "plan_kwargs",
        "no option `wombat`"
    )
})

test_that("options survive the way to the core and back", {
    defaults <- scvigor:::default_options()
    expect_silent(scvigor:::validate_options(defaults$model |>
        replace("n_genes", 10), defaults$train))
    expect_argument_error(
        scvigor:::validate_options(list(n_genes = 10, n_lats = 1), list()),
        "n_lats"
    )
})
