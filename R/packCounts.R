#' Pack counts, in memory or in a file
#'
#' Reads counts once, a block of cells at a time, and keeps them in a compact
#' form, from which training and every other function read cells in any order.
#' With a `file`, more cells than memory holds can be trained on: a training
#' reads the file as often as it needs, through the memory that the system has
#' to spare.
#'
#' A file that [readCounts()] reads is read once, from its beginning to its end,
#' in memory of a fixed size; what it keeps by genes is put in the order of the
#' cells in a temporary file. A matrix on disk, such as HDF5Array's
#' H5SparseMatrix, TENxMatrix, H5ADMatrix or HDF5Matrix, or rows and columns of
#' it, is read in the same way; any other DelayedMatrix and an IterableMatrix of
#' BPCells are read some cells at a time. None is ever in memory as a whole, and
#' there may be more than 2^31 counts. A file that changes while it is read is
#' an error. A disk that is full is one, too, and nothing is left behind.
#'
#' Counts keep their values if they are whole numbers up to 16,777,216; other
#' values are rounded to single precision, in which the model computes.
#'
#' @param x What [trainSCVI()] takes: a matrix of genes x cells of any class, a
#'   SummarizedExperiment, a SingleCellExperiment or a Seurat object; or the
#'   path of a file of counts, or of several, which become one data set of the
#'   genes that all have. With `file` alone: NULL, to open a file that exists.
#' @param file Where to keep the counts. Default NULL: in memory.
#'   inst/format/packed-counts.md describes the file.
#' @param ... `assay.type`, `altexp` or `assay`: which counts of `x`, see
#'   [trainSCVI()].
#' @param overwrite TRUE: replace an existing `file`. Default FALSE.
#' @param verbose TRUE: show progress. Default: in an interactive session.
#'
#' @return For a SummarizedExperiment, the same with the packed counts as assay;
#'   for the path of a file, a SingleCellExperiment as of [readCounts()], with
#'   packed counts and without features that are not genes; for anything else,
#'   and for a file that exists, [PackedCounts][PackedCounts-class], with names
#'   of genes and cells.
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
    data$counts <- .pack(data$counts, data$label, path, overwrite, verbose)
    .with_packed(x, data, ...)
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

# Arrays of other packages and files as they are: they are read block by block.
.leave_arrays <- function(counts, label, has_checked_slots = FALSE,
                          cache = "auto") {
    if (.is_count_stream(counts)) {
        return(counts)
    }
    if (!.is_other_array(counts)) {
        return(.as_counts(counts, label, has_checked_slots))
    }
    .check_seeds(counts, label)
    counts
}

# `data`: see .count_data(), with packed counts.
.with_packed <- function(x, data, ...) {
    UseMethod(".with_packed")
}

.with_packed.default <- function(x, data, ...) data$counts

# `name` is that of the assay.
.with_packed.character <- function(x, data, ..., name = "counts") {
    assays <- list(data$counts)
    names(assays) <- name
    cells <- data$cell_data
    if (is.null(cells)) {
        cells <- S4Vectors::make_zero_col_DFrame(ncol(data$counts))
    }
    rownames(cells) <- colnames(data$counts)
    if (!is.null(data$source) && is.null(cells$file)) {
        cells$file <- factor(data$source, unique(data$source))
    }
    genes <- data$gene_data
    if (is.null(genes)) {
        genes <- S4Vectors::make_zero_col_DFrame(nrow(data$counts))
    }
    rownames(genes) <- rownames(data$counts)
    SingleCellExperiment(assays, colData = cells, rowData = genes)
}

.with_packed.SummarizedExperiment <- function(x, data, assay.type = "counts",
                                              altexp = NULL, ...) {
    if (!is.null(altexp)) {
        altExp(x, altexp) <- .with_packed(altExp(x, altexp), data, assay.type)
        return(x)
    }
    assay(x, assay.type, withDimnames = FALSE) <- data$counts
    x
}

# ---- Packing -----------------------------------------------------------------

# Counts of any class. Without a `path` in a temporary file in `folder`, or in
# memory.
.pack <- function(counts, label, path = NULL, overwrite = FALSE,
                  verbose = FALSE, folder = NULL) {
    if (is(counts, "PackedCounts")) {
        counts <- .open_packed_counts(counts, label)
        if (is.null(path)) {
            return(counts)
        }
    }
    stream <- if (.is_count_stream(counts)) {
        counts
    } else {
        .stream_of_array(counts)
    }
    if (!is.null(stream)) {
        return(.pack_all_of_stream(stream, label, path, overwrite, folder))
    }
    work <- function(packer) {
        if (!.is_other_array(counts)) {
            return(pack_cells(packer, counts))
        }
        .for_cell_blocks(
            counts, label, function(block, cells) pack_cells(packer, block),
            verbose = verbose
        )
    }
    .pack_blocks(dim(counts), dimnames(counts), work, path, overwrite, folder)
}

# A file has cells and genes in the order of the stream; they are chosen in
# another order from what is packed.
.pack_all_of_stream <- function(stream, label, path, overwrite, folder) {
    positions <- .positions_in_stream(stream)
    is_in_order <- vapply(positions, function(order) {
        is.null(order) || identical(order, seq_along(order))
    }, NA)
    dim <- ifelse(
        vapply(positions, is.null, NA), dim(stream),
        vapply(positions, function(order) max(order, 0L), 1L)
    )
    work <- function(packer) .pack_stream(stream, packer, label)
    if (all(is_in_order)) {
        return(.pack_blocks(
            dim, dimnames(stream), work, path, overwrite, folder
        ))
    }
    if (!is.null(path)) {
        folder <- dirname(path)
    }
    packed <- .pack_blocks(dim, NULL, work, folder = folder)
    packed <- .take_packed(packed, positions[[1]], positions[[2]])
    dimnames(packed) <- dimnames(stream)
    if (is.null(path)) packed else .pack(packed, label, path, overwrite)
}

# Several objects as one, their cells one after another. What is packed is not
# copied.
.join_packed <- function(parts) {
    parts <- lapply(parts, .pack, label = "`x`")
    dim <- c(nrow(parts[[1]]), sum(vapply(parts, ncol, integer(1))))
    .new_packed_counts(
        join_packed_counts(unname(parts)), dim, list(rownames(parts[[1]]), NULL)
    )
}

# What work(packer) packs.
.pack_blocks <- function(dim, dimnames, work, path = NULL,
                         overwrite = FALSE, folder = NULL) {
    packer <- new_count_packer(
        dim[1], if (is.null(path)) "" else .native_path(path), overwrite,
        if (is.null(folder)) "" else .native_path(folder)
    )
    on.exit(discard_packer(packer))
    work(packer)
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
