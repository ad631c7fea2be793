# A matrix of counts in a file, genes x cells, of which cells are read once, one
# block after another: what is known of it before, and the child process that
# reads it.

# `layout`: "file", where `matrix` is an assay for readCounts(), or that of the
# group or dataset `matrix` of an HDF5 file: "by_cells", "by_genes", "dense".
# `dim` is needed for a group. `genes`, `cells`: which of the file's, in any
# order, a cell more than once, or NULL.
.open_count_stream <- function(path, matrix = "", layout = "file",
                               dim = c(0, 0), genes = NULL, cells = NULL) {
    content <- open_count_stream(path, matrix, layout, dim, tempdir())
    structure(
        c(content, list(path = path, chosen = list(genes, cells))),
        class = "scvigor_count_stream"
    )
}

.is_count_stream <- function(x) inherits(x, "scvigor_count_stream")

.file_dim <- function(stream) unclass(stream)$dim

#' @export
dim.scvigor_count_stream <- function(x) {
    stream <- unclass(x)
    chosen <- lengths(stream$chosen)
    all <- vapply(stream$chosen, is.null, NA)
    as.integer(ifelse(all, stream$dim, chosen))
}

#' @export
dimnames.scvigor_count_stream <- function(x) unclass(x)$dimnames

#' @export
`dimnames<-.scvigor_count_stream` <- function(x, value) {
    stream <- unclass(x)
    stream["dimnames"] <- list(value)
    structure(stream, class = class(x))
}

# Some bytes for each count that is not 0, and for each cell.
.packed_bytes <- function(n_counts, n_genes, n_cells) {
    n_counts * (if (n_genes <= 65536) 3.1 else 5.1) + 24 * n_cells
}

# What packing the stream will take at most.
.stream_bytes <- function(stream) {
    full <- .file_dim(stream)
    share <- prod(dim(stream) / pmax(full, 1))
    .packed_bytes(unclass(stream)$max_entries * share, nrow(stream),
                  ncol(stream))
}

# Packs the cells and genes that are chosen, each once, in the order of the
# file. Returns where those of the stream are among them.
.pack_stream <- function(stream, packer, label) {
    content <- unclass(stream)
    on.exit(close_count_stream(content$pointer))
    full <- .file_dim(stream)
    kept <- Map(function(chosen, n) {
        if (is.null(chosen)) logical() else seq_len(n) %in% chosen
    }, content$chosen, full)
    found <- pack_stream(content$pointer, packer, kept[[1]], kept[[2]])
    if (found[1]) {
        .warn_not_counts(stream, label, found)
    }
}

.positions_in_stream <- function(stream) {
    lapply(unclass(stream)$chosen, function(chosen) {
        if (!is.null(chosen)) match(chosen, sort(unique(chosen)))
    })
}

# `found`: how many values are not counts, the first, its gene and its cell.
.warn_not_counts <- function(stream, label, found) {
    content <- unclass(stream)
    name <- function(table, k) {
        if (length(table$names)) dQuote(table$names[k], FALSE) else k
    }
    .warn(
        label, " has ", .pluralize(found[1], "value"), " that cannot be ",
        "counts, such as ", found[2], ", of gene ",
        name(content$genes, found[3]), " in cell ",
        name(content$cells, found[4]), "."
    )
}

# ---- Files -------------------------------------------------------------------

# The path of a file that holds counts, or of several.
.count_data.character <- function(x, assay.type = "counts", altexp = NULL,
                                  assay = NULL, convert = .as_counts,
                                  cache = "auto") {
    if (length(x) != 1) {
        return(.count_data.list(
            .named_paths(x), assay.type = assay.type, altexp = altexp,
            assay = assay, convert = convert, cache = cache
        ))
    }
    path <- .check_path(x, "x", "file of counts")
    if (!is.null(altexp)) {
        .stop_argument("altexp", "A file has no alternative experiments.")
    }
    if (!is.character(assay.type)) {
        .stop_argument("assay.type", "`assay.type` must name what to read.")
    }
    stream <- .open_count_stream(path, .matrix_in_file(assay.type, assay))
    content <- unclass(stream)
    .warn_about_tables(content, x)
    genes <- .stream_genes(content, x)
    stream <- .choose_genes(stream, genes$is_gene)
    dimnames(stream) <- list(genes$names, .names_or_null(content$cells))
    label <- paste0(
        if (content$format == "mtx") "The matrix" else content$assay,
        " of \"", x, "\""
    )
    cell_data <- .file_table(content$cells, content$dim[2])
    data <- .new_count_data(
        stream, cell_data, label, convert = convert, cache = cache
    )
    data$gene_data <- .file_table(content$genes, content$dim[1])[
        genes$is_gene, , drop = FALSE
    ]
    data
}

