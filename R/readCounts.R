#' Read counts from an .h5ad, .h5mu or 10x .h5 file, or a matrix.mtx
#'
#' Reads AnnData's `.h5ad` files, of any version, a modality of MuData's
#' `.h5mu` files, the `.h5` files of 10x Genomics' Cell Ranger, and its folders
#' of `matrix.mtx`, `features.tsv` and `barcodes.tsv`, compressed by gzip or
#' not, into a SingleCellExperiment, without Python. The counts stay sparse,
#' and reading takes little more memory than the result.
#'
#' @section Which matrix:
#' In an `.h5ad` file, counts may be in `X` or, where `X` holds normalized
#' values, in a layer or in `raw`. With `assay = NULL` the first of `X`,
#' `layers/counts` and `raw/X` is read that holds counts: values that are all
#' whole and not negative, and not all zero. Some files keep something else
#' than the counts in `X` that looks like counts. So where several of the three
#' hold counts, one with nothing but 0 and 1 gives way to another, and `X` to
#' `layers/counts` if their values differ. Whenever `X` is not what was read, a
#' message says so and why.
#'
#' In an `.h5mu` file, each modality has these matrices. In files of Cell
#' Ranger 2, each genome has counts of its own.
#'
#' @section Files:
#' Sparse matrices may be compressed by cell or by gene, dense ones be stored in
#' any way; each is read once, block by block. Compression may be gzip, LZF,
#' szip or what HDF5 finds in the directory `HDF5_PLUGIN_PATH`. Several values
#' of one gene in one cell are summed. Values that are not counts but were
#' requested come with a warning, as do cells that share a name.
#'
#' A column of `obs` or `var` that cannot be read is left out, with a warning
#' that names it and says why. Integers beyond 2^53, which R cannot hold,
#' become text.
#'
#' Files are read in a child process, whose memory and time are limited by the
#' sizes that the file declares: a damaged file is an error, never a crash. For
#' files of other formats, the error names the format where it is known, and
#' what reads it.
#'
#' @param file Path of the file, or of a folder with a `matrix.mtx`.
#' @param assay What to read: `"X"`, `"raw"` or the name of a layer; in an
#'   `.h5mu` file the name of a modality, such as `"rna"`, or of a matrix in it,
#'   such as `"rna/X"`; in a file of Cell Ranger 2 the name of a genome. Default
#'   NULL: see Which matrix.
#' @param row.names What the genes are called: `"id"` (default), the file's
#'   own index, which are Ensembl identifiers in a 10x file; or the name of a
#'   column of `rowData`, such as `"Symbol"` in a 10x file. Genes with the
#'   same name get a suffix, as by [make.unique()], and a warning.
#' @param on_disk TRUE: the counts stay in the file, as a DelayedMatrix of the
#'   package HDF5Array (an H5SparseMatrix, a TENxMatrix or an HDF5Matrix), from
#'   which [trainSCVI()] and every other function read them when they need them;
#'   the file must stay in its place. Default FALSE: in memory.
#' @param verbose TRUE: say what was read. Default: in an interactive session.
#' @param ... Not used: an argument by another name is an error that tells the
#'   right one.
#'
#' @return A SingleCellExperiment with the assay "counts", a dgCMatrix of genes
#'   x cells, or with `on_disk` a DelayedMatrix. `colData` has the columns of
#'   `obs`, `rowData` those of `var`; categories are factors, missing values
#'   NA. From a 10x file, `rowData` has ID, Symbol, Type and Genome; features
#'   that are not genes, such as antibodies, are alternative experiments named
#'   after their type.
#' @seealso [runSCVI()]
#' @examples
#' # A small 10x file
#' counts <- SingleCellExperiment::counts(exampleSCE())
#' parts <- list(
#'     data = slot(counts, "x"), indices = slot(counts, "i"),
#'     indptr = slot(counts, "p"), shape = dim(counts),
#'     barcodes = colnames(counts), genes = rownames(counts)
#' )
#' file <- tempfile(fileext = ".h5")
#' if (requireNamespace("rhdf5", quietly = TRUE)) {
#'     rhdf5::h5createFile(file)
#'     rhdf5::h5createGroup(file, "matrix")
#'     for (part in names(parts)) {
#'         rhdf5::h5write(parts[[part]], file, paste0("matrix/", part))
#'     }
#'     readCounts(file)
#' }
#' @importFrom SummarizedExperiment rowData
#' @importClassesFrom Matrix dgCMatrix
#' @export
readCounts <- function(file, assay = NULL, row.names = "id", on_disk = FALSE,
                       verbose = interactive(), ...) {
    .check_dots(list(...), names(formals()))
    .check_not_missing(missing(file), "file", "the path of a file or folder")
    path <- .check_path(file, "file")
    .check_name(row.names, "row.names")
    .check_flag(on_disk, "on_disk")
    .check_flag(verbose, "verbose")
    if (!is.null(assay)) {
        assay <- .check_name(assay, "assay")
    }
    if (is.null(assay)) {
        assay <- ""
    }
    if (on_disk) {
        content <- .read_count_tables(path, assay)
        .warn_about_tables(content, file)
        counts <- .array_on_disk(path, content, file)
    } else {
        content <- read_count_file(path, assay)
        .warn_about_file(content, file)
        counts <- new(
            "dgCMatrix", i = content$i, p = content$p, x = content$x,
            Dim = as.integer(content$dim)
        )
    }
    sce <- .file_to_sce(content, counts)
    types <- .feature_types(content)
    sce <- .split_by_type(.name_genes(sce, row.names, types, file), types)
    if (verbose) {
        .inform(
            "Read ", ncol(sce), " cells x ", nrow(sce), " genes from ",
            content$assay, " of ", basename(file), "."
        )
    }
    sce
}

