# Which cells differentialExpression() compares. Cells are split into parts;
# the sides of a comparison are unions of them, so that parts need be sampled
# once only.

# list(parts, comparisons): positions of cells, and list(parts1, parts2,
# group1, group2, within) for each comparison. `reuse`: the rest of a group
# may be put together from the samples of the other groups.
.de_design <- function(query, groups, group1, group2, idx1, idx2, subset,
                     within, reuse) {
    data <- .query_data(query)
    cells <- .selected_cells(subset, "subset", data)$cells
    if (is.null(cells)) {
        cells <- seq_len(ncol(data$counts))
    }
    sides <- if (is.null(idx1)) {
        .de_sides_of_groups(groups, group1, group2, idx2, cells, data)
    } else {
        .de_sides_of_cells(groups, group1, group2, idx1, idx2, cells, data)
    }
    blocks <- .cells_by_level(within, cells, data)
    design <- list(parts = list(), comparisons = list())
    for (level in names(blocks)) {
        design <- .add_comparisons(design, sides, blocks[[level]], level, reuse)
    }
    if (!length(design$comparisons)) {
        .stop_argument(
            "within", "No level of `within` has cells of both sides."
        )
    }
    design$named <- is.null(idx1)
    design$within <- !is.null(within)
    design
}

# The cells of each level of `within`.
.cells_by_level <- function(within, cells, data) {
    if (is.null(within)) {
        return(list(all = cells))
    }
    .cells_by_label(.read_column(within, "within", data), "within", cells)
}

# The comparisons inside of `cells`, with parts of their own.
.add_comparisons <- function(design, sides, cells, level, reuse) {
    cells_of_group <- lapply(sides$cells_of_group, intersect, cells)
    present <- names(cells_of_group)[lengths(cells_of_group) > 0]
    add <- function(cells) {
        design$parts <<- c(design$parts, list(cells))
        length(design$parts)
    }
    known <- list()
    part_of <- function(group) {
        if (is.null(known[[group]])) {
            known[[group]] <<- add(cells_of_group[[group]])
        }
        known[[group]]
    }
    for (group1 in sides$first_groups) {
        others <- if (is.null(sides$group2)) {
            setdiff(present, group1)
        } else {
            intersect(sides$group2, present)
        }
        if (!group1 %in% present || !length(others)) {
            .warn(
                "Level \"", level, "\" of `within` lacks a side of \"",
                group1, "\" vs ",
                if (is.null(sides$group2)) "Rest" else sides$group2,
                "; it is left out."
            )
            next
        }
        # With a single comparison the rest is one part like any other.
        shared <- reuse && length(sides$first_groups) > 1 || length(others) == 1
        design$comparisons <- c(design$comparisons, list(list(
            parts1 = part_of(group1),
            parts2 = if (shared) {
                vapply(others, part_of, 1, USE.NAMES = FALSE)
            } else {
                add(sort(unlist(cells_of_group[others], use.names = FALSE)))
            },
            group1 = group1,
            group2 = if (is.null(sides$group2)) "Rest" else sides$group2,
            within = level
        )))
    }
    design
}
