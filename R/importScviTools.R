#' Import a model of scvi-tools
#'
#' Reads a model that scvi-tools saved in Python, without Python: classes SCVI
#' and LinearSCVI, of scvi-tools 0.15 to 1.5 (`model.pt`) and before (the three
#' files `model_params.pt`, `attr.pkl`, `var_names.csv`). The result computes
#' what the model computes in scvi-tools, and every verb works on it.
#'
#' @section Cells:
#' scvi-tools keeps no cells in a model's file. Give the training cells as `x`,
#' here, and the model is as if it had been trained in R; or give cells as `x`
#' to every verb. A minified model needs neither: the posterior of its cells is
#' in the file `adata.h5ad` beside it and is read from there. Where that file
#' holds counts, `x = readCounts("adata.h5ad")` does it.
#'
#' Genes are found by name, as are the levels of batches and covariates. The
#' columns that hold them must have the names that they had in Python, or be
#' given (`batch =` ...).
#'
#' @section Safety:
#' A model of scvi-tools is a Python pickle, which can make Python run
#' any code. scvigor's reader runs nothing: it reads the few types that such
#' models consist of, and refuses a file with any other, by name. Models from
#' untrusted sources can be read safely.
#'
#' @param dir The folder that the model was saved in.
#' @param x The training cells, in their order in Python, in any form that
#'   [trainSCVI()] takes. NULL (default): none, see Cells.
#' @param ... How to read `x`: `batch`, `labels`, `categorical_covariates`,
#'   `continuous_covariates`, `size_factor`, `assay.type`, `altexp`, `assay`,
#'   as in [trainSCVI()]. Needed only where columns have other names than in
#'   Python.
#' @param prefix What the names of the files begin with, if the model was saved
#'   with a prefix. NULL (default): nothing.
#' @param num_threads,accelerator Where to compute the posterior of the cells
#'   of `x`, as in [latentRepresentation()].
#'
#' @return An [SCVIModel-class]. [trainingSplit()] and [trainingHistory()] give
#'   what the file holds of them; [modelOptions()] the options that were given
#'   in Python.
#' @seealso [exportScviTools()] for the reverse.
#' @examples
#' # A model as scvi-tools would have saved it
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 2, n_hidden = 16)
#' folder <- tempfile()
#' exportScviTools(model, folder)
#'
#' imported <- importScviTools(folder, x = sce)
#' head(latentRepresentation(imported))
#'
#' # Without its cells
#' imported <- importScviTools(folder)
#' latentRepresentation(imported, x = sce[, 1:3])
#' @export
importScviTools <- function(dir, x = NULL, ..., prefix = NULL,
                            num_threads = NULL, accelerator = "auto") {
    .check_not_missing(
        missing(dir), "dir", "the folder of a model of scvi-tools"
    )
    folder <- .model_folder(dir)
    prefix <- .file_prefix(prefix)
    compute <- .compute_options(num_threads, accelerator)
    given <- list(...)
    .check_reading_arguments(given, names(formals()))
    if (is.null(x) && length(given)) {
        .stop_argument(
            names(given)[1], "`", names(given)[1], "` says how to read `x`; ",
            "give the cells as `x` too."
        )
    }
    file <- read_scvi_tools(folder, prefix)
    model <- .imported_model(file)
    if (!file$is_trained) {
        .warn("The model in \"", folder, "\" was never trained.")
    }
    if (!is.null(x)) {
        return(.add_cells(model, x, ..., compute = compute))
    }
    cells <- .in_folder(folder, paste0(prefix, "adata.h5ad"))
    if (file.exists(cells)) .add_minified(model, cells) else model
}

.model_folder <- function(dir) {
    folder <- .check_path(dir, "dir", "folder")
    if (!dir.exists(folder)) {
        .stop_argument(
            "dir", "There is no folder \"", dir, "\"; `dir` is the folder ",
            "that a model was saved in, not a file."
        )
    }
    normalizePath(folder)
}

.file_prefix <- function(prefix) {
    if (is.null(prefix)) {
        return("")
    }
    .check_name(prefix, "prefix")
    if (grepl("/", prefix, fixed = TRUE)) {
        .stop_argument(
            "prefix", "`prefix` begins the name of a file and has no \"/\"; ",
            "folders belong to `dir`."
        )
    }
    .native_bytes(prefix)
}

# A model without cells.
.imported_model <- function(file) {
    epochs <- max(0L, lengths(file$history))
    train_options <- default_options()$train
    train_options$max_epochs <- max(1L, epochs)
    new("SCVIModel",
        options = file$options, train_options = train_options,
        weights = file$state, genes = file$genes, cells = character(),
        registry = .imported_registry(file$registry),
        codes = list(), split = file$split[.split_parts],
        history = .as_history(file$history, epochs), posterior = list(),
        log_library = numeric(),
        run = list(
            seed = 0, epochs = epochs, max_epochs = epochs,
            stop_reason = "imported", best_epoch = NULL, seconds = NA_real_,
            version = as.character(packageVersion("scvigor")),
            scvi_tools = file$version, n_cells = file$n_cells
        ),
        cache = .new_cache()
    )
}

.imported_registry <- function(found) {
    by_column <- function(entries) {
        if (!length(entries)) {
            return(list())
        }
        names(entries) <- vapply(entries, `[[`, "", "column")
        entries
    }
    list(
        batch = found$batch, labels = found$labels,
        categorical = by_column(found$categorical),
        continuous = by_column(lapply(found$continuous, function(column) {
            list(column = column)
        })),
        size_factor = if (length(found$size_factor)) {
            list(column = found$size_factor)
        },
        source = list(assay.type = "counts"), layer = found$layer
    )
}
