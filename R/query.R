# The cells that a verb works on, as the core takes them.

# Cells as the core's struct; its matrices have one column per cell.
.core_cells <- function(codes, counts = NULL, posterior = NULL,
                        log_library = NULL) {
    transposed <- function(matrix) if (!is.null(matrix)) t(matrix)
    list(
        counts = counts, batch = codes$batch, labels = codes$labels,
        categorical = transposed(codes$categorical),
        continuous = transposed(codes$continuous),
        size_factor = codes$size_factor,
        latent_mean = transposed(posterior$mean),
        latent_var = transposed(posterior$var), log_library = log_library
    )
}

# What a verb works on: the model, its handle, the cells and their names.
# `object` is a model or an object with one; `x` is new data. The covariates
# and assay.type, altexp, assay say how to read `x`; `known` are the verb's
# own arguments; new counts are checked by `num_threads`.
.query <- function(object, x, ..., subset.col, name, needs_counts, known,
                   num_threads = 1,
                   batch = NULL, labels = NULL,
                   categorical_covariates = NULL,
                   continuous_covariates = NULL, size_factor = NULL,
                   assay.type = NULL, altexp = NULL, assay = NULL) {
    .check_dots(list(...), c(known, .argument_of, .source_arguments))
    model <- scviModel(object, name)
    stored <- is.null(x) && .uses_stored_posterior(object, name, needs_counts)
    if (is.null(x) && !stored) {
        x <- object
    }
    given <- mget(unname(.argument_of))
    query <- if (stored) {
        .check_no_covariates(given)
        .stored_cells(
            model, subset.col, needs_counts, .minified_cell_names(object)
        )
    } else {
        source <- .source_with(
            .registry(model)$source, mget(.source_arguments)
        )
        .new_cells(model, x, subset.col, given, source, num_threads)
    }
    c(query, list(model = model, pointer = .handle(model)))
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

# The cells that the model is about, from their stored posterior; `own` are
# the names of those in a minified object, in its order.
.stored_cells <- function(model, subset.col, needs_counts, own = NULL) {
    if (needs_counts) {
        .stop_argument(
            "x", "This needs the counts, which a model does not keep; give ",
            "the data as `x`."
        )
    }
    .check_has_cells(model)
    log_library <- .log_library(model)
    names <- .cell_names(model)
    if (!is.null(own)) {
        own <- .positions(own, length(log_library), names, "object", "cells")
        names <- names[own]
    }
    chosen <- .positions(
        subset.col, if (is.null(own)) length(log_library) else length(own),
        names, "subset.col", "cells"
    )
    cell_names <- names[chosen]
    if (!is.null(own)) {
        chosen <- own[chosen]
    }
    posterior <- lapply(.posterior(model), function(matrix) {
        matrix[chosen, , drop = FALSE]
    })
    list(
        cells = .core_cells(
            .subset_codes(.codes(model), chosen), posterior = posterior,
            log_library = log_library[chosen]
        ),
        cell_names = cell_names
    )
}

.new_cells <- function(model, x, subset.col, given, source, num_threads) {
    data <- do.call(.count_data, c(list(x), source))
    codes <- .codes_for(model, data, given)
    if (!is.null(subset.col)) {
        chosen <- .positions(
            subset.col, ncol(data$counts), colnames(data$counts),
            "subset.col", "cells"
        )
        data$counts <- data$counts[, chosen, drop = FALSE]
        codes <- .subset_codes(codes, chosen)
    }
    n_genes_given <- nrow(data$counts)
    data$counts <- .match_genes(
        data$counts, .genes(model), data$label, .registry(model)$padded
    )
    .check_counts(data, .model_options(model)$gene_likelihood, num_threads)
    list(
        cells = .core_cells(codes, counts = data$counts), codes = codes,
        cell_names = colnames(data$counts), cell_data = data$cell_data,
        n_genes_given = n_genes_given
    )
}
