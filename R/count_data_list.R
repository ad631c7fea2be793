# Several objects as one: their common genes by name, their cells one after
# another. `source` says which object a cell came from; it stands for the batch
# where none is given.

.count_data.list <- function(x, ..., convert = .as_counts, cache = "auto") {
    if (!length(x)) {
        .stop_argument("x", "`x` is an empty list.")
    }
    sources <- .source_names(x)
    labels <- paste0("`x[[", if (is.numeric(sources)) sources else
        paste0("\"", sources, "\""), "]]`")
    parts <- Map(
        .read_part, x, labels, MoreArgs = list(..., cache = cache)
    )
    counts <- unname(lapply(parts, `[[`, "counts"))
    n_cells <- vapply(counts, ncol, integer(1))
    names <- .join_names(lapply(counts, colnames), sources, n_cells)
    counts <- .join_genes(counts, labels)
    counts <- .bind_cells(counts)
    colnames(counts) <- names
    data <- .new_count_data(
        counts, .join_tables(lapply(parts, `[[`, "cell_data")), "`x`"
    )
    data$assay <- parts[[1]]$assay
    data$source <- rep(sources, n_cells)
    data$source_is_named <- !is.null(names(x))
    data
}

# The names of the list, else positions.
.source_names <- function(x) {
    names <- names(x)
    if (is.null(names)) {
        return(seq_along(x))
    }
    if (!all(nzchar(names)) || anyNA(names) || anyDuplicated(names)) {
        .stop_argument(
            "x", "A list `x` must have a name of its own for every object, ",
            "or none for any."
        )
    }
    names
}

# Counts of one object; errors say which object it is.
.read_part <- function(part, label, ...) {
    tryCatch(
        {
            if (is.character(part) && is.null(dim(part))) {
                .check_path(part, "x", "file of counts")
            }
            .count_data(part, ...)
        },
        scvigor_file_error = function(error) {
            .stop_file(label, ": ", conditionMessage(error))
        },
        scvigor_argument_error = function(error) {
            .stop_argument(error$argument, label, ": ",
                           conditionMessage(error))
        }
    )
}

# The parts with the genes that all have, in the order of the first.
.join_genes <- function(counts, labels) {
    unnamed <- vapply(counts, function(part) is.null(rownames(part)), NA)
    if (all(unnamed)) {
        n_genes <- vapply(counts, nrow, integer(1))
        other <- which(n_genes != n_genes[1])
        if (length(other)) {
            .stop_argument(
                "x", labels[other[1]], " has ", n_genes[other[1]],
                " genes, but ", labels[1], " has ", n_genes[1],
                ", and they have no names. Name the rows."
            )
        }
        return(.same_storage(counts))
    }
    if (any(unnamed)) {
        .stop_argument(
            "x", labels[which(unnamed)[1]], " has no gene names, but others ",
            "have. Name its rows."
        )
    }
    common <- rownames(counts[[1]])
    for (k in seq_along(counts)) {
        common <- common[common %in% rownames(counts[[k]])]
        if (!length(common)) {
            .stop_argument(
                "x", labels[k], " shares no genes with those before it."
            )
        }
    }
    fewer <- length(common) < max(vapply(counts, nrow, integer(1)))
    if (fewer) {
        .inform(
            .pluralize(length(common), "gene"), " are common to all ",
            length(counts), " objects; the others are left out."
        )
    }
    .same_storage(lapply(counts, function(part) {
        if (identical(rownames(part), common)) {
            return(part)
        }
        part[common, , drop = FALSE]
    }))
}

.bind_cells <- function(counts) {
    if (length(counts) > 1) do.call(cbind, counts) else counts[[1]]
}

# One packed part makes the whole packed, else one sparse part the whole sparse.
.same_storage <- function(counts) {
    if (any(vapply(counts, is, NA, "PackedCounts"))) {
        return(list(.join_packed(counts)))
    }
    sparse <- vapply(counts, is, NA, "dgCMatrix")
    if (!any(sparse)) {
        return(unname(counts))
    }
    unname(lapply(counts, function(part) as(part, "dgCMatrix")))
}

# Names that several objects use are told apart by their source. Cells of an
# object without names are numbered, unless none has names.
.join_names <- function(names, sources, n_cells) {
    nameless <- vapply(names, is.null, NA)
    if (all(nameless)) {
        return(NULL)
    }
    names[nameless] <- lapply(which(nameless), function(k) {
        paste(sources[k], seq_len(n_cells[k]), sep = "_")
    })
    joined <- unlist(names, use.names = FALSE)
    if (anyDuplicated(joined)) {
        joined <- paste(rep(sources, n_cells), joined, sep = "_")
    }
    joined
}

# The columns that all cell tables have.
.join_tables <- function(tables) {
    if (any(vapply(tables, is.null, NA))) {
        return(NULL)
    }
    common <- Reduce(intersect, lapply(tables, colnames))
    do.call(rbind, unname(lapply(tables, function(table) {
        DataFrame(table)[, common, drop = FALSE]
    })))
}
