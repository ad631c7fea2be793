# Codes of new data under a model's registry. Each covariate is taken from what
# the call gives, else from the columns that the model was trained with, else,
# for cells that are among the training cells by name, from the codes stored in
# training.

.codes_for <- function(model, data, given) {
    registry <- .registry(model)
    covariates <- .find_covariates(registry, data, given, function(field) {
        !.is_needed(model, field)
    })
    .fill_codes(.make_codes(covariates, registry), model, data)
}

# All covariates of a registry, read from new data; `is_optional(field)` says
# which may be absent.
.find_covariates <- function(registry, data, given, is_optional,
                             is_query = FALSE) {
    given <- .with_source_as_batch(given, registry, data, is_query)
    .check_registered(registry, given)
    Map(function(field, argument) {
        .find_covariate(
            registry[[field]], field, data, given[[argument]],
            optional = is_optional(field)
        )
    }, names(.argument_of), .argument_of)
}

# The cells of a list belong to the batches that the column of training says,
# where the objects have it, else to those that the list's names say.
.with_source_as_batch <- function(given, registry, data, is_query = FALSE) {
    entry <- registry$batch
    has_column <- !is.null(entry$column) &&
        entry$column %in% .mark_utf8(colnames(data$cell_data))
    if (!is.null(given$batch) || !length(entry) || is.null(data$source) ||
        has_column) {
        return(given)
    }
    positions <- as.character(unique(data$source))
    if (!data$source_is_named && (
        (is_query && any(positions %in% entry$levels)) ||
            (!is_query && length(positions) != length(entry$levels)))) {
        .stop_argument(
            "x", "`x` is a list of ", .pluralize(length(positions), "object"),
            " without names: which batches are they? Name them, or give ",
            "`batch`. The model has ", .quote_first(entry$levels, 20), "."
        )
    }
    given$batch <- data$source
    given
}

.check_registered <- function(registry, given) {
    given <- names(Filter(Negate(is.null), given))
    for (field in names(.argument_of)) {
        argument <- .argument_of[[field]]
        if (argument %in% given && !length(registry[[field]])) {
            .stop_argument(
                argument, "The model was trained without `", argument, "`."
            )
        }
    }
}

.find_covariate <- function(entry, field, data, value, optional) {
    if (!length(entry)) {
        return(NULL)
    }
    if (is.null(value) && !is.null(data$cell_data)) {
        value <- .registered_columns(entry, field)
        known <- .mark_utf8(colnames(data$cell_data))
        if (optional && !all(value %in% known)) {
            value <- NULL
        }
    }
    if (is.null(value)) {
        return(NULL)
    }
    argument <- .argument_of[[field]]
    if (field %in% .list_fields) {
        return(.align_columns(
            .read_columns(value, argument, data), entry, argument
        ))
    }
    covariate <- .read_column(value, argument, data)
    if (field == "labels" && optional) {
        return(.without_missing_labels(covariate))
    }
    covariate
}

# Labels that the model does without are not read when some are missing.
.without_missing_labels <- function(covariate) {
    label <- .covariate_label(covariate, "labels")
    n_missing <- sum(is.na(
        .categorize(covariate$values, label, "labels")$codes
    ))
    if (!n_missing) {
        return(covariate)
    }
    .inform(
        label, " has no value for ", .pluralize(n_missing, "cell"), "; the ",
        "model does without labels, and they are not read."
    )
    NULL
}

# The columns of the cell table that hold a field; NULL when some of it was
# given by value.
.registered_columns <- function(entry, field) {
    if (!field %in% .list_fields) {
        return(entry$column)
    }
    columns <- unlist(lapply(entry, `[[`, "column"), use.names = FALSE)
    if (length(columns) == length(entry)) columns
}

# The covariates in the model's order, found by name.
.align_columns <- function(read, entry, argument) {
    if (identical(names(read), "covariate_1") && length(entry) == 1) {
        names(read) <- names(entry)
    }
    missing <- setdiff(names(entry), names(read))
    if (length(missing)) {
        .stop_argument(
            argument, "`", argument, "` lacks what the model was trained ",
            "with: ", .quote_first(missing), "."
        )
    }
    read[names(entry)]
}

# Labels change the result only where the dispersion depends on them.
.is_needed <- function(model, field) {
    field != "labels" ||
        identical(.model_options(model)$dispersion, "gene-label")
}

.fill_codes <- function(codes, model, data) {
    stored <- .codes(model)
    registry <- .registry(model)
    missing <- Filter(
        function(field) {
            is.null(codes[[field]]) && length(registry[[field]])
        },
        names(codes)
    )
    known <- if (length(missing)) .training_cells(model, data)
    for (field in missing) {
        if (!is.null(known$positions) && !is.null(stored[[field]])) {
            codes[field] <- .subset_codes(stored[field], known$positions)
        } else if (.is_needed(model, field)) {
            .stop_argument(
                .argument_of[[field]], "The model was trained with `",
                .argument_of[[field]], "`; give it for these cells too, one ",
                "value per cell.", known$why_not
            )
        } else {
            codes[[field]] <- integer(ncol(data$counts))
        }
    }
    codes
}

# list(positions) among the training cells, when all cells are known by name and
# have the counts of those; else list(why_not). Barcodes are used again in every
# sample, and wells in every plate.
.training_cells <- function(model, data) {
    names <- colnames(data$counts)
    trained <- .cell_names(model)
    if (is.null(names) || is.null(trained) || !length(.log_library(model))) {
        return(list())
    }
    found <- match(names, trained)
    if (anyNA(found)) {
        return(list())
    }
    if (anyDuplicated(trained)) {
        return(list(why_not = paste0(
            " (They have names of training cells, but several of those are ",
            "called the same.)"
        )))
    }
    differ <- .other_counts(model, .match_model_genes(data, model), found)
    if (!is.null(differ)) {
        return(list(why_not = paste0(
            " (They have names of training cells, but ", differ,
            if (differ == "1") " has" else " have",
            " other counts than those.)"
        )))
    }
    list(positions = found)
}
