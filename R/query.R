# The cells that a verb works on, as the core takes them.

# Cells as the core's struct; its matrices have one column per cell.
.core_cells <- function(codes, counts = NULL, posterior = NULL,
                        log_library = NULL) {
    transposed <- function(matrix) if (!is.null(matrix)) t(matrix)
    list(
        counts = counts, batch = codes$batch, labels = codes$labels,
        categorical = transposed(codes$categorical),
        continuous = transposed(codes$continuous),
        size_factor = codes$size_factor, cell_weights = codes$cell_weights,
        latent_mean = transposed(posterior$mean),
        latent_var = transposed(posterior$var), log_library = log_library
    )
}

# What a verb works on: the model, its handle, the cells and their names.
# `object` is a model or an object with one; `x` is new data. `dots` are what a
# verb's `...` caught: covariates and assay.type, altexp, assay say how to read
# `x`; `known` are the verb's own arguments; new counts are checked by
# `num_threads`. `prefers_counts`: the counts of a minified object are
# used where it has kept them.
.query <- function(object, x, dots, subset.col, name, needs_counts, known,
                   num_threads = 1, prefers_counts = FALSE) {
    .check_reading_arguments(dots, known)
    model <- scviModel(object, name)
    stored <- is.null(x) && .uses_stored_posterior(
        object, model, name, needs_counts || prefers_counts
    )
    if (is.null(x) && !stored) {
        x <- object
    }
    given <- dots[intersect(names(dots), .argument_of)]
    query <- if (stored) {
        .check_no_covariates(given)
        .stored_cells(model, subset.col, needs_counts, object)
    } else {
        source <- .source_with(
            .registry(model)$source,
            dots[intersect(names(dots), .source_arguments)]
        )
        .new_cells(
            model, x, subset.col, given, c(source, .cache_of(dots)), num_threads
        )
    }
    .inform_untrained(model)
    c(query, list(model = model, pointer = .handle(model)))
}

# What columns and vectors of a verb's own are read from: `groups`, `sample`.
.query_data <- function(query) {
    list(
        counts = .cells_without_counts(.n_cells(query$cells), query$cell_names),
        cell_data = query$cell_data
    )
}

# A query model can be used before its training, with the weights of the
# reference.
.inform_untrained <- function(model) {
    if (identical(.run(model)$stop_reason, "not trained")) {
        .inform(
            "The model has not been trained on the query yet: new batches and ",
            "levels are as the reference's. See continueTraining()."
        )
    }
}

.source_arguments <- c("assay.type", "altexp", "assay")

# How to read the data: as in training, unless the call says otherwise.
.source_with <- function(source, given) {
    given <- Filter(Negate(is.null), given)
    source[names(given)] <- given
    source
}

.check_no_covariates <- function(given) {
    given <- names(Filter(Negate(is.null), given))
    if (length(given)) {
        .stop_argument(
            given[1], "`", given[1], "` describes new cells; give them as `x`."
        )
    }
}

# The cells that the model is about, from their stored posterior; those of a
# minified `object` in its order.
.stored_cells <- function(model, subset.col, needs_counts, object = model) {
    if (needs_counts) {
        .stop_argument(
            "x", "This needs the counts, which a model does not keep; give ",
            "the data as `x`."
        )
    }
    .check_has_cells(model)
    log_library <- .log_library(model)
    own <- .stored_positions(model, object)
    names <- .cell_names(model)[own]
    chosen <- own[.positions(
        subset.col, length(own), names, "subset.col", "cells"
    )]
    posterior <- lapply(.posterior(model), function(matrix) {
        matrix[chosen, , drop = FALSE]
    })
    list(
        cells = .core_cells(
            .subset_codes(.codes(model), chosen), posterior = posterior,
            log_library = log_library[chosen]
        ),
        cell_names = .cell_names(model)[chosen],
        cell_data = .stored_cell_data(model, object, own)[
            match(chosen, own), , drop = FALSE
        ]
    )
}

# The cell table of a minified object, and the categories that the model was
# trained with, for the cells at the positions `own` of the model.
.stored_cell_data <- function(model, object, own) {
    registry <- .registry(model)
    codes <- .codes(model)
    entries <- c(registry[c("batch", "labels")], registry$categorical)
    values <- c(
        codes[c("batch", "labels")],
        lapply(seq_along(registry$categorical), function(k) {
            codes$categorical[, k]
        })
    )
    known <- !vapply(entries, function(entry) is.null(entry$column), NA) &
        lengths(values) > 0
    table <- Map(function(entry, code) {
        factor(entry$levels[code[own] + 1], entry$levels)
    }, entries[known], values[known])
    names(table) <- vapply(entries[known], `[[`, "", "column")
    frame <- if (.is_model_or_path(object)) {
        S4Vectors::make_zero_col_DFrame(length(own))
    } else {
        colData(object)
    }
    for (column in setdiff(names(table), colnames(frame))) {
        frame[[column]] <- table[[column]]
    }
    frame
}

.new_cells <- function(model, x, subset.col, given, source, num_threads) {
    # Quoted: a traceback would hold all of the data otherwise.
    data <- do.call(.count_data, c(list(quote(x)), source))
    codes <- .codes_for(model, data, given)
    if (!is.null(subset.col)) {
        chosen <- .positions(
            subset.col, ncol(data$counts), colnames(data$counts),
            "subset.col", "cells"
        )
        data$counts <- data$counts[, chosen, drop = FALSE]
        data$cell_data <- data$cell_data[chosen, , drop = FALSE]
        codes <- .subset_codes(codes, chosen)
    }
    n_genes_given <- nrow(data$counts)
    data$counts <- .match_model_genes(data, model)
    .check_counts(data, .model_options(model)$gene_likelihood, num_threads)
    list(
        cells = .core_cells(codes, counts = data$counts), codes = codes,
        cell_names = colnames(data$counts), cell_data = data$cell_data,
        n_genes_given = n_genes_given
    )
}