# All but the counts.
.read_count_tables <- function(path, assay) {
    stream <- .open_count_stream(path, assay)
    close_count_stream(unclass(stream)$pointer)
    unclass(stream)
}

# The counts as a DelayedMatrix of the package HDF5Array.
.array_on_disk <- function(path, content, file) {
    .check_package("HDF5Array", "on_disk")
    if (content$layout == "file") {
        .stop_argument(
            "on_disk", "`on_disk` needs an HDF5 file; \"", file, "\" is a ",
            "Matrix Market file. packCounts() keeps its counts in a file."
        )
    }
    path <- normalizePath(path)
    if (content$layout == "dense") {
        return(HDF5Array::HDF5Array(path, content$place))
    }
    .sparse_array(path, content$place, content$layout, content$dim)
}

# HDF5Array 1.26 and rhdf5 2.42 together take every group for a dataset. Then
# the array is made from what it consists of.
.sparse_array <- function(path, group, layout, dim) {
    tryCatch(
        suppressMessages(HDF5Array::H5SparseMatrix(path, group)),
        error = function(error) {
            class <- if (layout == "by_cells") {
                "CSC_H5SparseMatrixSeed"
            } else {
                "CSR_H5SparseMatrixSeed"
            }
            ends <- rhdf5::h5read(path, paste0(group, "/indptr"))
            seed <- new(
                class, filepath = path, group = group, subdata = NULL,
                dim = as.integer(dim), indptr_ranges = data.frame(
                    start = as.numeric(ends[-length(ends)]) + 1,
                    width = as.integer(diff(ends))
                ), dimnames = list(NULL, NULL)
            )
            DelayedArray::DelayedArray(seed)
        }
    )
}

.file_to_sce <- function(content, counts) {
    # Without values, as each step of the constructor validates them all.
    no_counts <- new(
        "dgCMatrix", p = integer(content$dim[2] + 1), Dim = dim(counts)
    )
    sce <- SingleCellExperiment(
        list(counts = no_counts),
        rowData = .file_table(content$genes, content$dim[1]),
        colData = .file_table(content$cells, content$dim[2])
    )
    assay(sce, "counts", withDimnames = FALSE) <- counts
    dimnames(sce) <- list(
        .names_or_null(content$genes), .names_or_null(content$cells)
    )
    sce
}

