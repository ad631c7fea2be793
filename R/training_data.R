# The cells that a model was trained on, read once more. A model keeps no
# counts, so they are given again for further training.

# The configuration of a finished training, as .new_run_config() makes it.
.run_config_of <- function(model) {
    .check_has_cells(model)
    list(
        model_options = .model_options(model),
        train_options = .train_options(model), genes = .genes(model),
        cells = as.character(.cell_names(model)),
        registry = .registry(model), codes = .codes(model),
        split = .split(model), log_library = .log_library(model),
        seed = .run(model)$seed, num_threads = 0L,
        before = as.list(.history(model))
    )
}

# The counts of the config's genes and cells in their order. `given` are
# covariates and arguments that say how to read `x`, by name; `model` is what
# the config made, if it is finished.
.training_counts <- function(config, x, given, model = NULL) {
    .training_data(config, x, given, model)$counts
}

# The same with the data as they were read, and where the cells are in them.
.training_data <- function(config, x, given, model = NULL) {
    .check_reading_arguments(given, character())
    source <- .source_with(
        config$registry$source, given[names(given) %in% .source_arguments]
    )
    data <- do.call(.count_data, c(list(x), source, .cache_of(given)))
    cells <- .same_cells(config, data)
    .check_same_codes(config, data, given, cells)
    as_read <- data
    data$counts <- .match_genes(
        data$counts, config$genes, data$label, config$registry
    )
    if (!identical(cells, seq_len(ncol(data$counts)))) {
        data$counts <- data$counts[, cells, drop = FALSE]
    }
    .check_counts(data, config$model_options$gene_likelihood)
    .check_same_counts(data$counts, config, model)
    list(counts = data$counts, as_read = as_read, cells = cells)
}

.reading_arguments <- c(.argument_of, .source_arguments, "cache")

# Where the config's cells are in the data.
.same_cells <- function(config, data) {
    n_cells <- length(config$log_library)
    names <- colnames(data$counts)
    if (ncol(data$counts) != n_cells) {
        .stop_argument(
            "x", data$label, " has ", .pluralize(ncol(data$counts), "cell"),
            "; the model was trained on ", n_cells, "."
        )
    }
    if (is.null(names) || !length(config$cells) ||
        identical(names, config$cells)) {
        return(seq_len(n_cells))
    }
    found <- match(config$cells, names)
    if (anyNA(found)) {
        .stop_argument(
            "x", data$label, " lacks ",
            .pluralize(sum(is.na(found)), "cell"), " that the model was ",
            "trained on: ", .quote_first(config$cells[is.na(found)]), "."
        )
    }
    if (anyDuplicated(found)) {
        .stop_argument(
            "x", "Cells of ", data$label, " share a name, but are not in the ",
            "order of training."
        )
    }
    found
}

# Covariates that can be read from the data must be those of training.
.check_same_codes <- function(config, data, given, cells) {
    covariates <- .find_covariates(
        config$registry, data, given, function(field) TRUE
    )
    found <- .subset_codes(.make_codes(covariates, config$registry), cells)
    for (field in names(.argument_of)) {
        differs <- .n_differing(found[[field]], config$codes[[field]])
        if (differs) {
            .stop_argument(
                .argument_of[[field]], "`", .argument_of[[field]],
                "` differs from that of training in ",
                .pluralize(differs, "cell"), "."
            )
        }
    }
}

.n_differing <- function(found, expected) {
    if (is.null(found) || is.null(expected)) {
        return(0)
    }
    sum(rowSums(as.matrix(found) != as.matrix(expected)) > 0)
}

# A finished model knows more of its cells than a run that was interrupted.
.check_same_counts <- function(counts, config, model) {
    differ <- if (is.null(model)) {
        .other_totals(counts, config$log_library)
    } else {
        .other_counts(model, counts, seq_len(ncol(counts)))
    }
    if (!is.null(differ)) {
        .stop_argument(
            "x", "The counts of ", .cells_in_words(differ),
            " differ from those of training."
        )
    }
}
