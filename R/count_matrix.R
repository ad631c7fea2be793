# From whatever holds counts to a matrix that the core reads in place: a valid
# dgCMatrix or a dense matrix, genes x cells.

.as_counts <- function(counts, label, has_checked_slots = FALSE,
                       cache = "auto") {
    if (is(counts, "PackedCounts")) {
        return(.open_packed_counts(counts, label))
    }
    if (.is_count_stream(counts)) {
        return(.cached(counts, label, cache))
    }
    if (is(counts, "Matrix") && !has_checked_slots) {
        counts <- .check_slots(counts, label)
    }
    if (is(counts, "dgCMatrix")) {
        return(.plain_dgCMatrix(counts))
    }
    if (is(counts, "denseMatrix")) {
        counts <- as.matrix(counts)
    }
    if (is(counts, "Matrix")) {
        counts <- as(as(counts, "dMatrix"), "generalMatrix")
        return(as(counts, "CsparseMatrix"))
    }
    if (.is_other_array(counts)) {
        return(.counts_of_array(counts, label, cache))
    }
    if (is.matrix(counts) && is.logical(counts)) {
        storage.mode(counts) <- "integer"
    }
    if (!is.matrix(counts) || !is.numeric(counts)) {
        .stop_argument(
            "x", label, " must hold numbers, not ", typeof(counts), "."
        )
    }
    if (is.object(counts)) unclass(counts) else counts
}

# A matrix of a class of another package than Matrix: a DelayedMatrix, a matrix
# of BPCells.
.is_other_array <- function(counts) {
    isS4(counts) && !is(counts, "Matrix") && !is(counts, "PackedCounts") &&
        length(dim(counts)) == 2
}

# Without what a class that extends dgCMatrix adds: the core asks for the class.
.plain_dgCMatrix <- function(counts) {
    if (identical(as.vector(class(counts)), "dgCMatrix")) {
        return(counts)
    }
    as(counts, "dgCMatrix", strict = TRUE)
}

# The slots of a Matrix as its package's own C code expects them: a pointer or
# an index out of range, of a wrong type or missing would end R. Rows that are
# merely out of order are sorted.
.check_slots <- function(counts, label) {
    problem <- .slot_problem(counts)
    if (is.null(problem)) {
        return(counts)
    }
    sorted <- if (is(counts, "dgCMatrix")) .with_sorted_rows(counts)
    if (!is.null(sorted)) {
        return(sorted)
    }
    .stop_argument(
        "x", label, " is not a valid ", class(counts)[1], ": ", problem,
        ". It was changed by hand or made by a faulty program; make it anew, ",
        "for instance with Matrix::sparseMatrix()."
    )
}

.slot_problem <- function(counts) {
    if (has_valid_slots(counts)) {
        return(NULL)
    }
    found <- tryCatch(
        validObject(counts, test = TRUE), error = conditionMessage
    )
    if (!isTRUE(found)) found[1]
}

# NULL where the order is not all that is wrong, or a cell has a gene twice.
.with_sorted_rows <- function(counts) {
    tryCatch({
        n_rows <- slot(counts, "Dim")[1]
        row <- slot(counts, "i")
        # Before memory of the size that a damaged `p` claims is allocated.
        widths <- diff(slot(counts, "p"))
        if (any(widths < 0) || sum(as.double(widths)) != length(row) ||
            length(slot(counts, "x")) != length(row) ||
            length(widths) != slot(counts, "Dim")[2] ||
            any(row < 0 | row >= n_rows)) {
            return(NULL)
        }
        cell <- rep(seq_along(widths), widths)
        order <- order(cell, row)
        if (any(diff(cell) == 0 & diff(row[order]) == 0)) {
            return(NULL)
        }
        slot(counts, "i") <- row[order]
        slot(counts, "x") <- slot(counts, "x")[order]
        if (is.null(.slot_problem(counts))) counts
    }, error = function(error) NULL)
}

# ---- Matrices of other packages ----------------------------------------------

# What is on disk is packed by blocks of cells. Any other matrix becomes a
# dgCMatrix as a whole, if its class has a way; else it is packed, too, as is
# what a dgCMatrix cannot hold.
.counts_of_array <- function(counts, label, cache) {
    .check_seeds(counts, label)
    if (.is_on_disk(counts)) {
        return(.cached(counts, label, cache))
    }
    whole <- .sparse_or_null(counts)
    if (is.null(whole)) .pack(counts, label) else .check_slots(whole, label)
}

# A DelayedMatrix with any seed that is not an array in memory; a matrix of
# BPCells.
.is_on_disk <- function(counts) {
    if (is(counts, "IterableMatrix")) {
        return(TRUE)
    }
    if (!is(counts, "DelayedMatrix")) {
        return(FALSE)
    }
    seeds <- tryCatch(
        DelayedArray::seedApply(counts, identity), error = function(error) NULL
    )
    !all(vapply(seeds, function(seed) {
        is.array(seed) || is.data.frame(seed) || is(seed, "DataFrame") ||
            any(vapply(.memory_seeds, is, NA, object = seed))
    }, NA))
}

.memory_seeds <- c(
    "Matrix", "SparseArraySeed", "SparseArray", "RleArraySeed",
    "ConstantArraySeed", "PackedCounts"
)

# A dgCMatrix where the class of an array has a way to one. The coercion of a
# dense DelayedMatrix would hold all of it in memory as a dense matrix first.
.sparse_or_null <- function(counts) {
    is_sparse <- !is(counts, "DelayedMatrix") || tryCatch(
        DelayedArray::is_sparse(counts), error = function(error) FALSE
    )
    found <- if (is_sparse) {
        tryCatch(as(counts, "dgCMatrix"), error = function(error) NULL)
    }
    if (is(found, "dgCMatrix")) found
}

# What a DelayedMatrix is made of.
.check_seeds <- function(counts, label) {
    if (!is(counts, "DelayedMatrix")) {
        return(invisible())
    }
    seeds <- tryCatch(
        DelayedArray::seedApply(counts, identity), error = function(error) NULL
    )
    for (seed in seeds) {
        .check_seed_file(seed, label)
        problem <- if (is(seed, "Matrix")) .slot_problem(seed)
        if (!is.null(problem)) {
            .stop_argument(
                "x", label, " holds a ", class(seed)[1], " that is not valid: ",
                problem, "."
            )
        }
    }
}

# Its file may be gone.
.check_seed_file <- function(seed, label) {
    path <- tryCatch(DelayedArray::path(seed), error = function(error) NULL)
    if (is.character(path) && !all(file.exists(path))) {
        .stop_argument(
            "x", label, " is kept in a file that is not there any more: \"",
            path[!file.exists(path)][1], "\"."
        )
    }
}

# The columns of a matrix in pieces of about `size` values.
.cell_blocks <- function(counts, size) {
    width <- max(1, floor(size / max(1, nrow(counts))))
    n_cells <- ncol(counts)
    lapply(seq_len(ceiling(n_cells / width)), function(k) {
        seq.int((k - 1) * width + 1, min(n_cells, k * width))
    })
}
