sce <- toy_sce(20, per_batch = 30)
model <- quick_train(sce, batch = "batch")
without_cuda <- !scvigor:::runtime_info()$cuda

test_that("the CPU and \"auto\" give the same where there is no GPU", {
    skip_if_not(without_cuda, "there is a CUDA device")
    on_cpu <- quick_train(sce, batch = "batch", accelerator = "cpu")
    expect_identical(modelWeights(on_cpu), modelWeights(model))
    for (verb in list(latentRepresentation, normalizedExpression,
                      likelihoodParameters, posteriorPredictiveSample,
                      latentLibrarySize, featureCorrelation)) {
        expect_identical(verb(model, seed = 1, accelerator = "cpu"),
                         verb(model, seed = 1))
    }
    for (verb in list(elbo, reconstructionError)) {
        expect_identical(verb(model, sce, seed = 1, accelerator = "cpu"),
                         verb(model, sce, seed = 1))
    }
})

test_that("a missing GPU is an error that names the argument", {
    skip_if_not(without_cuda, "there is a CUDA device")
    expect_no_card <- function(object) {
        expect_argument_error(object, "accelerator", "no CUDA device")
    }
    expect_no_card(quick_train(sce, accelerator = "cuda"))
    for (verb in list(latentRepresentation, normalizedExpression,
                      likelihoodParameters, posteriorPredictiveSample,
                      latentLibrarySize, featureCorrelation)) {
        expect_no_card(verb(model, accelerator = "cuda"))
    }
    for (verb in list(elbo, reconstructionError, marginalLogLik)) {
        expect_no_card(verb(model, sce, accelerator = "cuda"))
    }
    expect_no_card(differentialAbundance(model, sample = "batch",
                                         accelerator = "cuda"))
    expect_no_card(normalizedExpression(model, n_samples_overall = 2,
                                        accelerator = "cuda"))
    # and the model is as good as before
    expect_identical(latentRepresentation(model),
                     latentRepresentation(model, accelerator = "cpu"))
})

test_that("other words are errors that list the choices", {
    for (bad in list("gpu", 1, NA, c("cpu", "cuda"), NULL)) {
        expect_argument_error(
            latentRepresentation(model, accelerator = bad), "accelerator"
        )
    }
    expect_argument_error(
        quick_train(sce, accelerator = "gpu"), "accelerator",
        "\"auto\", \"cpu\", \"cuda\""
    )
})

test_that("a model does not depend on where it was trained", {
    expect_false(any(grepl("accelerator|cuda|cpu", names(c(
        modelOptions(model), trainOptions(model), scvigor:::.run(model)
    )))))
})
