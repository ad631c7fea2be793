#' Batch correction by batchelor's interface
#'
#' With Bioconductor's batchelor package, `SCVIParam()` makes scVI one of the
#' methods that `batchelor::batchCorrect()` and
#' `batchelor::correctExperiments()` choose by their `PARAM`.
#'
#' Several objects are the batches; one object is split by `batch`. scVI needs
#' raw counts: batchelor's default assay, `"logcounts"`, is not used, but the
#' `assay.type` that `SCVIParam()` was given, by default `"counts"`; any other
#' name or position that the call gives is. `restrict` chooses the cells of each
#' object that the model is trained on; all are corrected. `subset.row` chooses
#' the genes of the model; `correct.all = TRUE` with fewer than all is an error,
#' since a model knows nothing of other genes.
#'
#' @param ... Arguments of [trainSCVI()] by name, such as `n_latent`,
#'   `max_epochs`, `seed`, `assay.type`; none that the call of `batchCorrect()`
#'   has itself: data, `batch` and genes.
#'
#' @return `SCVIParam()`: an object of class `SCVIParam`.
#'
#'   `batchCorrect()` with it: a SingleCellExperiment with the cells in the
#'   given order; in `colData` their `batch`; as assay `corrected` the
#'   expression that the model expects of each cell, as the mean over all
#'   batches, as `log2(1 + counts per 10,000)`; as reduced dimension
#'   `corrected` the latent space. [scviModel()] finds the model. The assay is
#'   dense: choose genes.
#' @seealso [trainSCVI()], [runSCVI()]
#' @examples
#' SCVIParam(n_latent = 20, max_epochs = 50, seed = 1)
#' @examplesIf requireNamespace("batchelor", quietly = TRUE)
#' sce <- exampleSCE()
#' batchelor::batchCorrect(
#'     sce, batch = sce$batch, PARAM = SCVIParam(max_epochs = 5, n_hidden = 32)
#' )
#' @name SCVIParam
#' @aliases SCVIParam-class show,SCVIParam-method
#' @export
SCVIParam <- function(...) {
    arguments <- list(...)
    taken <- c("x", "batch", "subset.row", "...")
    .check_dots(
        if (is.null(names(arguments))) {
            arguments
        } else {
            arguments[!names(arguments) %in% setdiff(
                names(formals(trainSCVI)), taken
            )]
        },
        setdiff(names(formals(trainSCVI)), taken)
    )
    new("SCVIParam", arguments = arguments)
}

#' @exportClass SCVIParam
setClass("SCVIParam", slots = c(arguments = "list"))

setMethod("show", "SCVIParam", function(object) {
    cat("SCVIParam: batch correction by trainSCVI(")
    values <- vapply(.param_arguments(object), function(value) {
        paste(deparse(value, nlines = 2), collapse = " ")
    }, "")
    if (length(values)) {
        cat(paste0("..., ", paste(names(values), "=", values, collapse = ", ")))
    } else {
        cat("...")
    }
    cat(")\n")
})

.param_arguments <- function(object) {
    slot(object, "arguments")
}

# ---- The method of batchelor's generic ---------------------------------------

# When scvigor is loaded, or batchelor after it. The environment keeps the table
# of the method, since the namespaces are sealed.
.join_batchelor <- function() {
    register <- function(...) {
        setMethod(
            getExportedValue("batchelor", "batchCorrect"), "SCVIParam",
            .correct_batches, where = .methods_of_others
        )
    }
    if ("batchelor" %in% loadedNamespaces()) {
        register()
    }
    setHook(packageEvent("batchelor", "onLoad"), register)
}

.methods_of_others <- new.env()

.correct_batches <- function(
    ..., batch = NULL, restrict = NULL, subset.row = NULL,
    correct.all = FALSE, assay.type = NULL, PARAM
) {
    arguments <- .param_arguments(PARAM)
    source <- .source_with(
        list(assay.type = .corrected_assay(arguments, assay.type)),
        arguments[intersect(names(arguments), c("altexp", "assay"))]
    )
    objects <- .flatten_objects(list(...))
    data <- do.call(.count_data, c(
        list(if (length(objects) == 1) objects[[1]] else objects), source
    ))
    cells <- .correction_cells(data, batch, length(objects))
    if (.check_flag(correct.all, "correct.all") && !is.null(subset.row)) {
        .stop_argument(
            "correct.all", "Genes outside of `subset.row` are not in the ",
            "model and cannot be corrected: leave out `correct.all`, or ",
            "`subset.row`."
        )
    }
    trained_on <- .restricted_cells(restrict, objects, ncol(cells))
    train <- arguments[!names(arguments) %in% .source_arguments]
    model <- do.call(trainSCVI, c(
        list(cells[, trained_on], "batch", subset.row = subset.row), train
    ), quote = TRUE)
    corrected <- normalizedExpression(
        model, cells, library_size = 1e4,
        transform_batch = .registry(model)$batch$levels, seed = .run(model)$seed
    )
    latent <- latentRepresentation(model, cells, seed = .run(model)$seed)
    result <- SingleCellExperiment(
        list(corrected = log2(corrected + 1)),
        colData = colData(cells)["batch"]
    )
    .add_latent(result, model, latent, "corrected")
}

# "logcounts" is what batchelor's functions give by default, so that it says
# nothing about the data.
.corrected_assay <- function(arguments, assay.type) {
    own <- arguments$assay.type
    if (is.null(own)) own <- "counts"
    if (is.null(assay.type) || identical(assay.type, "logcounts")) {
        return(own)
    }
    assay.type
}

# Objects and lists of objects as one list.
.flatten_objects <- function(objects) {
    flat <- list()
    for (k in seq_along(objects)) {
        one <- if (is.list(objects[[k]])) objects[[k]] else objects[k]
        flat <- c(flat, one)
    }
    if (!length(flat)) {
        .stop_argument("...", "Give the objects whose cells are corrected.")
    }
    flat
}

# All cells with the columns of their table and their batch.
.correction_cells <- function(data, batch, n_objects) {
    table <- data$cell_data
    if (is.null(table)) {
        table <- S4Vectors::make_zero_col_DFrame(ncol(data$counts))
    }
    if (n_objects > 1) {
        batch <- data$source
    } else if (is.null(batch)) {
        .stop_argument(
            "batch", "Give the `batch` of each cell of the object, or several ",
            "objects."
        )
    }
    batch <- .read_column(batch, "batch", data)
    label <- .covariate_label(batch, "batch")
    found <- .categorize(batch$values, label, "batch")
    table <- DataFrame(table, row.names = NULL)
    table$batch <- found$levels[found$codes]
    SingleCellExperiment(list(counts = data$counts), colData = table)
}

# `restrict` has one choice of cells for each object; NULL: all of it.
.restricted_cells <- function(restrict, objects, n_cells) {
    if (is.null(restrict)) {
        return(seq_len(n_cells))
    }
    if (!is.list(restrict) || length(restrict) != length(objects)) {
        .stop_argument(
            "restrict", "`restrict` must be a list with one element for each ",
            "of the ", .pluralize(length(objects), "object"), "."
        )
    }
    sizes <- vapply(objects, ncol, 1L)
    chosen <- Map(function(one, size, object) {
        .positions(one, size, colnames(object), "restrict", "cells")
    }, restrict, sizes, objects)
    before <- cumsum(c(0, sizes))[seq_along(sizes)]
    unlist(Map(`+`, chosen, before), use.names = FALSE)
}