.file_table <- function(table, n_rows) {
    .data_frame(table$columns, n_rows)
}

# DataFrame() takes names for arguments, which the C locale has of ASCII only.
.data_frame <- function(columns, n_rows) {
    frame <- S4Vectors::make_zero_col_DFrame(n_rows)
    for (i in seq_along(columns)) {
        frame[[names(columns)[i]]] <- columns[[i]]
    }
    frame
}

.warn_about_file <- function(content, file) {
    if (content$n_not_counts) {
        .warn(
            content$assay, " of \"", file, "\" has ",
            .pluralize(content$n_not_counts, "value"),
            " that cannot be counts, such as ", content$not_a_count, "."
        )
    } else if (length(content$cells$names) && !sum(content$x)) {
        .warn(content$assay, " of \"", file, "\" holds nothing but zeros.")
    }
    .warn_about_tables(content, file)
}

.warn_about_tables <- function(content, file) {
    if (nzchar(content$note)) {
        .inform("\"", file, "\": ", content$note)
    }
    .warn_skipped(c(content$cells$skipped, content$genes$skipped), file)
    cells <- content$cells$names
    repeated <- unique(cells[duplicated(cells)])
    if (length(repeated)) {
        .warn("Several cells of \"", file, "\" are called ",
              .quote_first(repeated), ".")
    }
}

# `skipped`: why, with the columns as names.
.warn_skipped <- function(skipped, file, n = 5) {
    if (!length(skipped)) {
        return(invisible())
    }
    shown <- head(skipped, n)
    .warn(
        "Columns of \"", file, "\" that could not be read: ",
        paste0("\"", names(shown), "\" (", shown, ")", collapse = ", "),
        .and_more(length(skipped), n), "."
    )
}

# Features of different types may share names.
.name_genes <- function(sce, row.names, types, file) {
    genes <- rownames(sce)
    if (row.names != "id") {
        genes <- .gene_column(sce, row.names)
    }
    if (is.null(genes)) {
        .inform("\"", file, "\" does not name its genes.")
        return(sce)
    }
    unique_genes <- genes
    for (type in unique(types)) {
        of_type <- types == type
        unique_genes[of_type] <- make.unique(genes[of_type])
    }
    .warn_repeated_genes(unique(genes[unique_genes != genes]), file)
    rownames(sce) <- unique_genes
    sce
}

.warn_repeated_genes <- function(repeated, file) {
    if (length(repeated)) {
        .warn(
            "Several genes of \"", file, "\" are called ",
            .quote_first(repeated), "; a suffix now makes them unique."
        )
    }
}

.gene_column <- function(sce, column) {
    known <- colnames(rowData(sce))
    found <- match(column, known)
    if (is.na(found)) {
        found <- match(.lower_case(column), .lower_case(known))
    }
    if (is.na(found)) {
        .stop_argument(
            "row.names", "The genes have no column \"", column, "\"; there ",
            .or_choices(known), ", and \"id\"."
        )
    }
    genes <- as.character(rowData(sce)[[found]])
    # A gene without a name keeps its identifier.
    nameless <- is.na(genes) | !nzchar(genes)
    genes[nameless] <- rownames(sce)[nameless]
    genes
}

# 10x measures more than genes in the same cells.
.feature_types <- function(content) {
    types <- content$genes$columns$Type
    if (!content$format %in% c("10x", "mtx") || is.null(types)) {
        return(rep("Gene Expression", content$dim[1]))
    }
    types
}

.split_by_type <- function(sce, types) {
    if (length(unique(types)) < 2 || !"Gene Expression" %in% types) {
        return(sce)
    }
    SingleCellExperiment::splitAltExps(sce, types, ref = "Gene Expression")
}
