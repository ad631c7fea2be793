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
.uses_stored_posterior <- function(object, model, name, needs_counts) {
    if (.is_model_or_path(object)) {
        return(TRUE)
    }
    .is_minified_object(object, name) &&
        !(needs_counts && .has_counts(object, model))
}

.has_counts <- function(object, model) {
    source <- .registry(model)$source
    if (!is.null(source$altexp)) {
        object <- .alternative_experiment(object, source$altexp)
    }
    source$assay.type %in% assayNames(object) ||
        is.numeric(source$assay.type) && length(assayNames(object))
}

# Where the cells of a minified object are among those of its model.
.stored_positions <- function(model, object, argument = "object") {
    n_cells <- length(.log_library(model))
    names <- if (!.is_model_or_path(object)) .mark_utf8(colnames(object))
    if (identical(names, .cell_names(model))) {
        return(seq_len(n_cells))
    }
    if (!is.null(names) && !is.null(.cell_names(model))) {
        return(.positions(
            names, n_cells, .cell_names(model), argument, "cells"
        ))
    }
    if (!.is_model_or_path(object) && ncol(object) != n_cells) {
        .stop_argument(
            argument, "The object has ", .pluralize(ncol(object), "cell"),
            " without names, its model has ", n_cells, ": which are they? ",
            "Name the cells before they are minified and chosen."
        )
    }
    seq_len(n_cells)
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
    object <- .set_model(object, name, model)
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
    source <- .source_with(.registry(model)$source, list(...))
    data <- do.call(.count_data, c(list(x), source))
    target <- if (is.null(source$altexp)) {
        object
    } else {
        altExp(object, source$altexp)
    }
    cells <- .positions_in_data(object, data)
    .check_own_counts(object, model, data, cells)
    counts <- .match_genes(data$counts, rownames(target), data$label)
    counts <- counts[, cells, drop = FALSE]
    dimnames(counts) <- dimnames(target)
    assay(target, source$assay.type) <- counts
    if (is.null(source$altexp)) {
        return(target)
    }
    altExp(object, source$altexp) <- target
    object
}

# Where the object's cells are in the data that give it counts back.
.positions_in_data <- function(object, data) {
    names <- .mark_utf8(colnames(object))
    known <- colnames(data$counts)
    if (is.null(names) || is.null(known)) {
        if (ncol(object) != ncol(data$counts)) {
            .stop_argument(
                "x", data$label, " has ", .pluralize(ncol(data$counts), "cell"),
                ", the object ", ncol(object), ", and they are not named."
            )
        }
        return(seq_len(ncol(object)))
    }
    if (identical(names, known)) {
        return(seq_along(names))
    }
    cells <- match(names, known)
    if (anyNA(cells)) {
        .stop_argument(
            "x", data$label, " of `x` lacks ", sum(is.na(cells)), " of the ",
            "object's ", length(cells), " cells: ",
            .quote_first(names[is.na(cells)]), "."
        )
    }
    if (anyDuplicated(known[known %in% names])) {
        .stop_argument(
            "x", "Cells of ", data$label, " share a name, but are not in the ",
            "order of the object."
        )
    }
    cells
}

.check_own_counts <- function(object, model, data, cells) {
    counts <- .match_model_genes(data, model)
    if (!identical(cells, seq_len(ncol(counts)))) {
        counts <- counts[, cells, drop = FALSE]
    }
    differ <- .other_counts(
        model, counts, .stored_positions(model, object)
    )
    if (!is.null(differ)) {
        .stop_argument(
            "x", "The counts of ", .cells_in_words(differ), " in `x` differ ",
            "from those that the object had."
        )
    }
}

# A minified object given to loadSCVI(): it must be about the model's cells.
.check_minified_cells <- function(model, object) {
    if (!.has_cells(model)) {
        .stop_argument(
            "x", "`x` is minified, it has no counts, and the file keeps no ",
            "cells either; give the full data."
        )
    }
    .stored_positions(model, object, "x")
    model
}
