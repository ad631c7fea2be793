#' Options and weights of a model
#'
#' `modelOptions()` gives the architecture and the generative model,
#' `trainOptions()` how it was trained, `modelWeights()` the weights
#' themselves.
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param name The name of the result in such an object, see [scviModel()].
#'
#' @return `modelOptions()` and `trainOptions()`: a named list, with the names
#'   and meanings of the arguments of [trainSCVI()], and what followed from
#'   the data (`n_genes`, `n_batch`, ...). `modelWeights()`: a named list of
#'   arrays, with the names and shapes of the tensors in scvi-tools.
#' @examples
#' model <- trainSCVI(exampleSCE(), max_epochs = 2, n_hidden = 16)
#' modelOptions(model)$n_latent
#' trainOptions(model)$max_epochs
#' names(modelWeights(model))
#' @export
modelOptions <- function(object, name = NULL) {
    .model_options(scviModel(object, name))
}

.set_generic("modelOptions", "object")

#' @rdname modelOptions
#' @export
trainOptions <- function(object, name = NULL) {
    .train_options(scviModel(object, name))
}

.set_generic("trainOptions", "object")

#' @rdname modelOptions
#' @export
modelWeights <- function(object, name = NULL) {
    .weights(scviModel(object, name))
}

.set_generic("modelWeights", "object")
