# The two sides of a comparison: which cells a call of differentialExpression()
# names, and how.

# list(cells, unknown): positions that a selection or a condition names, and of
# those cells for which it is NA, which belong to no side; NULL for NULL.
.selected_cells <- function(given, argument, data) {
    if (is.null(given)) {
        return(NULL)
    }
    names <- colnames(data$counts)
    is_text <- is.character(given) && length(given) == 1 &&
        !.is_one_of(given, names)
    if (is_text || inherits(given, "formula")) {
        given <- .de_condition(given, argument, data)
    }
    unknown <- integer()
    if (is.logical(given) && anyNA(given)) {
        given <- .match_cells(given, data, argument, paste0("`", argument, "`"))
        unknown <- which(is.na(given))
        .inform(
            "`", argument, "` is NA for ", .pluralize(length(unknown), "cell"),
            "; left out."
        )
        given <- unname(given) & !is.na(given)
    }
    list(
        cells = unique(.positions(
            given, ncol(data$counts), names, argument, "cells"
        )),
        unknown = unknown
    )
}

.de_condition <- function(given, argument, data) {
    if (is.null(data$cell_data)) {
        .stop_argument(
            argument, "`", argument, "` is a condition, but there is no cell ",
            "table to evaluate it in; give positions, names, or TRUE and FALSE."
        )
    }
    table <- data$cell_data
    colnames(table) <- .session_text(colnames(table))
    table <- as.data.frame(table, optional = TRUE)
    found <- tryCatch(
        .eval_condition(given, table),
        error = function(error) {
            .stop_argument(
                argument, "`", argument, "` is not a valid condition on the ",
                "cell table: ", conditionMessage(error), ". It has the ",
                "columns ", .quote_first(names(table), 20), "."
            )
        }
    )
    if (!is.logical(found)) {
        .stop_argument(
            argument, "The condition `", argument, "` must give TRUE or ",
            "FALSE for each cell, not ", class(found)[1], "."
        )
    }
    found
}

# The value of a formula's right side, or of R code in text. Texts in the table,
# in the condition and in the variables that it names may differ in encoding.
.eval_condition <- function(given, table) {
    if (inherits(given, "formula")) {
        code <- given[[length(given)]]
        env <- environment(given)
    } else {
        code <- str2lang(.session_text(given))
        env <- baseenv()
    }
    values <- as.list(table)
    for (name in setdiff(all.vars(code), names(values))) {
        values[[name]] <- get0(name, env)
    }
    eval(.with_session_text(code), lapply(values, .with_session_text), env)
}

# Texts in values and in R code as .session_text().
.with_session_text <- function(value) {
    if (is.factor(value)) {
        levels(value) <- .session_text(levels(value))
    } else if (is.call(value)) {
        value[] <- lapply(value, .with_session_text)
    } else if (is.character(value)) {
        value <- .session_text(value)
    }
    value
}

.de_sides_of_groups <- function(groups, group1, group2, idx2, cells, data) {
    if (!is.null(idx2)) {
        .stop_argument("idx2", "`idx2` needs `idx1`.")
    }
    if (is.null(groups)) {
        .stop_argument(
            "groups", "Say what to compare: `groups`, a column or a vector, ",
            "or `idx1`."
        )
    }
    cells_of_group <- .cells_by_label(
        .read_column(groups, "groups", data), "groups", cells
    )
    levels <- names(cells_of_group)
    group1 <- .known_groups(group1, "group1", levels)
    group2 <- .known_groups(group2, "group2", levels)
    if (length(levels) < 2) {
        .stop_argument(
            "groups", "There is a single group, ", .quote_first(levels),
            ", and nothing to compare it with."
        )
    }
    if (length(group2) > 1) {
        .stop_argument("group2", "`group2` must be one level of `groups`.")
    }
    first_groups <- if (is.null(group1)) {
        setdiff(levels, group2)
    } else {
        unique(group1)
    }
    if (any(first_groups %in% group2)) {
        .stop_argument(
            "group2", "`group1` and `group2` are the same group."
        )
    }
    list(
        cells_of_group = cells_of_group, first_groups = first_groups,
        group2 = group2
    )
}

# The cells of each level of a covariate, by level; those without one are left
# out.
.cells_by_label <- function(covariate, argument, cells) {
    covariate$values <- covariate$values[cells]
    found <- .categorize_labels(covariate, argument)
    split(cells, factor(
        found$codes, seq_along(found$levels), found$levels
    ))
}

# As .categorize(), of labels that some cells may lack: a message counts those.
.categorize_labels <- function(covariate, argument) {
    label <- .covariate_label(covariate, argument)
    found <- .categorize(covariate$values, label, argument)
    .inform_unlabeled(found$codes, label, argument)
    found
}

.inform_unlabeled <- function(codes, label, argument) {
    n_missing <- sum(is.na(codes))
    if (n_missing == length(codes)) {
        .stop_argument(argument, label, " has no value for any cell.")
    }
    if (n_missing) {
        .inform(
            label, " has no value for ", .pluralize(n_missing, "cell"), " of ",
            length(codes), "; left out."
        )
    }
}

# As levels are written; NULL for NULL.
.known_groups <- function(group, argument, levels) {
    if (is.null(group)) {
        return(NULL)
    }
    if (!is.atomic(group) || !length(group)) {
        .stop_argument(
            argument, "`", argument, "` must name groups; there ",
            .or_choices(levels), "."
        )
    }
    group <- .level_text(group, paste0("`", argument, "`"), argument)
    unknown <- setdiff(group, levels)
    if (length(unknown)) {
        .stop_argument(
            argument, "`", argument, "`: there is no group ",
            .quote_first(unknown), "; there ", .or_choices(levels),
            .near_miss(unknown, levels)
        )
    }
    group
}

.de_sides_of_cells <- function(groups, group1, group2, idx1, idx2, cells,
                               data) {
    for (argument in c("groups", "group1", "group2")) {
        if (!is.null(get(argument))) {
            .stop_argument(
                argument, "Give `", argument, "` or `idx1`, but not both."
            )
        }
    }
    one <- .selected_cells(idx1, "idx1", data)
    two <- .selected_cells(idx2, "idx2", data)
    cells <- setdiff(cells, c(one$unknown, two$unknown))
    one <- intersect(one$cells, cells)
    two <- if (is.null(two)) {
        setdiff(cells, one)
    } else {
        intersect(two$cells, cells)
    }
    if (!length(one)) {
        .stop_argument("idx1", "`idx1` selects no cells of `subset`.")
    }
    if (!length(two)) {
        .stop_argument(
            "idx2", "There are no cells to compare those of `idx1` with."
        )
    }
    both <- intersect(one, two)
    if (length(both)) {
        .stop_argument(
            "idx2", "`idx1` and `idx2` share ",
            .pluralize(length(both), "cell"), "; sides must not overlap."
        )
    }
    list(
        cells_of_group = list(one = one, two = two), first_groups = "one",
        group2 = "two"
    )
}
