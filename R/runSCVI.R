#' Train scVI and add the latent space to an object
#'
#' Trains a model on the counts of a SingleCellExperiment or Seurat object,
#' with [trainSCVI()], and stores the latent coordinates of the cells where
#' clustering and UMAP look for them. Nothing else in the object changes.
#' `calculateSCVI()` returns the coordinates alone, of any data that
#' [trainSCVI()] takes, and keeps no model.
#'
#' @inheritParams trainSCVI
#' @param x A SummarizedExperiment, SingleCellExperiment or Seurat object, or
#'   the path of a file that [readCounts()] reads, or of several: one data set
#'   whose batches are the files, a column `file` of the result, unless `batch`
#'   is given; for `calculateSCVI()` also a matrix or a list, as in
#'   [trainSCVI()].
#' @param ... Further arguments of [trainSCVI()].
#' @param features Genes of a Seurat object, instead of `subset.row`:
#'   `"variable"`, those of `VariableFeatures()`; `"all"`; or their names. NULL
#'   (default): all, with a message where there are variable ones.
#' @param name The name of the result. NULL (default): `"scVI"`, for Seurat
#'   `"scvi"`, which is the key of the reduction too: its columns are `scvi_1`,
#'   `scvi_2` ...
#'
#' @return `runSCVI()`: the object, for a SummarizedExperiment or a path as
#'   SingleCellExperiment (for a path with [packed counts][packCounts()]), with
#'   the latent space as reduced dimension `name`
#'   (columns `scVI_1`, `scVI_2` ...). The model stays with it and is used by
#'   all verbs that are given the object; [scviModel()] takes it out.
#'
#'   `calculateSCVI()`: the matrix of cells x dimensions.
#' @seealso [trainSCVI()], [latentRepresentation()]
#' @examples
#' sce <- runSCVI(
#'     exampleSCE(), batch = "batch", max_epochs = 5, n_hidden = 32
#' )
#' SingleCellExperiment::reducedDim(sce, "scVI")[1:3, 1:3]
#' elbo(sce)
#' latent <- calculateSCVI(exampleSCE(), max_epochs = 5, n_hidden = 32)
#' dim(latent)
#' @export
runSCVI <- function(
    x, batch = NULL, labels = NULL, categorical_covariates = NULL,
    continuous_covariates = NULL, size_factor = NULL, ..., features = NULL,
    n_hidden = 128, n_latent = 10, n_layers = 1, gene_likelihood = "zinb",
    dispersion = "gene", encode_covariates = FALSE, recipe = "scvi-tools",
    max_epochs = NULL, batch_size = 128, lr = 0.001, early_stopping = FALSE,
    check_val_every_n_epoch = NULL, checkpoint = NULL, subset.row = NULL,
    assay.type = "counts", altexp = NULL, assay = NULL, cache = "auto",
    seed = NULL, num_threads = NULL, accelerator = "auto",
    verbose = interactive(), name = NULL
) {
    given <- .given_arguments(skip = c("x", "...", "name", "features"))
    .check_not_missing(missing(x), "x", "the object")
    if (is.character(x) && length(x) > 1 && is.null(batch)) {
        given$batch <- "file"
    }
    x <- .as_result_object(x, "trainSCVI()", given)
    name <- .latent_name(x, name)
    is_seurat <- inherits(x, "Seurat")
    .check_train_dots(..., .also = if (is_seurat) "features")
    .check_can_store(x, name)
    # The names of an object whose assays are not valid cannot be read; what is
    # wrong with the assays is said when they are.
    known <- tryCatch(.latent_names(x), error = function(error) NULL)
    .warn_replaced(
        name, known, if (is_seurat) "reduction" else "reduced dimension"
    )
    if (is_seurat) {
        given$subset.row <- .seurat_genes(x, features, subset.row, assay)
        if (is.null(batch) && is.null(given$plan_kwargs)) {
            .inform_layers(x, assay.type, assay)
        }
    } else if (!is.null(features)) {
        .check_dots(list(features = features), names(formals(trainSCVI)))
    }
    .add_result(x, .train_on(x, given, ...), name)
}

.set_generic("runSCVI", "x")

#' @rdname runSCVI
#' @export
calculateSCVI <- function(
    x, batch = NULL, ..., n_latent = 10, max_epochs = NULL, subset.row = NULL,
    seed = NULL, verbose = interactive()
) {
    given <- .given_arguments()
    .check_not_missing(missing(x), "x", "the counts")
    .check_train_dots(...)
    .training_latent(.train_on(x, given, ...))
}

.set_generic("calculateSCVI", "x")

