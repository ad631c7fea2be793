#' @param ... For `scviModel()` not used. For the replacement, how to read the
#'   cells where that differs from training: `batch`, `assay.type` and so on, as
#'   in [latentRepresentation()].
#' @param value A model, the path of a saved one or the folder of a model of
#'   scvi-tools. NULL: the model and its latent space are taken away.
#' @details
#' `scviModel(x) <- model` gives an object a model that was loaded or imported:
#' the cells of `x` get their place in its latent space, the result is stored as
#' by [runSCVI()], and all verbs find the model. Nothing is trained: for batches
#' that the model does not know, see [mapQuery()].
#'
#' `cbind()` keeps the models of all objects. Where different models have the
#' same name, each is found under that name and a number (`"scVI.1"`); their
#' latent spaces have nothing in common, so that the joint reduced dimension of
#' that name means nothing.
#' @rdname scviModel
#' @export
`scviModel<-` <- function(x, name = NULL, ..., value) {
    .check_reading_arguments(list(...), c("x", "name", "value"))
    .replace_model(x, name, ..., value = value)
}

.set_generic("scviModel<-", "x")

.replace_model <- function(x, name, ..., value) {
    UseMethod(".replace_model")
}

.replace_model.default <- function(x, name, ..., value) {
    .stop_argument(
        "x", "A model can be given to a SummarizedExperiment, a ",
        "SingleCellExperiment or a Seurat object, not to ", class(x)[1], "."
    )
}

.replace_model.SummarizedExperiment <- function(x, name, ..., value) {
    if (!is(x, "SingleCellExperiment")) {
        x <- as(x, "SingleCellExperiment")
    }
    name <- .latent_name(x, name)
    if (is.null(value)) {
        .result_name(x, name)
        x <- .set_model(x, name, NULL)
        reducedDim(x, name) <- NULL
        return(x)
    }
    .attach_model(x, name, value, ...)
}

.replace_model.Seurat <- function(x, name, ..., value) {
    name <- .latent_name(x, name)
    if (is.null(value)) {
        x[[.result_name(x, name)]] <- NULL
        return(x)
    }
    .attach_model(x, name, value, ...)
}

.attach_model <- function(x, name, value, ...) {
    model <- tryCatch(
        .reference_model(value, NULL),
        scvigor_argument_error = function(error) {
            .stop_argument(
                "value", "The value must be a model, the path of a saved one ",
                "or an object with one: ",
                sub("^`reference`:? ", "", conditionMessage(error))
            )
        }
    )
    .check_can_store(x, name)
    if (!name %in% names(.stored_models(x))) {
        .warn_replaced(name, .latent_names(x), "result")
    }
    latent <- latentRepresentation(model, x = x, ..., seed = .run(model)$seed)
    own <- if (!...length()) .training_latent_of(model, x)
    .add_latent(x, model, if (is.null(own)) latent else own, name)
}

# The latent space as it was trained, if the cells of `x` are by their names and
# their counts those that the model was trained on; else NULL.
.training_latent_of <- function(model, x) {
    if (!.has_cells(model) || !identical(
        .mark_utf8(colnames(x)), .cell_names(model)
    )) {
        return(NULL)
    }
    latent <- .training_latent(model)
    source <- .registry(model)$source
    data <- do.call(.count_data, c(list(quote(x)), source))
    counts <- .match_model_genes(data, model)
    if (is.null(.other_counts(model, counts, seq_len(ncol(counts))))) latent
}
