# A container of another package that joins by methods of its own.
methods::setClass(
    "Shelf", slots = c(sce = "SingleCellExperiment"),
    where = environment()
)
shelf_method <- function(verb, signature, definition) {
    methods::setMethod(verb, signature, definition)
    withr::defer_parent(methods::removeMethod(verb, signature))
}

verbs <- setdiff(getNamespaceExports("scvigor"), c(
    # these make or read something, or are another package's hook
    "exampleIFNB", "exampleSCE", "scviInfo", "importScviTools", "loadSCVI",
    "readCounts", "packCounts", "scVIIntegration", "modelSetup", "SCVIParam",
    # of other packages
    "as.matrix", "dim", "dimnames", "dimnames<-", "loadings", "show", "["
))
verbs <- grep("^[.]", verbs, value = TRUE, invert = TRUE)

test_that("verbs are generics whose arguments are those of their methods", {
    expect_gt(length(verbs), 40)
    for (verb in verbs) {
        generic <- getExportedValue("scvigor", verb)
        expect_s4_class(generic, "genericFunction")
        method <- methods::selectMethod(verb, "ANY")
        expect_identical(formals(method), formals(generic), info = verb)
    }
})

test_that("TAB completes the arguments of verbs", {
    complete <- function(line) {
        utils:::.assignLinebuffer(line)
        utils:::.assignEnd(nchar(line))
        utils:::.guessTokenFromLine()
        utils:::.completeToken()
        utils:::.retrieveCompletions()
    }
    expect_true("n_latent=" %in% complete("runSCVI(sce, n_la"))
    expect_true("max_epochs=" %in% complete("mapQuery(x, max_"))
    expect_true("gene_likelihood=" %in% complete("trainSCVI(x, gene_l"))
    expect_true("transform_batch=" %in%
                    complete("normalizedExpression(model, transf"))
    expect_true("reference=" %in% complete("transferLabels(x, ref"))
})

test_that("a container joins by a method for its class", {
    shelf <- methods::new("Shelf", sce = toy_sce(8, per_batch = 20))
    expect_argument_error(
        trainSCVI(shelf, max_epochs = 1), "x", "Shelf"
    )
    shelf_method("trainSCVI", "Shelf", function(x, ...) {
        x <- x@sce
        callGeneric()
    })
    train <- function(x) {
        trainSCVI(x, batch = "batch", max_epochs = 1, n_hidden = 8, seed = 1,
                  plan_kwargs = list(lr = 0.01), verbose = FALSE)
    }
    model <- train(shelf@sce)
    expect_identical(modelWeights(train(shelf)), modelWeights(model))
    # as new cells of a model
    shelf_method(
        "latentRepresentation", methods::signature("SCVIModel", "Shelf"),
        function(object, x, ...) {
            x <- x@sce
            callGeneric()
        }
    )
    expect_identical(
        latentRepresentation(model, shelf, subset.col = 1:3),
        latentRepresentation(model, shelf@sce, subset.col = 1:3)
    )
})

test_that("an error in an argument keeps its class and message", {
    expect_argument_error(
        latentRepresentation(trainSCVI(1)), "x", "^`x` must be a matrix"
    )
    expect_argument_error(trainSCVI(), "x", "Give the counts")
    expect_argument_error(runSCVI(), "x", "Give the object")
})
