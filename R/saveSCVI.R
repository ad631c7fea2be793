#' Save a model to a file, and load it
#'
#' `saveSCVI()` writes a model, with everything that it holds, into one HDF5
#' file, which other programs can read too. `loadSCVI()` gives it back:
#' weights, options, genes, levels of the covariates, history, split and the
#' latent posterior of the cells. `saveRDS()` keeps a model just as well; this
#' format is the one to publish and to keep for years.
#'
#' @section The file:
#' Its format has a version and is described in the file that
#' `system.file("format", "model-file.md", package = "scvigor")` names. Files
#' of older releases can be read. The file is written beside and then renamed:
#' after a crash, `path` still holds what it held before. What is damaged is
#' an error of class `scvigor_file_error`.
#'
#' Every function that takes a model takes the path of such a file too:
#' `modelRegistry("model.h5")` shows the covariates and levels of a model.
#'
#' @section Data:
#' A model keeps no counts. With `x`, `saveSCVI()` adds the counts of the
#' model's genes, and the covariates, to the file. They do not come back with
#' the model: [readCounts()] reads them from the same file.
#'
#' `loadSCVI()` takes data to see whether they suit the model. It is an error
#' when genes are missing, when there are others although the model was
#' trained on all genes of its data, or when batches or other covariates have
#' unknown levels. The model that comes back is about the cells of `x`: when
#' these are others than those it was saved with, their latent posterior is
#' computed, see [minify()].
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param path Path of the file, usually `.h5`.
#' @param x `saveSCVI()`: the data of the model's cells, to be stored too; a
#'   model without cells is saved as one about these. NULL (default): no counts
#'   in the file. `loadSCVI()`: data to check, in any form that [trainSCVI()]
#'   takes. NULL (default): the model as it was saved.
#' @param ... How to read `x`, as in [latentRepresentation()].
#' @param name The name of the result in `object`, see [scviModel()].
#' @param overwrite TRUE: replace a file that exists. FALSE (default): that is
#'   an error.
#'
#' @return `saveSCVI()`: the path, invisibly. `loadSCVI()`: an
#'   [SCVIModel-class], in memory, ready to compute on the CPU or on a
#'   GPU, wherever it was trained.
#' @seealso [minify()] for what a model keeps of its cells.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 2, n_hidden = 16)
#' file <- tempfile(fileext = ".h5")
#' saveSCVI(model, file)
#' again <- loadSCVI(file)
#' identical(latentRepresentation(again), latentRepresentation(model))
#' modelRegistry(file)
#'
#' # with the counts
#' saveSCVI(model, file, x = sce, overwrite = TRUE)
#' readCounts(file)
#' @export
saveSCVI <- function(object, path, x = NULL, ..., name = NULL,
                     overwrite = FALSE) {
    .check_flag(overwrite, "overwrite")
    .check_not_missing(missing(path), "path", "the path of the file to write")
    if (is.null(x)) {
        .check_dots(list(...), names(formals()))
    }
    path <- .check_file_to_write(path, overwrite)
    model <- scviModel(object, name)
    data <- NULL
    if (!is.null(x)) {
        model <- .with_training_cells(
            model, x, list(...), .compute_options(NULL, "auto")
        )
        data <- .data_for_file(model, x, list(...))
    }
    write_model_file(
        normalizePath(path, mustWork = FALSE),
        lapply(.slots_of(model), .pack_value), as.list(data),
        paste("scvigor", packageVersion("scvigor")), overwrite
    )
    invisible(path)
}

.set_generic("saveSCVI", c("object", "x"))

.check_file_to_write <- function(path, overwrite, argument = "path") {
    path <- .check_path(path, argument)
    if (dir.exists(path)) {
        .stop_argument(
            argument, "\"", path, "\" is a folder; `", argument, "` must name ",
            "a file in it, such as \"", .in_folder(path, "model.h5"), "\"."
        )
    }
    .check_folder(path, argument)
    if (file.exists(path) && !overwrite) {
        .stop_argument(
            argument, "\"", path, "\" exists already. Give another path, or ",
            "`overwrite = TRUE` to replace it."
        )
    }
    path
}

# Counts and covariates of the model's cells in the form of an .h5ad file,
# so that readCounts() can read them.
.data_for_file <- function(model, x, given) {
    counts <- as(
        .training_counts(.run_config_of(model), x, given, model), "dgCMatrix"
    )
    list(
        X = .with_h5_attributes(
            list(
                data = slot(counts, "x"), indices = slot(counts, "i"),
                indptr = slot(counts, "p")
            ),
            `encoding-type` = "csr_matrix", `encoding-version` = "0.1.0",
            shape = array(rev(dim(counts)))
        ),
        obs = .h5ad_table(
            .names_or_numbers(colnames(counts), "cell_", ncol(counts)),
            .covariate_columns(model)
        ),
        var = .h5ad_table(.genes(model), list())
    )
}

.with_h5_attributes <- function(value, ...) {
    attr(value, "h5") <- list(...)
    value
}

.names_or_numbers <- function(names, prefix, n) {
    if (is.null(names)) paste0(prefix, seq_len(n)) else names
}

.h5ad_table <- function(names, columns) {
    .with_h5_attributes(
        c(list(`_index` = names), columns),
        `encoding-type` = "dataframe", `encoding-version` = "0.2.0",
        `_index` = "_index",
        `column-order` = array(as.character(names(columns)))
    )
}

# The covariates under the names of their columns.
.covariate_columns <- function(model) {
    registry <- .registry(model)
    codes <- .codes(model)
    one <- function(entry, values, name) {
        if (!is.null(entry$levels)) {
            values <- .with_h5_attributes(
                list(codes = values, categories = entry$levels),
                `encoding-type` = "categorical",
                `encoding-version` = "0.2.0", ordered = 0L
            )
        }
        name <- if (is.null(entry$column)) name else entry$column
        structure(list(values), names = name)
    }
    columns <- lapply(names(.argument_of), function(field) {
        entries <- registry[[field]]
        if (!length(entries)) {
            return(NULL)
        }
        if (!field %in% .list_fields) {
            return(one(entries, codes[[field]], field))
        }
        do.call(c, lapply(seq_along(entries), function(k) {
            one(entries[[k]], codes[[field]][, k], names(entries)[k])
        }))
    })
    columns <- do.call(c, columns)
    columns[!duplicated(names(columns))]
}
