sce <- toy_sce(20, per_batch = 40)
model <- quick_train(
    sce, batch = "batch", labels = "labels", categorical_covariates = "cat1",
    continuous_covariates = "cont1", size_factor = "size_factor"
)

# Changes one slot and asks several verbs and validObject().
expect_invalid <- function(changed, regexp) {
    verbs <- list(
        latentRepresentation, modelRegistry, trainingHistory,
        function(model) normalizedExpression(model, subset.row = 1),
        function(model) elbo(model, sce),
        function(model) saveSCVI(model, tempfile(fileext = ".h5")),
        function(model) continueTraining(model, sce, 1, verbose = FALSE)
    )
    for (verb in verbs) {
        expect_argument_error(verb(changed), "object", regexp)
    }
    expect_error(methods::validObject(changed), regexp)
    expect_silent(capture.output(print(changed)))
}

with_slot <- function(name, change) {
    changed <- model
    slot(changed, name) <- change(slot(model, name))
    changed
}

in_list <- function(name, change) {
    function(value) {
        value[[name]] <- change(value[[name]])
        value
    }
}

first <- function(n) function(value) head(value, n)

test_that("models of every origin are valid", {
    expect_true(methods::validObject(model))
    expect_true(methods::validObject(unminify(model)))
    expect_true(methods::validObject(quick_train(sce)))
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    expect_true(methods::validObject(loadSCVI(file)))
    folder <- withr::local_tempdir()
    exportScviTools(quick_train(sce, batch = "batch"), folder)
    expect_true(methods::validObject(importScviTools(folder)))
    expect_true(methods::validObject(importScviTools(folder, sce)))
    expect_true(methods::validObject(minify(model, sce[, 1:30])))
    query <- sce
    query$batch <- "new"
    expect_true(methods::validObject(loadQuery(query, model, seed = 1)))
})

test_that("B40 a slot that does not fit is named, with what was expected", {
    posterior <- "slot `posterior` has a `mean` of 79 x 5, .* 80 x 5"
    expect_invalid(
        with_slot("posterior", function(posterior) {
            lapply(posterior, head, 79)
        }), posterior
    )
    expect_invalid(with_slot("posterior", in_list("mean", first(79))),
                   posterior)
    expect_invalid(
        with_slot("posterior", in_list("var", function(var) var[, -1])),
        "`var` of 80 x 4, .* 80 x 5"
    )
    expect_invalid(with_slot("genes", first(19)),
                   "slot `genes` has length 19, expected is 20")
    expect_invalid(with_slot("log_library", first(79)),
                   "slot `log_library` has length 79, expected is 80")
    expect_invalid(with_slot("cells", first(79)),
                   "slot `cells` has length 79, expected is 80")
    for (field in c("batch", "labels", "size_factor")) {
        expect_invalid(with_slot("codes", in_list(field, first(79))),
                       paste0("slot `codes` has a `", field, "` of 79"))
    }
    for (field in c("categorical", "continuous")) {
        expect_invalid(with_slot("codes", in_list(field, first(79))),
                       paste0("`", field, "` of 79 x 1, expected is 80 x 1"))
    }
})

test_that("values out of their range are found", {
    set <- function(to) {
        function(value) {
            value[1] <- to
            value
        }
    }
    expect_invalid(with_slot("codes", in_list("batch", set(2L))),
                   "codes of `batch` from 0 to 1")
    expect_invalid(with_slot("codes", in_list("categorical", set(NA))),
                   "codes of `categorical` from 0 to")
    expect_invalid(with_slot("codes", in_list("continuous", set(Inf))),
                   "`continuous` that are not finite")
    expect_invalid(with_slot("codes", in_list("size_factor", set(0))),
                   "not finite and positive")
    expect_invalid(with_slot("split", in_list("train", set(81L))),
                   "positions from 1 to 80")
    expect_invalid(with_slot("genes", set(NA)), "missing values")
    expect_invalid(with_slot("genes", set("gene_2")), "duplicated names")
    expect_invalid(with_slot("options", in_list("n_latent", set(NA))),
                   "whole number `n_latent`")
    expect_invalid(
        with_slot("registry", in_list("batch", in_list("levels", first(1)))),
        "n_batch = 1, but `options\\$n_batch` is 2"
    )
    expect_invalid(with_slot("weights", set("a")), "numeric arrays")
})

