#' Train scVI and add the latent space to an object
#'
#' Trains a model on the counts of a SingleCellExperiment or Seurat object,
#' with [trainSCVI()], and stores the latent coordinates of the cells where
#' clustering and UMAP look for them. Nothing else in the object changes.
#'
#' @param x A SummarizedExperiment, SingleCellExperiment or Seurat object.
#' @param ... Arguments of [trainSCVI()]: `batch`, `n_latent`, `max_epochs`,
#'   `seed` and so on.
#' @param name The name of the result. For Seurat also the key of the
#'   reduction: `"scvi"` has columns `scvi_1`, `scvi_2` ...
#'
#' @return The object, for a SummarizedExperiment as SingleCellExperiment,
#'   with the latent space as reduced dimension `name` (columns `scVI_1`,
#'   `scVI_2` ...). The model stays with it and is used by all verbs that are
#'   given the object; [scviModel()] takes it out.
#' @seealso [trainSCVI()], [latentRepresentation()]
#' @examples
#' sce <- runSCVI(
#'     exampleSCE(), batch = "batch", max_epochs = 5, n_hidden = 32
#' )
#' SingleCellExperiment::reducedDim(sce, "scVI")[1:3, 1:3]
#' elbo(sce)
#' @export
runSCVI <- function(x, ...) {
    UseMethod("runSCVI")
}

#' @export
runSCVI.default <- function(x, ...) {
    .stop_argument(
        "x", "`x` must be a SummarizedExperiment, a SingleCellExperiment or ",
        "a Seurat object, not ", class(x)[1], "; for a matrix use ",
        "trainSCVI()."
    )
}

#' @rdname runSCVI
#' @export
runSCVI.SummarizedExperiment <- function(x, ..., name = "scVI") {
    .check_name(name, "name")
    if (!is(x, "SingleCellExperiment")) {
        x <- as(x, "SingleCellExperiment")
    }
    .check_train_dots(...)
    .check_can_store(x, name)
    # The names of an object whose assays are not valid cannot be read; what is
    # wrong with the assays is said when they are.
    known <- tryCatch(reducedDimNames(x), error = function(error) NULL)
    .warn_replaced(name, known, "reduced dimension")
    .add_result(x, trainSCVI(x, ...), name)
}

#' @rdname runSCVI
#' @export
runSCVI.Seurat <- function(x, ..., name = "scvi") {
    .check_name(name, "name")
    .check_train_dots(...)
    .check_can_store(x, name)
    .warn_replaced(name, SeuratObject::Reductions(x), "reduction")
    .add_result(x, trainSCVI(x, ...), name)
}

# The checks of trainSCVI(), with `name` as a known argument.
.check_train_dots <- function(...) {
    known <- setdiff(names(formals(trainSCVI)), "...")
    unknown <- setdiff(names(list(...)), c(known, ""))
    if (length(unknown)) {
        .stop_argument(
            unknown[1], "There is no argument `", unknown[1], "`",
            .argument_hint(unknown[1], c(known, "name"))
        )
    }
}

.warn_replaced <- function(name, known, what) {
    if (name %in% known) {
        .warn(
            "The object has a ", what, " \"", name, "\" already; it is ",
            "replaced. Give another `name` to keep both."
        )
    }
}
