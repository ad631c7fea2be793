# Small HDF5 files.

# Writes `parts`, named by their paths, and the groups on the way.
write_h5 <- function(parts, attributes = list()) {
    skip_if_not_installed("rhdf5")
    file <- withr::local_tempfile(
        fileext = ".h5", .local_envir = parent.frame(2)
    )
    rhdf5::h5createFile(file)
    for (path in names(parts)) {
        steps <- strsplit(path, "/")[[1]]
        for (depth in seq_len(length(steps) - 1)) {
            group <- paste(steps[seq_len(depth)], collapse = "/")
            if (!group %in% .groups(file)) {
                rhdf5::h5createGroup(file, group)
            }
        }
        rhdf5::h5write(parts[[path]], file, path)
    }
    handle <- rhdf5::H5Fopen(file)
    on.exit(rhdf5::H5Fclose(handle))
    for (path in names(attributes)) {
        for (name in names(attributes[[path]])) {
            object <- rhdf5::H5Oopen(handle, path)
            rhdf5::h5writeAttribute(
                attributes[[path]][[name]], object, name
            )
            rhdf5::H5Oclose(object)
        }
    }
    file
}

.groups <- function(file) {
    content <- rhdf5::h5ls(file)
    sub("^/", "", paste0(sub("/$", "", content$group), "/", content$name))
}

# rhdf5 writes no empty attributes; naming the index does no harm.
frame_attributes <- function(columns = character()) {
    list(`encoding-type` = "dataframe", `_index` = "_index",
         `column-order` = c(columns, "_index"))
}
