#' Packed counts
#'
#' A matrix of counts, genes x cells, in a compact form: some three bytes for
#' each count that is not 0, a quarter of what a dgCMatrix takes, in memory or
#' in a file. [packCounts()] makes it; every function of this package that takes
#' a matrix takes it, also as an assay of a SummarizedExperiment. Choosing rows
#' and columns with `[` copies no counts.
#'
#' Counts in a file survive [saveRDS()] and reach parallel workers; the file is
#' opened again when it is needed. Those in memory end with the session.
#'
#' `dim()`, `dimnames()` and `[` work as for a matrix, but neither rows nor
#' columns are dropped and no gene may be chosen twice.
#' `as(x, "dgCMatrix")` and `as.matrix(x)` give ordinary matrices.
#'
#' @slot store An environment: the open store, and the path of its file.
#' @slot genes,cells Integers: which genes and cells of the store, in which
#'   order. A gene that is NA has no counts.
#' @slot Dimnames A list: the names of the genes and of the cells, or NULL.
#'
#' @param x PackedCounts.
#' @param i,j Rows and columns: positions, names or TRUE and FALSE.
#' @param drop Ignored.
#' @param value A list of the names of genes and cells, each may be NULL.
#' @param object PackedCounts.
#' @param ... Ignored.
#'
#' @return `[` gives PackedCounts; `show()` prints its size and returns NULL,
#'   invisibly.
#' @seealso [packCounts()]
#' @examples
#' packed <- packCounts(SummarizedExperiment::assay(exampleSCE()))
#' packed
#' packed[1:3, c(5, 2)]
#' as.matrix(packed[1:3, c(5, 2)])
#' @name PackedCounts-class
#' @exportClass PackedCounts
setClass("PackedCounts", slots = c(
    store = "environment", genes = "integer", cells = "integer",
    Dimnames = "list"
))

# `store` is the pointer to an open store of `size` genes and cells; `path` its
# file, if another session can open it.
.new_packed_counts <- function(pointer, size, dimnames, path = NULL) {
    store <- new.env(parent = emptyenv())
    store$pointer <- pointer
    store$path <- path
    store$size <- size
    counts <- new(
        "PackedCounts", store = store, genes = seq_len(size[1]),
        cells = seq_len(size[2]), Dimnames = list(NULL, NULL)
    )
    dimnames(counts) <- dimnames
    counts
}

# The same with its store open.
.open_packed_counts <- function(counts, label = "`x`") {
    store <- counts@store
    if (!is_null_pointer(store$pointer)) {
        return(counts)
    }
    if (is.null(store$path)) {
        .stop_argument(
            "x", label, " was packed in memory, or in a temporary file, by ",
            "another session and is gone. Pack the counts again; ",
            "packCounts(x, file = ) keeps them in a file."
        )
    }
    found <- open_packed_counts(.native_path(store$path))
    if (!identical(as.integer(found$dim), as.integer(store$size))) {
        .stop_argument(
            "x", "\"", store$path, "\" is no longer the file that ", label,
            " was made of: it has ", found$dim[1], " genes x ", found$dim[2],
            " cells instead of ", store$size[1], " x ", store$size[2], "."
        )
    }
    store$pointer <- found$pointer
    counts
}

#' @rdname PackedCounts-class
#' @export
setMethod("dim", "PackedCounts", function(x) {
    c(length(x@genes), length(x@cells))
})

#' @rdname PackedCounts-class
#' @export
setMethod("dimnames", "PackedCounts", function(x) {
    if (!is.null(x@Dimnames[[1]]) || !is.null(x@Dimnames[[2]])) x@Dimnames
})

#' @rdname PackedCounts-class
#' @export
setReplaceMethod("dimnames", "PackedCounts", function(x, value) {
    if (is.null(value)) {
        value <- list(NULL, NULL)
    }
    fits <- is.list(value) && length(value) == 2 &&
        all(lengths(value) %in% 0 | lengths(value) == dim(x))
    if (!fits) {
        .stop_argument(
            "value", "`dimnames` must be a list of ", nrow(x), " names of ",
            "genes and ", ncol(x), " of cells; each may be NULL."
        )
    }
    x@Dimnames <- lapply(unname(value), function(names) {
        if (length(names)) as.character(names)
    })
    x
})

#' @rdname PackedCounts-class
#' @export
setMethod("[", "PackedCounts", function(x, i, j, ..., drop = FALSE) {
    n_indices <- nargs() - 1 - (!missing(drop))
    if (n_indices < 2) {
        .stop_argument("i", "PackedCounts needs rows and columns: x[i, j].")
    }
    names <- x@Dimnames
    genes <- if (!missing(i)) {
        .packed_positions(i, nrow(x), names[[1]], "i", "genes")
    }
    cells <- if (!missing(j)) {
        .packed_positions(j, ncol(x), names[[2]], "j", "cells")
    }
    .take_packed(x, genes, cells)
})

# Selecting nothing is no error here.
.packed_positions <- function(subset, n, names, argument, things) {
    if (!length(subset) || is.logical(subset) && !any(subset, na.rm = TRUE)) {
        return(integer())
    }
    if (is.numeric(subset) && all(subset < 0, na.rm = TRUE)) {
        subset <- seq_len(n)[subset]
    }
    positions <- .positions(subset, n, names, argument, things)
    if (argument == "i" && anyDuplicated(positions)) {
        .stop_argument("i", "A gene of PackedCounts cannot be chosen twice.")
    }
    positions
}

# NULL: all. A gene that is NA has no counts, and is called NA.
.take_packed <- function(counts, genes = NULL, cells = NULL) {
    if (!is.null(genes)) {
        counts@genes <- counts@genes[genes]
        counts@Dimnames[1] <- list(counts@Dimnames[[1]][genes])
    }
    if (!is.null(cells)) {
        counts@cells <- counts@cells[cells]
        counts@Dimnames[2] <- list(counts@Dimnames[[2]][cells])
    }
    counts
}

#' @rdname PackedCounts-class
#' @export
setMethod("show", "PackedCounts", function(object) {
    path <- object@store$path
    cat(
        "PackedCounts: ", nrow(object), " genes x ", ncol(object), " cells\n",
        if (!is.null(path)) c("file: ", path, "\n"), sep = ""
    )
})

setAs("PackedCounts", "dgCMatrix", function(from) {
    slots <- unpack_counts(.open_packed_counts(from))
    new(
        "dgCMatrix", i = slots$i, p = slots$p, x = slots$x, Dim = dim(from),
        Dimnames = from@Dimnames
    )
})

#' @rdname PackedCounts-class
#' @export
setMethod("as.matrix", "PackedCounts", function(x, ...) {
    as.matrix(as(x, "dgCMatrix"))
})
