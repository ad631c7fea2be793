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
    .model_in(x, name)
}

.set_generic("scviModel", "x")

.model_in <- function(x, name) {
    UseMethod(".model_in")
}

.model_in.default <- function(x, name) {
    .stop_argument(
        "object", "There is no scVI model in an object of class ",
        class(x)[1], "; use trainSCVI() or runSCVI() to make one."
    )
}

.model_in.SCVIModel <- function(x, name) {
    .check_model(x)
}

.model_in.character <- function(x, name) {
    .read_model(.check_path(x, "object"))
}

.model_in.SummarizedExperiment <- function(x, name) {
    .check_model(.stored_models(x)[[.result_name(x, name)]])
}

.model_in.Seurat <- function(x, name) {
    .check_model(.stored_models(x)[[.result_name(x, name)]])
}
