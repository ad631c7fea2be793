#' Pack counts, in memory or in a file
#'
#' Reads counts once, a block of cells at a time, and keeps them in a compact
#' form, from which training and every other function read cells in any order.
#' With a `file`, more cells than memory holds can be trained on: a training
#' reads the file as often as it needs, through the memory that the system has
#' to spare.
#'
#' A matrix on disk, such as HDF5Array's H5SparseMatrix, TENxMatrix or
#' H5ADMatrix, any other DelayedMatrix and an IterableMatrix of BPCells are
#' never in memory as a whole. There may be more than 2^31 counts.
#'
#' Counts keep their values if they are whole numbers up to 16,777,216; other
#' values are rounded to single precision, in which the model computes.
#'
#' @param x What [trainSCVI()] takes: a matrix of genes x cells of any class, a
#'   SummarizedExperiment, a SingleCellExperiment or a Seurat object. With
#'   `file` alone: NULL, to open a file that exists.
#' @param file Where to keep the counts. Default NULL: in memory.
#'   inst/format/packed-counts.md describes the file.
#' @param ... `assay.type`, `altexp` or `assay`: which counts of `x`, see
#'   [trainSCVI()].
#' @param overwrite TRUE: replace an existing `file`. Default FALSE.
#' @param verbose TRUE: show progress. Default: in an interactive session.
#'
#' @return For a SummarizedExperiment, the same with the packed counts as assay;
#'   for anything else, and for a file that exists,
#'   [PackedCounts][PackedCounts-class], with names of genes and cells.
#' @seealso [readCounts()], [trainSCVI()]
#' @examples
#' sce <- exampleSCE()
#' file <- tempfile(fileext = ".counts")
#' packed <- packCounts(sce, file)
#' SummarizedExperiment::assay(packed)
#' model <- trainSCVI(packed, max_epochs = 2, n_hidden = 16)
#' # Another session opens the file
#' packCounts(file = file)
#' @export
packCounts <- function(x = NULL, file = NULL, ..., overwrite = FALSE,
                       verbose = interactive()) {
    .check_flag(overwrite, "overwrite")
    .check_flag(verbose, "verbose")
    if (is.null(x)) {
        .check_dots(list(...), names(formals()))
        .check_not_missing(is.null(file), "x", "counts to pack, or a `file`")
        return(.read_packed_file(.check_path(file, "file")))
    }
    path <- if (!is.null(file)) .check_file_to_write(file, overwrite, "file")
    .check_dots(
        list(...)[!...names() %in% .source_arguments],
        c(names(formals()), .source_arguments)
    )
    data <- .count_data(x, ..., convert = .leave_arrays)
    packed <- .pack(data$counts, data$label, path, overwrite, verbose)
    .with_packed(x, packed, ...)
}

.read_packed_file <- function(path) {
    found <- open_packed_counts(path)
    names <- lapply(found[c("genes", "cells")], function(names) {
        if (length(names)) names
    })
    .new_packed_counts(
        found$pointer, as.integer(found$dim), unname(names),
        normalizePath(path)
    )
}

# Arrays of other packages as they are: they are read block by block.
.leave_arrays <- function(counts, label, has_checked_slots = FALSE) {
    if (!.is_other_array(counts)) {
        return(.as_counts(counts, label, has_checked_slots))
    }
    .check_seeds(counts, label)
    counts
}

.with_packed <- function(x, packed, ...) {
    UseMethod(".with_packed")
}

.with_packed.default <- function(x, packed, ...) packed

.with_packed.SummarizedExperiment <- function(x, packed, assay.type = "counts",
                                              altexp = NULL, ...) {
    if (!is.null(altexp)) {
        altExp(x, altexp) <- .with_packed(altExp(x, altexp), packed, assay.type)
        return(x)
    }
    assay(x, assay.type, withDimnames = FALSE) <- packed
    x
}

# ---- Packing -----------------------------------------------------------------

# Counts of any class, in memory without a `path`.
.pack <- function(counts, label, path = NULL, overwrite = FALSE,
                  verbose = FALSE) {
    if (is(counts, "PackedCounts")) {
        counts <- .open_packed_counts(counts, label)
        if (is.null(path)) {
            return(counts)
        }
    }
    work <- function(pack) {
        if (!.is_other_array(counts)) {
            return(pack(counts))
        }
        .for_cell_blocks(
            counts, label, function(block, cells) pack(block),
            verbose = verbose
        )
    }
    .pack_blocks(dim(counts), dimnames(counts), work, path, overwrite)
}

# Several objects as one, in memory, their cells one after another.
.pack_parts <- function(parts) {
    dim <- c(nrow(parts[[1]]), sum(vapply(parts, ncol, integer(1))))
    work <- function(pack) lapply(parts, pack)
    .pack_blocks(dim, list(rownames(parts[[1]]), NULL), work)
}

# What work(pack) packs by calls of pack(block).
.pack_blocks <- function(dim, dimnames, work, path = NULL,
                         overwrite = FALSE) {
    packer <- new_count_packer(
        dim[1], if (is.null(path)) "" else .native_path(path), overwrite
    )
    on.exit(discard_packer(packer))
    work(function(block) pack_cells(packer, block))
    pointer <- finish_packing(packer, dimnames[[1]], dimnames[[2]])
    .new_packed_counts(
        pointer, dim, dimnames, if (!is.null(path)) normalizePath(path)
    )
}

# Calls work(block, cells) with some cells of an array after another, `size`
# values at a time: as many as make about 80 MB when dense.
.for_cell_blocks <- function(counts, label, work, size = 1e7, verbose = FALSE) {
    blocks <- .cell_blocks(counts, size)
    progress <- if (verbose && length(blocks) > 1) {
        cli::cli_progress_bar("Packing counts", total = ncol(counts))
    }
    for (cells in blocks) {
        block <- tryCatch(.array_block(counts, cells), error = function(error) {
            .stop_argument(
                "x", label, ", of class ", class(counts)[1],
                ", cannot be read: ", conditionMessage(error)
            )
        })
        work(block, cells)
        if (!is.null(progress)) {
            cli::cli_progress_update(length(cells), id = progress)
        }
    }
    if (!is.null(progress)) {
        cli::cli_progress_done(progress)
    }
}

# Dense where its class has no way to a dgCMatrix.
.array_block <- function(counts, cells) {
    block <- counts[, cells, drop = FALSE]
    sparse <- .sparse_or_null(block)
    if (!is.null(sparse)) {
        problem <- .slot_problem(sparse)
        if (!is.null(problem)) {
            stop("a block of it is not valid: ", problem, call. = FALSE)
        }
        return(sparse)
    }
    block <- as.matrix(block)
    if (!is.numeric(block) && !is.logical(block)) {
        stop("it must hold numbers, not ", typeof(block), call. = FALSE)
    }
    storage.mode(block) <- "double"
    unname(block)
}
