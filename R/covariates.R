# The covariates of a model: batch, labels, further categories, continuous
# values, size factors. Each is given as the name of a column of the cell
# table or as values, one per cell. The registry stores per covariate where
# it came from (`column`, NULL for values) and its `levels`; the codes are
# what the core sees, counting from 0.

# The covariates as given, each list(column =, values =); no covariate, NULL.
.read_covariates <- function(data, batch = NULL, labels = NULL,
                             categorical_covariates = NULL,
                             continuous_covariates = NULL,
                             size_factor = NULL) {
    list(
        batch = .read_column(batch, "batch", data),
        labels = .read_column(labels, "labels", data),
        categorical = .read_columns(
            categorical_covariates, "categorical_covariates", data
        ),
        continuous = .read_columns(
            continuous_covariates, "continuous_covariates", data
        ),
        size_factor = .read_column(size_factor, "size_factor", data)
    )
}

.read_column <- function(given, argument, data) {
    if (is.null(given)) {
        return(NULL)
    }
    if (is.character(given) && length(given) == 1 &&
        (ncol(data$counts) > 1 || given %in% colnames(data$cell_data))) {
        return(.cell_column(given, argument, data))
    }
    .cell_values(given, argument, data)
}

.cell_column <- function(column, argument, data) {
    if (is.null(data$cell_data)) {
        .stop_argument(
            argument, "`", argument, "` names the column \"", column,
            "\", but there is no cell table to find it in; give one value per ",
            "cell."
        )
    }
    known <- colnames(data$cell_data)
    if (!isTRUE(column %in% known)) {
        .stop_argument(
            argument, "`", argument, "`: there is no column \"", column,
            "\" in the cell table; there ", .or_choices(known), "."
        )
    }
    # `[[` of a DataFrame is slow
    list(column = column, values = as.list(data$cell_data)[[column]])
}

.cell_values <- function(values, argument, data, name = argument) {
    n_cells <- ncol(data$counts)
    if (!is.atomic(values) && !is(values, "Rle")) {
        .stop_argument(
            argument, "`", argument, "` must be a column name or a vector, ",
            "not ", class(values)[1], "."
        )
    }
    if (length(values) != n_cells) {
        .stop_argument(
            argument, "`", name, "` has ",
            .pluralize(length(values), "value"), " for ",
            .pluralize(n_cells, "cell"), "."
        )
    }
    list(column = NULL, values = if (is(values, "Rle")) {
        as.vector(values)
    } else {
        values
    })
}

# Several covariates: column names, or a table with a column each, or the
# values of a single one. A named list.
.read_columns <- function(given, argument, data) {
    if (is.null(given) || length(given) == 0) {
        return(NULL)
    }
    if (length(dim(given)) == 2) {
        return(.read_table(given, argument, data))
    }
    columns_named <- is.character(given) &&
        (length(given) != ncol(data$counts) ||
            all(given %in% colnames(data$cell_data)))
    if (!columns_named) {
        values <- .cell_values(given, argument, data)
        return(list(covariate_1 = values))
    }
    if (anyDuplicated(given)) {
        .stop_argument(
            argument, "`", argument, "` names a column twice: ",
            .quote_first(unique(given[duplicated(given)])), "."
        )
    }
    found <- lapply(given, .cell_column, argument = argument, data = data)
    names(found) <- given
    found
}

.read_table <- function(table, argument, data) {
    if (nrow(table) != ncol(data$counts)) {
        .stop_argument(
            argument, "`", argument, "` has ", .pluralize(nrow(table), "row"),
            " for ", .pluralize(ncol(data$counts), "cell"), "."
        )
    }
    names <- colnames(table)
    if (is.null(names)) {
        names <- paste0("covariate_", seq_len(ncol(table)))
    }
    found <- lapply(seq_along(names), function(k) {
        values <- if (is.matrix(table)) table[, k] else table[[k]]
        .cell_values(values, argument, data, names[k])
    })
    names(found) <- names
    found
}

# ---- Values -> what the core sees ------------------------------------------

# The levels of a category: a factor's own order, else sorted.
.levels_of <- function(covariate, argument) {
    values <- covariate$values
    if (anyNA(values)) {
        .stop_argument(
            argument, .covariate_label(covariate, argument), " has ",
            .pluralize(sum(is.na(values)), "missing value"), "; scVI needs a ",
            "level for every cell. Remove those cells or give them a level ",
            "of their own."
        )
    }
    if (is.factor(values)) {
        return(levels(droplevels(values)))
    }
    .level_text(sort(unique(values), method = "radix"))
}

# Whole numbers have one text, however they are stored: as.character(1e5) is
# "1e+05", as.character(100000L) is not.
.level_text <- function(values) {
    text <- as.character(values)
    if (is.double(values) && !is.object(values)) {
        whole <- is.finite(values) & values == trunc(values) &
            abs(values) < 1e15
        text[whole] <- sprintf("%.0f", values[whole] + 0)
    }
    text
}

.covariate_label <- function(covariate, argument) {
    if (is.null(covariate$column)) {
        return(paste0("`", argument, "`"))
    }
    paste0("Column \"", covariate$column, "\" (`", argument, "`)")
}

.codes_of <- function(covariate, levels, argument) {
    values <- .level_text(covariate$values)
    codes <- match(values, levels) - 1L
    if (anyNA(codes)) {
        if (anyNA(covariate$values)) {
            .levels_of(covariate, argument)
        }
        .stop_argument(
            argument, .covariate_label(covariate, argument),
            " has levels that the model does not have: ",
            .quote_first(unique(values[is.na(codes)])), ". The model has ",
            .quote_first(levels, 20), "."
        )
    }
    codes
}

.numbers_of <- function(covariate, argument) {
    values <- covariate$values
    label <- .covariate_label(covariate, argument)
    if (!is.numeric(values) && !is.logical(values)) {
        .stop_argument(argument, label, " must be numeric, not ",
                       class(values)[1], ".")
    }
    if (!all(is.finite(values))) {
        .stop_argument(
            argument, label, " has ",
            .pluralize(sum(!is.finite(values)), "missing or infinite value"),
            "."
        )
    }
    if (argument == "size_factor" && any(values <= 0)) {
        .stop_argument(
            argument, label, " must be positive; it has ",
            .pluralize(sum(values <= 0), "value"), " of 0 or below."
        )
    }
    as.double(values)
}

.warn_small_levels <- function(codes, levels, covariate, argument) {
    n_cells <- tabulate(codes + 1L, length(levels))
    small <- n_cells < 3
    if (any(small)) {
        .warn(
            .covariate_label(covariate, argument), " has levels with fewer ",
            "than 3 cells: ", .quote_first(levels[small]), ". Little can be ",
            "learned about them."
        )
    }
}
