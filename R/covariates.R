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
        (ncol(data$counts) > 1 ||
            .is_one_of(given, colnames(data$cell_data)))) {
        return(.cell_column(given, argument, data))
    }
    .cell_values(given, argument, data)
}

.cell_column <- function(column, argument, data) {
    if (is.null(data$cell_data)) {
        .stop_argument(
            argument, "`", argument, "` names the column \"", column,
            "\", but there is no cell table to find it in; give one value ",
            "per cell."
        )
    }
    column <- .to_utf8(unname(column), paste0("`", argument, "`"), argument)
    known <- .mark_utf8(colnames(data$cell_data))
    found <- match(column, known)
    if (is.na(found)) {
        .stop_argument(
            argument, "`", argument, "`: there is no column \"", column,
            "\" in the cell table; there ", .or_choices(known),
            .near_miss(column, known)
        )
    }
    # `[[` of a DataFrame is slow
    values <- as.list(data$cell_data)[[found]]
    covariate <- list(column = column, values = NULL)
    label <- .covariate_label(covariate, argument)
    .warn_column_names(values, colnames(data$counts), label)
    covariate$values <- .checked_values(values, label, argument, data)
    covariate
}

.cell_values <- function(values, argument, data, name = argument) {
    label <- paste0("`", name, "`")
    values <- .plain_vector(values)
    if (!is.atomic(values) || is.null(values)) {
        .stop_argument(
            argument, "`", argument, "` must be a column name or a vector, ",
            "not ", class(values)[1], "."
        )
    }
    values <- .match_cells(values, data, argument, label)
    list(column = NULL,
         values = .checked_values(values, label, argument, data))
}

# One plain value per cell.
.checked_values <- function(values, label, argument, data) {
    values <- .plain_vector(values)
    n_cells <- ncol(data$counts)
    if (is.null(dim(values)) && length(values) != n_cells) {
        .stop_argument(
            argument, label, " has ", .pluralize(length(values), "value"),
            " for ", .pluralize(n_cells, "cell"), ".",
            .transposed_hint(length(values), data)
        )
    }
    values
}

# As many values as there are rows: are those the cells?
.transposed_hint <- function(n_values, data) {
    if (n_values == nrow(data$counts) && n_values > 1) {
        paste0(
            " `x` has ", n_values, " rows, which must be genes; if they are ",
            "the cells, give t(x)."
        )
    }
}

# Several covariates: column names, or a table with a column each, or the
# values of a single one. A named list.
.read_columns <- function(given, argument, data) {
    is_vector <- is.null(given) || is.atomic(given) || is.list(given)
    if (is_vector && length(given) == 0) {
        return(NULL)
    }
    if (length(dim(given)) == 2) {
        return(.read_table(given, argument, data))
    }
    columns_named <- is.character(given) &&
        !any(.is_one_of(names(given), colnames(data$counts))) &&
        (length(given) != ncol(data$counts) ||
            all(.is_one_of(given, colnames(data$cell_data))))
    if (!columns_named) {
        values <- .cell_values(given, argument, data)
        return(list(covariate_1 = values))
    }
    given <- .to_utf8(unname(given), paste0("`", argument, "`"), argument)
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
    table <- .match_rows(table, data, argument, paste0("`", argument, "`"))
    if (nrow(table) != ncol(data$counts)) {
        .stop_argument(
            argument, "`", argument, "` has ", .pluralize(nrow(table), "row"),
            " for ", .pluralize(ncol(data$counts), "cell"), ".",
            .transposed_hint(nrow(table), data)
        )
    }
    names <- colnames(table)
    if (is.null(names)) {
        names <- paste0("covariate_", seq_len(ncol(table)))
    }
    names <- .to_utf8(names, paste0("`", argument, "`"), argument)
    nameless <- is.na(names) | !nzchar(names)
    names[nameless] <- paste0("covariate_", which(nameless))
    if (anyDuplicated(names)) {
        .stop_argument(
            argument, "`", argument, "` has two columns called ",
            .quote_first(unique(names[duplicated(names)])), "."
        )
    }
    found <- lapply(seq_along(names), function(k) {
        values <- if (is.matrix(table)) table[, k] else table[[k]]
        label <- paste0("`", names[k], "`")
        list(column = NULL, values = .checked_values(
            unname(.plain_vector(values)), label, argument, data
        ))
    })
    names(found) <- names
    found
}

# What is given for the cells of an object: columns of its cell table, values or
# a table. `latent` has their names; values alone are called `unnamed`.
.cell_columns <- function(given, argument, object, latent, unnamed = "label") {
    data <- list(
        counts = .cells_without_counts(nrow(latent), rownames(latent)),
        cell_data = .cell_table(object)
    )
    # without a table, several texts cannot be column names
    is_values <- is.null(data$cell_data) && is.null(dim(given)) &&
        is.atomic(given) && length(given) > 1
    if (is_values) {
        return(stats::setNames(
            list(.cell_values(given, argument, data)), unnamed
        ))
    }
    found <- .read_columns(given, argument, data)
    if (length(found)) {
        names(found) <- sub("^covariate_1$", unnamed, names(found))
    }
    found
}

.cell_table <- function(object) {
    if (is(object, "SummarizedExperiment")) {
        colData(object)
    } else if (inherits(object, "Seurat")) {
        .seurat_cell_table(object)
    }
}

# ---- Values -> what the core sees ------------------------------------------

.covariate_label <- function(covariate, argument) {
    if (is.null(covariate$column)) {
        return(paste0("`", argument, "`"))
    }
    paste0("Column \"", covariate$column, "\" (`", argument, "`)")
}

.numbers_of <- function(covariate, argument) {
    label <- .covariate_label(covariate, argument)
    values <- covariate$values
    if (inherits(values, "integer64")) {
        values <- .integer64_numbers(values, label, argument)
    }
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
