# Counts on disk.

# Writes a dgCMatrix of genes x cells as .h5ad, the matrix `at` its path:
# `form` "cells", "genes" or "dense". `obs`: factors, by name.
write_h5ad <- function(counts, form = "cells", at = "X", obs = list(),
                       fileext = ".h5ad", env = parent.frame()) {
    counts <- as(counts, "dgCMatrix")
    genes <- if (at == "raw/X") "raw/var" else "var"
    parts <- attributes <- list()
    if (form == "dense") {
        parts[[at]] <- unname(as.matrix(counts))
    } else {
        by_cells <- form == "cells"
        rows <- if (by_cells) counts else Matrix::t(counts)
        parts[paste0(at, c("/data", "/indices", "/indptr"))] <- list(
            rows@x, rows@i, rows@p
        )
        attributes[[at]] <- list(
            `encoding-type` = if (by_cells) "csr_matrix" else "csc_matrix",
            shape = rev(dim(counts))
        )
    }
    parts[["obs/_index"]] <- colnames(counts)
    parts[["var/_index"]] <- rownames(counts)
    parts[[paste0(genes, "/_index")]] <- rownames(counts)
    attributes[["obs"]] <- frame_attributes(names(obs))
    attributes[["var"]] <- frame_attributes()
    attributes[[genes]] <- frame_attributes()
    for (name in names(obs)) {
        parts[[paste0("obs/", name)]] <- as.character(obs[[name]])
    }
    made <- write_h5(parts, attributes)
    file <- withr::local_tempfile(fileext = fileext, .local_envir = env)
    file.copy(made, file)
    file
}

# A dense .h5ad of ones, a thousandth of its size in the file.
write_ones <- function(file, n_genes, n_cells) {
    rhdf5::h5createFile(file)
    rhdf5::h5createDataset(
        file, "X", c(n_genes, n_cells), chunk = c(n_genes, 500), level = 1,
        H5type = "H5T_STD_U8LE"
    )
    handle <- rhdf5::H5Fopen(file)
    dataset <- rhdf5::H5Dopen(handle, "X")
    rhdf5::h5writeAttribute("array", dataset, "encoding-type")
    for (first in seq(1, n_cells, 2500)) {
        n <- min(2500, n_cells - first + 1)
        rhdf5::h5writeDataset(
            matrix(1L, n_genes, n), handle, "X", start = c(1, first),
            count = c(n_genes, n)
        )
    }
    rhdf5::H5Dclose(dataset)
    names <- list(
        obs = paste0("cell_", seq_len(n_cells)),
        var = paste0("gene_", seq_len(n_genes))
    )
    for (axis in names(names)) {
        group <- rhdf5::H5Gcreate(handle, axis)
        rhdf5::h5writeAttribute("dataframe", group, "encoding-type")
        rhdf5::h5writeAttribute("_index", group, "_index")
        rhdf5::h5write(names[[axis]], group, "_index")
        rhdf5::H5Gclose(group)
    }
    rhdf5::H5Fclose(handle)
    file
}

# A folder as Cell Ranger writes it.
write_folder <- function(counts, types = NULL, env = parent.frame()) {
    folder <- withr::local_tempdir(.local_envir = env)
    Matrix::writeMM(as(counts, "dgCMatrix"), file.path(folder, "matrix.mtx"))
    writeLines(colnames(counts), file.path(folder, "barcodes.tsv"))
    features <- data.frame(
        rownames(counts), toupper(rownames(counts)),
        if (is.null(types)) "Gene Expression" else types
    )
    connection <- gzfile(file.path(folder, "features.tsv.gz"), "w")
    write.table(features, connection, sep = "\t", quote = FALSE,
                row.names = FALSE, col.names = FALSE)
    close(connection)
    folder
}

# Without the message that says where counts are kept.
quiet <- function(code) suppressMessages(code)

# A sparse DelayedMatrix of HDF5Array.
array_on_disk <- function(counts, form = "cells", env = parent.frame()) {
    file <- write_h5ad(counts, form, env = env)
    array <- .sparse_array(file, "X", paste0("by_", form), dim(counts))
    dimnames(array) <- dimnames(counts)
    array
}
