# Settings of the verbs, as settings.R does it for training.

sys.source(file.path(here, "odd_values.R"), environment())
sce <- toy_sce(12, 2, 20)
model <- quick_train(sce, batch = "batch", n_hidden = 8)
object <- quick_run(sce, batch = "batch")
query_cells <- toy_sce(12, 3, 20, seed = 3)[, 41:60]
check <- posteriorPredictiveCheck(model, sce, n_samples = 2, seed = 1)
de <- differentialExpression(
    model, sce, groups = "batch", n_samples_overall = 50, seed = 1
)
not_tried <- c("object", "x", "...", "reference", "check", "de", "reference_data")

# The arguments that a call needs, or that make it quick.
verbs <- list(
    latentRepresentation = list(model, sce, seed = 1),
    elbo = list(model, sce, seed = 1),
    reconstructionError = list(model, sce, seed = 1),
    marginalLogLik = list(model, sce, n_mc_samples = 2, seed = 1),
    latentLibrarySize = list(model, sce, seed = 1),
    normalizedExpression = list(model, sce, seed = 1),
    likelihoodParameters = list(model, sce, seed = 1),
    posteriorPredictiveSample = list(model, sce, seed = 1),
    featureCorrelation = list(model, sce, n_samples = 2, seed = 1),
    batchRepresentation = list(model, sce),
    posteriorPredictiveCheck = list(model, sce, n_samples = 2, seed = 1),
    differentialAbundance = list(model, sce, sample = "batch", seed = 1),
    differentialExpression = list(model, sce, groups = "batch",
                                  n_samples_overall = 50, seed = 1),
    transferLabels = list(model, model, labels = rep(c("a", "b"), 20), k = 3),
    continueTraining = list(model, sce, max_epochs = 1, seed = 1,
                            verbose = FALSE),
    loadQuery = list(query_cells, model, seed = 1),
    mapQuery = list(query_cells, object, max_epochs = 1, seed = 1,
                    verbose = FALSE),
    minify = list(object), unminify = list(model), isMinified = list(object),
    runSCVI = list(sce, max_epochs = 1, n_hidden = 8, seed = 1,
                   verbose = FALSE),
    scviModel = list(object), modelOptions = list(object),
    modelSetup = list(object), modelRegistry = list(object),
    modelWeights = list(object), trainOptions = list(object),
    trainingHistory = list(object), trainingSplit = list(object),
    exampleSCE = list(n_genes = 20, n_cells = 20),
    calibrationError = list(check), zeroFraction = list(check),
    coefficientOfVariation = list(check),
    differentialExpressionCheck = list(check, groups = rep(c("a", "b"), 20)),
    plotPredictiveCheck = list(check), plotMarkers = list(de),
    plotVolcano = list(de), topMarkers = list(de)
)
add_verb <- function(verb) {
    base <- verbs[[verb]]
    known <- setdiff(names(formals(verb)), not_tried)
    make <- function(given) {
        given <- c(base[setdiff(seq_along(base), which(
            names(base) %in% names(given) & nzchar(names(base))
        ))], given)
        value <- do.call(verb, given, quote = TRUE)
        if (inherits(value, "ggplot")) as.list(value$labels) else value
    }
    # what runs for as long as one asks for; and what is not used, or a path
    billions <- c("2^53", "3e9")
    skip <- list(n_samples = billions, n_mc_samples = billions,
                 max_epochs = billions, checkpoint = "bytes",
                 reference_name = names(odd))
    if (verb %in% c("latentRepresentation", "latentLibrarySize",
                    "differentialAbundance")) {
        skip$seed <- names(odd)
    }
    add_settings(verb, make, known, function(value, argument, given) TRUE,
                 skip = skip)
}
for (verb in names(verbs)) add_verb(verb)

# What a verb's first argument and its data are.
whats <- list(
    `NULL` = NULL, `NA` = NA, number = 1, text = "a", list = list(),
    `function` = mean, matrix = matrix(1), frame = data.frame(a = 1),
    factor = factor("a"), environment = new.env(), raw = as.raw(1),
    `list of 1` = list(1), none = character(), SCE = sce, S4 = new("numeric")
)
for (verb in names(verbs)) for (what in names(whats)) local({
    base <- verbs[[verb]]
    value <- whats[[what]]
    verb <- verb
    given <- base
    if (verb == "exampleSCE" || (verb == "runSCVI" && what == "SCE")) {
        return()
    }
    given[1] <- list(value)
    bad(paste(verb, "of", what), do.call(verb, given, quote = TRUE))
    if (length(base) > 1 && is(base[[2]], "SingleCellExperiment") &&
        !what %in% c("NULL", "SCE")) {
        given <- base
        given[2] <- list(value)
        bad(paste(verb, "with x =", what), do.call(verb, given, quote = TRUE))
    }
})
