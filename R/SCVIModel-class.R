#' A trained scVI model
#'
#' What [trainSCVI()] returns. It holds everything that the model has learned
#' as plain R values, so that `saveRDS()`, parallel workers and caches work as
#' for any other object; a forked worker, as of `parallel::mclapply()`, computes
#' on one thread. A model holds no counts: what depends on the training cells
#' alone is computed from their stored posterior, all else takes the counts as
#' `x`.
#'
#' @slot options A list: the architecture and the generative model, see
#'   [modelOptions()].
#' @slot train_options A list: how the weights were found.
#' @slot weights A named list of arrays, see [modelWeights()].
#' @slot genes Gene names, in the model's order.
#' @slot cells Names of the training cells, or none.
#' @slot registry A list: where each covariate came from, and its levels.
#' @slot codes A list: the covariates of the training cells, as codes.
#' @slot split A list: which cells were for training, validation and test.
#' @slot history A DataFrame, see [trainingHistory()].
#' @slot posterior A list: mean and variance of the latent variables of every
#'   training cell.
#' @slot log_library Log total counts of the training cells.
#' @slot run A list: seed, epochs, why training stopped, seconds, version.
#' @slot cache An environment: the C++ handle, rebuilt when it is missing.
#'
#' @return `show()` prints the model and returns NULL, invisibly.
#' @seealso [trainSCVI()], [latentRepresentation()], [normalizedExpression()]
#' @examples
#' counts <- SummarizedExperiment::assay(exampleSCE())
#' model <- trainSCVI(counts, max_epochs = 2, n_hidden = 16)
#' model
#' @name SCVIModel-class
#' @exportClass SCVIModel
setClass("SCVIModel", slots = c(
    options = "list", train_options = "list", weights = "list",
    genes = "character", cells = "character", registry = "list",
    codes = "list", split = "list", history = "DataFrame",
    posterior = "list", log_library = "numeric", run = "list",
    cache = "environment"
))

# Readers of the slots: nothing else reaches into the object.
.model_options <- function(model) model@options
.train_options <- function(model) model@train_options
.weights <- function(model) model@weights
.genes <- function(model) model@genes
.registry <- function(model) model@registry
.codes <- function(model) model@codes
.split <- function(model) model@split
.history <- function(model) model@history
.posterior <- function(model) model@posterior
.log_library <- function(model) model@log_library
.run <- function(model) model@run
.cache <- function(model) model@cache
.cell_names <- function(model) {
    if (length(model@cells)) model@cells else NULL
}

.slot_list <- function(model, names) {
    sapply(names, slot, object = model, simplify = FALSE)
}

# All that a model is made of, as plain data, and the model that is made of
# it: what is written to files. Slots that `parts` lacks stay empty.
.slots_of <- function(model) {
    parts <- .slot_list(model, setdiff(slotNames("SCVIModel"), "cache"))
    parts$history <- as.list(parts$history)
    parts
}

.model_from_slots <- function(parts) {
    parts$history <- DataFrame(parts$history, check.names = FALSE)
    known <- intersect(slotNames("SCVIModel"), names(parts))
    do.call(new, c(
        "SCVIModel", parts[known], list(cache = .new_cache())
    ))
}

# The same model about other cells.
.with_cells <- function(model, cells, codes, split, posterior, log_library) {
    initialize(
        model, cells = cells, codes = codes, split = split,
        posterior = posterior, log_library = log_library
    )
}
