# Objects whose verbs use the posterior that their model keeps: the
# names of such results stand in the metadata of the object.

.minified_results <- function(object) {
    if (is(object, "SummarizedExperiment")) {
        metadata(object)[["scvigor_minified"]]
    }
}

.is_minified_object <- function(object, name = NULL) {
    known <- .minified_results(object)
    length(known) > 0 && .result_name(object, name) %in% known
}

# Whether a verb uses the model's stored cells: for the model itself always, for
# a minified object unless the counts are needed and there.
.uses_stored_posterior <- function(object, name, needs_counts) {
    if (.is_model_or_path(object)) {
        return(TRUE)
    }
    .is_minified_object(object, name) &&
        !(needs_counts && .has_counts(object, scviModel(object, name)))
}

.has_counts <- function(object, model) {
    source <- .registry(model)$source
    if (!is.null(source$altexp)) {
        object <- .alternative_experiment(object, source$altexp)
    }
    source$assay.type %in% assayNames(object) ||
        is.numeric(source$assay.type) && length(assayNames(object))
}

# The names of the cells of a minified object; NULL: all of the model's.
.minified_cell_names <- function(object) {
    if (!.is_model_or_path(object)) colnames(object)
}

.set_minified <- function(object, name, model, keep_counts) {
    if (!keep_counts) {
        assays(object) <- list()
        altexp <- .registry(model)$source$altexp
        if (!is.null(altexp)) {
            other <- altExp(object, altexp)
            assays(other) <- list()
            altExp(object, altexp) <- other
        }
    }
    metadata(object)[["scvigor"]][[name]] <- model
    metadata(object)[["scvigor_minified"]] <- union(
        .minified_results(object), name
    )
    object
}

.unset_minified <- function(object, name, x, ...) {
    model <- .stored_models(object)[[name]]
    if (!.has_counts(object, model)) {
        object <- .restore_counts(object, model, x, ...)
    }
    metadata(object)[["scvigor_minified"]] <- setdiff(
        .minified_results(object), name
    )
    object
}

.restore_counts <- function(object, model, x, ...) {
    if (is.null(x)) {
        .stop_argument(
            "x", "The object has lost its counts; give the full data as `x`."
        )
    }
    .check_dots(list(...)[!...names() %in% .source_arguments],
                .source_arguments)
    source <- modifyList(.registry(model)$source, list(...))
    data <- do.call(.count_data, c(list(x), source))
    target <- if (is.null(source$altexp)) {
        object
    } else {
        altExp(object, source$altexp)
    }
    cells <- match(colnames(object), colnames(data$counts))
    if (anyNA(cells)) {
        .stop_argument(
            "x", data$label, " of `x` lacks ", sum(is.na(cells)), " of the ",
            "object's ", length(cells), " cells: ",
            .quote_first(colnames(object)[is.na(cells)]), "."
        )
    }
    assay(target, source$assay.type) <- .match_genes(
        data$counts, rownames(target), data$label
    )[, cells, drop = FALSE]
    if (is.null(source$altexp)) {
        return(target)
    }
    altExp(object, source$altexp) <- target
    object
}

# A minified object given to loadSCVI(): it must be about the model's cells.
.check_minified_cells <- function(model, object) {
    if (!.has_cells(model)) {
        .stop_argument(
            "x", "`x` is minified, it has no counts, and the file keeps no ",
            "cells either; give the full data."
        )
    }
    .positions(
        colnames(object), length(.log_library(model)), .cell_names(model),
        "x", "cells"
    )
    model
}
