# The real data sets that the figures are made with: AnnData files in the folder
# that SCVIGOR_DATA names.

data_folder <- function() {
    Sys.getenv("SCVIGOR_DATA", file.path("..", "shared", "data"))
}

# Stops the script, successfully: without data there is nothing to measure.
need_data <- function() {
    if (!dir.exists(data_folder())) {
        message(
            "No data in ", data_folder(), ": nothing is measured. ",
            "SCVIGOR_DATA=folder names the folder of the .h5ad files."
        )
        quit(status = 0)
    }
}

data_path <- function(name) {
    normalizePath(
        file.path(data_folder(), paste0(name, ".h5ad")), mustWork = TRUE
    )
}

# Names of the data sets that begin with one of `words`; of all without any.
data_names <- function(words = character()) {
    names <- sub("\\.h5ad$", "", list.files(data_folder(), "\\.h5ad$"))
    if (!length(words)) {
        return(names)
    }
    names[vapply(names, function(name) any(startsWith(name, words)), NA)]
}

read_data <- function(name) {
    scvigor::readCounts(data_path(name))
}

# The batch column, where there is more than one batch.
batch_of <- function(sce) {
    if (length(unique(sce$batch)) > 1) "batch" else NULL
}

# Every tenth cell is held out.
held_out <- function(sce) {
    seq(10, ncol(sce), by = 10)
}
