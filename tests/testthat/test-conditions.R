test_that("errors of the core carry their class and argument", {
    error <- tryCatch(
        scvigor:::default_max_epochs("many"), error = identity
    )
    expect_s3_class(error, "error")
    error <- tryCatch(
        scvigor:::summarize_counts(list(), 1),
        scvigor_error = identity
    )
    expect_s3_class(error, "scvigor_argument_error")
    expect_identical(error$argument, "x")
})

test_that("hints name the nearest argument, or none", {
    hint <- scvigor:::.did_you_mean
    expect_identical(hint("n_laten", c("n_latent", "n_layers")),
                     "; did you mean `n_latent`?")
    expect_identical(hint("zzzzz", c("n_latent", "n_layers")), ".")
})

test_that("RB05 warnings and messages can be caught by class", {
    expect_warning(scvigor:::.warn("careful"), class = "scvigor_warning")
    expect_message(scvigor:::.inform("note"), class = "scvigor_message")
})

test_that("weights keep torch's order of elements in R's arrays", {
    # row-major in the core, column-major in R: a round trip is exact
    model <- quick_train(toy_counts(10, 50))
    weights <- modelWeights(model)
    weights$px_r[] <- seq_len(10)
    handle <- scvigor:::model_from_state(modelOptions(model), weights)
    expect_false(scvigor:::is_null_pointer(handle))
    expect_error(
        scvigor:::model_from_state(modelOptions(model), weights[-1]),
        class = "scvigor_argument_error"
    )
})

test_that("the citation is that of the model", {
    cited <- citation("scvigor")
    expect_match(format(cited, style = "text"), "Lopez", all = FALSE)
    expect_match(format(cited, style = "text"), "1053", all = FALSE)
})
