#' The scVI model behind an object
#'
#' [runSCVI()] keeps the model with its result. This function reaches it.
#'
#' @param x A model (returned as it is), or a SingleCellExperiment or Seurat
#'   object that [runSCVI()] returned.
#' @param name The name of the result, as given to [runSCVI()]. May be left
#'   out when the object has one model, or one under the default name.
#' @param ... Not used.
#'
#' @return The [SCVIModel-class].
#' @examples
#' sce <- runSCVI(exampleSCE(), max_epochs = 2, n_hidden = 16)
#' scviModel(sce)
#' @export
scviModel <- function(x, name = NULL, ...) {
    UseMethod("scviModel")
}

#' @export
scviModel.default <- function(x, name = NULL, ...) {
    .stop_argument(
        "object", "There is no scVI model in an object of class ",
        class(x)[1], "; use trainSCVI() or runSCVI() to make one."
    )
}

#' @export
scviModel.SCVIModel <- function(x, name = NULL, ...) {
    x
}

#' @export
scviModel.SummarizedExperiment <- function(x, name = NULL, ...) {
    .pick_model(metadata(x)[["scvigor"]], name, default = "scVI")
}

#' @export
scviModel.Seurat <- function(x, name = NULL, ...) {
    reductions <- SeuratObject::Reductions(x)
    models <- lapply(reductions, function(reduction) {
        SeuratObject::Misc(x[[reduction]], slot = "model")
    })
    names(models) <- reductions
    models <- Filter(function(model) is(model, "SCVIModel"), models)
    .pick_model(models, name, default = "scvi")
}

.pick_model <- function(models, name, default) {
    if (!length(models)) {
        .stop_argument(
            "object", "The object has no scVI model; use runSCVI() to train ",
            "one on it, or give the model itself."
        )
    }
    if (is.null(name)) {
        name <- if (length(models) == 1) names(models) else default
    }
    if (!isTRUE(name %in% names(models))) {
        .stop_argument(
            "name", "The object has no scVI model \"", name, "\"; there ",
            .there_are(names(models)), "."
        )
    }
    models[[name]]
}
