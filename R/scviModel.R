#' Get or set the scVI model of an object
#'
#' [runSCVI()] keeps the model with its result. `scviModel()` returns it, and
#' gives an object one that was made elsewhere.
#'
#' @param x A model (returned as it is), a SingleCellExperiment or Seurat
#'   object that [runSCVI()] returned, or the path of a file that [saveSCVI()]
#'   wrote.
#' @param name The name of the result, as given to [runSCVI()]. May be left
#'   out when the object has one model, or one under the default name.
#'
#' @return The [SCVIModel-class]; the replacement returns the object.
#' @examples
#' sce <- runSCVI(exampleSCE(), max_epochs = 2, n_hidden = 16)
#' model <- scviModel(sce)
#' model
#' # an object without one, of the same or of other cells
#' other <- exampleSCE()
#' scviModel(other, "given") <- model
#' SingleCellExperiment::reducedDimNames(other)
#' @export
scviModel <- function(x, name = NULL, ...) {
    .check_dots(list(...), c("x", "name"))
    if (!is.null(name)) {
        .check_name(name, "name")
    }
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
    .check_model(x)
}

#' @export
scviModel.character <- function(x, name = NULL, ...) {
    .read_model(.check_path(x, "object"))
}

#' @export
scviModel.SummarizedExperiment <- function(x, name = NULL, ...) {
    .check_model(.stored_models(x)[[.result_name(x, name)]])
}

#' @export
scviModel.Seurat <- function(x, name = NULL, ...) {
    .check_model(.stored_models(x)[[.result_name(x, name)]])
}