test_that("weights that do not fit the options are found", {
    name <- "z_encoder.mean_encoder.weight"
    for (changed in list(
        with_slot("weights", in_list(name, function(weight) weight[, -1])),
        with_slot("weights", function(weights) {
            weights[setdiff(names(weights), name)]
        })
    )) {
        expect_argument_error(latentRepresentation(changed, sce), "object",
                              "slots `options` and `weights`.*mean_encoder")
        expect_error(methods::validObject(changed), "mean_encoder")
    }
    expect_argument_error(
        elbo(with_slot("options", in_list("n_hidden", function(n) 17)), sce),
        "object", "slots `options` and `weights`"
    )
})

test_that("a model in an object is checked too", {
    object <- quick_run(sce, batch = "batch")
    changed <- scviModel(object)
    slot(changed, "log_library") <- slot(changed, "log_library")[-1]
    S4Vectors::metadata(object)$scvigor$scVI <- changed
    expect_argument_error(normalizedExpression(object), "object",
                          "slot `log_library`")
})

test_that("changed weights and options never meet a handle of others", {
    before <- latentRepresentation(model, sce)
    name <- "z_encoder.mean_encoder.bias"
    shifted <- with_slot("weights", in_list(name, function(bias) bias + 1))
    expect_equal(latentRepresentation(shifted, sce), before + 1,
                 tolerance = 1e-5)
    # a copy shares the cache with its original
    expect_identical(latentRepresentation(model, sce), before)
    expect_equal(latentRepresentation(shifted, sce), before + 1,
                 tolerance = 1e-5)
    plain <- with_slot("options", in_list("log_variational",
                                          function(log) FALSE))
    expect_false(isTRUE(all.equal(latentRepresentation(plain, sce), before)))
    # a whole model trained again, in place
    again <- model
    slot(again, "weights") <- modelWeights(quick_train(
        sce, batch = "batch", labels = "labels",
        categorical_covariates = "cat1", continuous_covariates = "cont1",
        size_factor = "size_factor", seed = 2
    ))
    expect_false(isTRUE(all.equal(latentRepresentation(again, sce), before)))
    expect_identical(latentRepresentation(model, sce), before)
})

test_that("an unchanged model keeps its handle, and saveRDS() writes it once", {
    latentRepresentation(model, sce)
    pointer <- slot(model, "cache")$pointer
    elbo(model, sce)
    copy <- initialize(model, run = slot(model, "run"))
    latentRepresentation(copy, sce)
    expect_identical(slot(model, "cache")$pointer, pointer)
    fresh <- model
    slot(fresh, "cache") <- scvigor:::.new_cache()
    expect_equal(length(serialize(model, NULL)), length(serialize(fresh, NULL)),
                 tolerance = 0.01)
})

test_that("values that are not finite are found, in any slot", {
    expect_invalid <- function(x, regexp) {
        expect_argument_error(latentRepresentation(x, sce), "object", regexp)
        expect_argument_error(normalizedExpression(x, sce), "object", regexp)
        expect_error(validObject(x), regexp)
        expect_match(utils::capture.output(show(x))[1], "not valid|trained")
    }
    with_first <- function(slot, element, value) {
        x <- model
        slot(x, "cache") <- scvigor:::.new_cache()
        content <- slot(x, slot)
        content[[element]][1] <- value
        slot(x, slot) <- content
        x
    }
    for (value in c(NaN, NA, Inf)) {
        expect_invalid(with_first("posterior", "mean", value), "`mean`")
        expect_invalid(with_first("posterior", "var", value), "`var`")
        weight <- names(slot(model, "weights"))[1]
        expect_invalid(with_first("weights", weight, value), "`weights`")
    }
    expect_invalid(with_first("posterior", "var", -1), "negative")
    expect_invalid(with_first("log_library", 1, NaN), "`log_library`")
})

test_that("slots of another type, or none, are named", {
    for (name in setdiff(slotNames("SCVIModel"), "cache")) {
        for (value in list(NULL, mean, quote(x))) {
            x <- model
            attr(x, name) <- value
            expect_argument_error(latentRepresentation(x, sce), "object",
                                  paste0("`", name, "`"))
            expect_output(show(x), paste0("not valid.*`", name, "`"))
        }
    }
    for (field in c("batch", "labels", "categorical", "size_factor", "source")) {
        for (value in list(1, "a", mean)) {
            x <- model
            registry <- slot(x, "registry")
            registry[[field]] <- value
            attr(x, "registry") <- registry
            expect_argument_error(elbo(x, sce), "object",
                                  paste0("`registry`.*`", field, "`"))
        }
    }
})
