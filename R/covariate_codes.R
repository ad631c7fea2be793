# Codes of new data under a model's registry. Each covariate is taken from what
# the call gives, else from the columns that the model was trained with, else,
# for cells that are among the training cells by name, from the codes stored in
# training.

.codes_for <- function(model, data, given) {
    registry <- .registry(model)
    if (is.null(given$batch) && length(registry$batch)) {
        given$batch <- data$source
    }
    .check_registered(registry, given)
    covariates <- Map(
        function(field, argument) {
            .find_covariate(
                registry[[field]], field, data, given[[argument]],
                optional = !.is_needed(model, field)
            )
        },
        names(.argument_of), .argument_of
    )
    .fill_codes(.make_codes(covariates, registry), model, data)
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
        if (optional && !all(value %in% colnames(data$cell_data))) {
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
    .read_column(value, argument, data)
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
        identical(modelOptions(model)$dispersion, "gene-label")
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
    known_cells <- if (length(missing)) {
        .known_cells(model, colnames(data$counts))
    }
    for (field in missing) {
        if (!is.null(known_cells) && !is.null(stored[[field]])) {
            codes[field] <- .subset_codes(stored[field], known_cells)
        } else if (.is_needed(model, field)) {
            .stop_argument(
                .argument_of[[field]], "The model was trained with `",
                .argument_of[[field]], "`; give it for these cells too, one ",
                "value per cell."
            )
        } else {
            codes[[field]] <- integer(ncol(data$counts))
        }
    }
    codes
}

# Positions among the training cells, when all cells are known by name.
.known_cells <- function(model, names) {
    trained <- .cell_names(model)
    if (is.null(names) || anyDuplicated(trained)) {
        return(NULL)
    }
    found <- match(names, trained)
    if (anyNA(found)) NULL else found
}
