#' Export a model to scvi-tools
#'
#' Writes a model for scvi-tools in Python, where
#' `scvi.model.SCVI.load(dir, adata)` reads it and gives the same latent space
#' and expression. A model with `decoder = "linear"` becomes a LinearSCVI. No
#' Python is needed to write it.
#'
#' In Python, `adata` must have the model's genes, in the model's order, and in
#' `adata.obs` the columns that the model was trained with, under the same
#' names. A covariate that was given by value has the name of its argument
#' (`batch`, `labels`, `size_factor`) or of its column in the table; a message
#' says so. Levels are sorted in the file, as scvi-tools has them.
#'
#' scvi-tools computes in single precision: of a model with `precision =
#' "float64"` it keeps seven digits. It has no linear decoder with covariates
#' other than batches, with a dispersion by label or cell, or with covariates
#' in the encoder; such a model is an error.
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param dir The folder to write to; it is made if it does not exist.
#' @param overwrite TRUE: a model that is in the folder may be replaced.
#'   Default FALSE. The file is written as a whole or not at all.
#' @param prefix What the name of the file begins with. NULL (default): the
#'   file is `model.pt`.
#' @param layer The layer of `adata` that will hold the counts. NULL (default):
#'   `adata.X`, or what an imported model used.
#' @param name The name of the result in `object`, see [scviModel()].
#'
#' @return The path of the file, invisibly.
#' @seealso [importScviTools()]
#' @examples
#' model <- trainSCVI(
#'     exampleSCE(), batch = "batch", max_epochs = 2, n_hidden = 16
#' )
#' folder <- tempfile()
#' exportScviTools(model, folder)
#' list.files(folder)
#' @export
exportScviTools <- function(object, dir, overwrite = FALSE, prefix = NULL,
                            layer = NULL, name = NULL) {
    .check_not_missing(missing(dir), "dir", "the folder to write to")
    model <- scviModel(object, name)
    .inform_untrained(model)
    folder <- .check_path(dir, "dir", "folder")
    .check_flag(overwrite, "overwrite")
    if (!is.null(layer)) {
        .check_name(layer, "layer")
    }
    file <- .in_folder(folder, paste0(.file_prefix(prefix), "model.pt"))
    if (file.exists(file) && !overwrite) {
        .stop_argument(
            "overwrite", "There is a model in \"", dir, "\" already; choose ",
            "another folder, or replace it with `overwrite = TRUE`."
        )
    }
    content <- .exported_model(model, layer)
    .make_folder(folder)
    write_scvi_tools(content, file)
    invisible(file)
}

.set_generic("exportScviTools", "object")

.make_folder <- function(folder) {
    made <- dir.exists(folder) ||
        dir.create(folder, showWarnings = FALSE, recursive = TRUE)
    if (!made) {
        .stop_argument(
            "dir", "The folder \"", folder, "\" cannot be made",
            if (file.exists(folder)) ": a file has that name",
            ". Give another path, in a folder that you may write to."
        )
    }
}

.exported_model <- function(model, layer) {
    list(
        options = .model_options(model), state = .weights(model),
        genes = .genes(model),
        registry = .exported_registry(.registry(model), layer),
        n_cells = .n_trained_cells(model), is_trained = TRUE,
        split = .split(model),
        history = lapply(as.list(.history(model)), as.double)
    )
}

.exported_registry <- function(registry, layer) {
    unnamed <- character()
    column_of <- function(entry, name) {
        if (is.null(entry$column)) {
            unnamed <<- c(unnamed, name)
            return(name)
        }
        entry$column
    }
    category <- function(entry, name) {
        if (length(entry)) {
            list(column = column_of(entry, name), levels = entry$levels,
                 type = .exported_type(entry))
        }
    }
    exported <- list(
        batch = category(registry$batch, "batch"),
        labels = category(registry$labels, "labels"),
        categorical = unname(Map(
            category, registry$categorical, names(registry$categorical)
        )),
        continuous = as.character(mapply(
            column_of, registry$continuous, names(registry$continuous)
        )),
        size_factor = if (length(registry$size_factor)) {
            column_of(registry$size_factor, "size_factor")
        },
        layer = if (is.null(layer)) registry$layer else layer
    )
    if (length(unnamed)) {
        .inform(
            "In Python, `adata.obs` must have the columns ",
            .quote_first(unnamed), ", which were given by value here."
        )
    }
    exported
}

# Numbers that are whole are whole numbers in Python, whatever they were here.
.exported_type <- function(entry) {
    type <- if (is.null(entry$type)) "character" else entry$type
    is_whole <- type == "double" && all(grepl("^-?[0-9]+$", entry$levels))
    if (is_whole) "integer" else type
}