# An object that keeps a result beside its counts. `given`: how to read the
# file that `x` is the path of.
.as_result_object <- function(x, instead, given = list()) {
    if (is.character(x) && is.null(dim(x))) {
        source <- .source_with(
            list(assay.type = "counts"),
            given[names(given) %in% .source_arguments]
        )
        return(.packed_once(x, source, given))
    }
    if (is(x, "SingleCellExperiment") || inherits(x, "Seurat")) {
        return(x)
    }
    if (is(x, "SummarizedExperiment")) {
        return(as(x, "SingleCellExperiment"))
    }
    .stop_argument(
        "x", "`x` must be a SummarizedExperiment, a SingleCellExperiment, a ",
        "Seurat object or the path of a file, not ", class(x)[1], "; for a ",
        "matrix use ", instead, "."
    )
}

# The arguments that the call of a function gave, by name: trainSCVI() has to
# know which those are.
.given_arguments <- function(skip = c("x", "...", "name"), only = NULL) {
    frame <- parent.frame()
    names <- only
    if (is.null(names)) {
        names <- setdiff(names(formals(sys.function(sys.parent()))), skip)
    }
    is_given <- !vapply(names, function(name) {
        eval(call("missing", as.name(name)), frame)
    }, NA)
    mget(names[is_given], envir = frame)
}

.train_on <- function(x, given, ...) {
    # Quoted: a traceback would hold all of the data otherwise; and a call that
    # is given as a value is no value.
    do.call(trainSCVI, c(list(x), given, list(...)), quote = TRUE)
}

# The checks of trainSCVI(), with `name` as a known argument.
.check_train_dots <- function(..., .also = NULL) {
    known <- c(setdiff(names(formals(trainSCVI)), "..."), .also)
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

# ---- Seurat ------------------------------------------------------------------

# What `features` means as `subset.row`.
.seurat_genes <- function(x, features, subset.row, assay) {
    assay <- .seurat_assay(x, assay)
    variable <- if (isTRUE(assay %in% .seurat_assays(x))) {
        SeuratObject::VariableFeatures(x, assay = assay)
    }
    if (is.null(features)) {
        if (is.null(subset.row) && length(variable)) {
            .inform(
                "Assay \"", assay, "\" has ", length(variable), " variable ",
                "genes, but all of its genes are used: `features = ",
                "\"variable\"` would use those, `features = \"all\"` does ",
                "without this message."
            )
        }
        return(subset.row)
    }
    if (!is.null(subset.row)) {
        .stop_argument(
            "features", "Give `features` or `subset.row`, not both."
        )
    }
    if (identical(features, "all")) {
        return(NULL)
    }
    if (!identical(features, "variable")) {
        return(features)
    }
    if (!length(variable)) {
        .stop_argument(
            "features", "Assay \"", assay, "\" has no variable genes: call ",
            "Seurat's FindVariableFeatures(), or use ",
            "`subset.row = selectGenes(x)`."
        )
    }
    variable
}

# Layers after a split say that there are batches.
.inform_layers <- function(x, assay.type, assay) {
    layer <- .layer_of_cells(x, assay.type, assay)
    if (length(unique(layer)) < 2) {
        return(invisible())
    }
    table <- .seurat_cell_table(x)
    columns <- names(table)[vapply(table, .same_partition, NA, layer)]
    .inform(
        "The counts are split into ", length(unique(layer)), " layers (",
        .quote_first(unique(layer), 3), "), but no `batch` is given, and the ",
        "cells are not integrated over them. ",
        if (length(columns)) {
            paste0(
                "Column \"", columns[1], "\" tells the layers apart: `batch = ",
                "\"", columns[1], "\"`."
            )
        } else {
            "Name the column that tells the layers apart as `batch`."
        }
    )
}

# The layer that holds the counts of each cell; NULL where there are no layers.
.layer_of_cells <- function(x, assay.type, assay) {
    if (!"LayerData" %in% getNamespaceExports("SeuratObject") ||
        !is.character(assay.type) || length(assay.type) != 1) {
        return(NULL)
    }
    assay <- .seurat_assay(x, assay)
    if (!isTRUE(assay %in% .seurat_assays(x)) ||
        !inherits(x[[assay]], "StdAssay")) {
        return(NULL)
    }
    known <- getExportedValue("SeuratObject", "Layers")(x[[assay]])
    .layers_by_cell(
        x[[assay]], .matching_layers(assay.type, known), colnames(x)
    )
}

# Of an assay of SeuratObject 5, for cells in the given order.
.layers_by_cell <- function(assay, layers, cells) {
    names <- lapply(layers, function(one) {
        colnames(getExportedValue("SeuratObject", "LayerData")(
            assay, layer = one
        ))
    })
    rep(layers, lengths(names))[match(cells, unlist(names))]
}

.same_partition <- function(values, layer) {
    if (!is.atomic(values) || anyNA(values)) {
        return(FALSE)
    }
    pairs <- nrow(unique(data.frame(as.character(values), layer)))
    pairs == length(unique(values)) && pairs == length(unique(layer))
}