# What to read of a file, "" for what holds counts: `assay`, as readCounts()
# calls it, or `assay.type`, as verbs call it for every container.
.matrix_in_file <- function(assay.type, assay) {
    if (!is.null(assay)) {
        return(.check_name(assay, "assay"))
    }
    if (identical(assay.type, "counts")) {
        return("")
    }
    .check_name(assay.type, "assay.type")
}

# Several files are named after themselves, unless they have names.
.named_paths <- function(paths) {
    if (is.null(names(paths)) && length(paths)) {
        short <- sub("[.](h5ad|h5mu|h5|mtx|mtx[.]gz)$", "", basename(paths))
        if (!anyDuplicated(short)) {
            names(paths) <- short
        }
    }
    as.list(paths)
}

.names_or_null <- function(table) {
    if (length(table$names)) table$names
}

# What 10x measures beside genes is left out.
.stream_genes <- function(content, file) {
    types <- .feature_types(content)
    is_gene <- rep(TRUE, length(types))
    if ("Gene Expression" %in% types) {
        is_gene <- types == "Gene Expression"
    }
    if (!all(is_gene)) {
        .inform(
            "\"", file, "\": ", sum(!is_gene), " features that are not genes ",
            "are left out: ", .quote_first(unique(types[!is_gene])), "."
        )
    }
    names <- .names_or_null(content$genes)[is_gene]
    unique_names <- if (!is.null(names)) make.unique(names)
    .warn_repeated_genes(unique(names[unique_names != names]), file)
    list(is_gene = is_gene, names = unique_names)
}

.choose_genes <- function(stream, is_gene) {
    content <- unclass(stream)
    if (!all(is_gene)) {
        content$chosen[[1]] <- which(is_gene)
    }
    structure(content, class = class(stream))
}

# ---- Arrays on disk ----------------------------------------------------------

# A stream of what a DelayedMatrix of the package HDF5Array shows of an HDF5
# file, through choices of rows and columns; NULL for any other.
.stream_of_array <- function(counts) {
    if (!is(counts, "DelayedMatrix")) {
        return(NULL)
    }
    found <- .undelayed(counts@seed, list(NULL, NULL))
    place <- if (!is.null(found)) .place_of_seed(found$seed)
    if (is.null(place)) {
        return(NULL)
    }
    stream <- .open_count_stream(
        .native_path(place$path), place$matrix, place$layout, dim(found$seed),
        found$index[[1]], found$index[[2]]
    )
    is_as_large <- all(.file_dim(stream) == dim(found$seed))
    if (!isTRUE(is_as_large)) {
        close_count_stream(unclass(stream)$pointer)
        return(NULL)
    }
    dimnames(stream) <- dimnames(counts)
    stream
}

# The seed beneath choices of rows and columns and names; a choice is NULL for
# all. NULL where there is any other operation.
.undelayed <- function(seed, index) {
    if (is(seed, "DelayedSubset")) {
        inner <- lapply(slot(seed, "index"), function(chosen) {
            if (!is.null(chosen)) as.integer(chosen)
        })
        index <- Map(function(inner, outer) {
            if (is.null(inner) || is.null(outer)) {
                if (is.null(outer)) inner else outer
            } else {
                inner[outer]
            }
        }, inner, index)
        return(.undelayed(slot(seed, "seed"), index))
    }
    if (is(seed, "DelayedSetDimnames") || is(seed, "DelayedDimnames")) {
        return(.undelayed(slot(seed, "seed"), index))
    }
    if (is(seed, "DelayedOp") || anyDuplicated(index[[1]])) {
        return(NULL)
    }
    list(seed = seed, index = unname(index))
}

.place_of_seed <- function(seed) {
    slots <- methods::slotNames(seed)
    path <- if ("filepath" %in% slots) slot(seed, "filepath")
    if (is(path, "H5File")) {
        path <- slot(path, "filepath")
    }
    if (!is.character(path) || length(path) != 1 || !file.exists(path) ||
        length(dim(seed)) != 2) {
        return(NULL)
    }
    if (is(seed, "H5SparseMatrixSeed") && is.null(.slot_or_null(
        seed, "subdata"))) {
        # HDF5Array's words are about rows and columns: genes and cells
        layout <- if (is(seed, "CSC_H5SparseMatrixSeed")) {
            "by_cells"
        } else if (is(seed, "CSR_H5SparseMatrixSeed")) {
            "by_genes"
        }
        matrix <- slot(seed, "group")
    } else if (is(seed, "HDF5ArraySeed") &&
               !is(seed, "ReshapedHDF5ArraySeed")) {
        layout <- "dense"
        matrix <- slot(seed, "name")
    } else {
        return(NULL)
    }
    if (!is.null(layout)) {
        list(path = path, matrix = sub("^/+", "", matrix), layout = layout)
    }
}

.slot_or_null <- function(object, name) {
    if (name %in% methods::slotNames(object)) slot(object, name)
}
