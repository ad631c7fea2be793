# Values that belong to cells or genes, one for each: those with names go where
# their names say, never by position alone.

# Positions of `known` things (the names of cells or genes) among the names of
# given values; NULL where position decides, because either has no names or both
# have the same. `what` are the values in messages, `n` how many there are.
.positions_by_name <- function(names, known, n, argument, what, things,
                               is_automatic = FALSE) {
    names <- .real_names(names)
    if (is.null(names) || is.null(known) || identical(names, known)) {
        return(NULL)
    }
    names <- .to_utf8(names, what, argument)
    known <- .to_utf8(known, paste0("`x`: the names of ", things), "x")
    found <- match(known, names)
    if (all(is.na(found))) {
        .check_foreign_names(
            names, known, n, argument, what, things, is_automatic
        )
        return(NULL)
    }
    if (anyNA(found)) {
        if (is_automatic && n == length(known)) {
            return(NULL)
        }
        .stop_argument(
            argument, what, " has names, but no value for ", sum(is.na(found)),
            " of the ", length(known), " ", things, ": ",
            .quote_first(known[is.na(found)], 3), ".",
            .unname_hint(n, known)
        )
    }
    twice <- unique(names[duplicated(names) & names %in% known])
    if (length(twice) || anyDuplicated(known)) {
        .stop_argument(
            argument, what, " has names that do not tell the ", things,
            " apart: several are called ",
            .quote_first(c(twice, unique(known[duplicated(known)])), 3), ".",
            .unname_hint(n, known)
        )
    }
    if (identical(found, seq_along(known)) && n == length(known)) {
        return(NULL)
    }
    found
}

.real_names <- function(names) {
    if (is.null(names) || all(is.na(names) | !nzchar(names))) NULL else names
}

# Names of which none is one of the things. Those of a table that R numbered, or
# that stand for a look-up (`sex[donor]` has the donors' names, each many
# times), say nothing about cells. Others look as if they did.
.check_foreign_names <- function(names, known, n, argument, what, things,
                                 is_automatic) {
    if (is_automatic || n != length(known) || anyDuplicated(names)) {
        return(invisible())
    }
    .stop_argument(
        argument, what, " has names, ", .quote_first(names, 2), ", that are ",
        "none of the ", things, " of `x`, ", .quote_first(known, 2), ".",
        .unname_hint(n, known)
    )
}

.unname_hint <- function(n, known) {
    if (n == length(known)) {
        " Where its values are in order nevertheless, unname() it."
    }
}

# `values` in the order of the cells, found by name where they have names.
.match_cells <- function(values, data, argument, what) {
    found <- .positions_by_name(
        names(values), colnames(data$counts), length(values), argument, what,
        "cells"
    )
    if (is.null(found)) values else values[found]
}

# The same for the rows of a table. R numbers the rows of a data.frame.
.match_rows <- function(table, data, argument, what) {
    found <- .positions_by_name(
        rownames(table), colnames(data$counts), nrow(table), argument, what,
        "cells", .has_numbered_rows(table)
    )
    if (is.null(found)) table else table[found, , drop = FALSE]
}

.has_numbered_rows <- function(table) {
    is.data.frame(table) && is.numeric(attr(table, "row.names")) ||
        identical(rownames(table), as.character(seq_len(nrow(table))))
}

# A column of a cell table belongs to its rows, whatever its own names say.
.warn_column_names <- function(values, cells, label) {
    names <- .real_names(names(values))
    if (is.null(names) || is.null(cells) || identical(names, cells) ||
        length(names) != length(cells) || !all(names %in% cells)) {
        return(invisible())
    }
    .warn(
        label, " has the names of the cells in another order than the table: ",
        "the value of ", .quote_first(cells[1]), " is that in its row, not ",
        "that of this name."
    )
}
