# Numbers of scvi-tools 1.4.2: files in tests/fixtures and in the folder that
# SCVIGOR_REFERENCE names, both of the form that tests/fixtures/README.md
# documents.

# The first that exists of folders above the tests, which run in the source's
# tree or in that of R CMD check.
.folder_above <- function(path) {
    candidates <- file.path(
        c("../../..", "../../../..", "../../../../.."), path
    )
    candidates[dir.exists(candidates)][1]
}

.named_folder <- function(variable, otherwise) {
    given <- Sys.getenv(variable, "")
    folder <- if (nzchar(given)) given else .folder_above(otherwise)
    if (!is.na(folder) && dir.exists(folder)) normalizePath(folder)
}

# NULL where there is none.
further_reference_folder <- function() {
    .named_folder("SCVIGOR_REFERENCE", "shared/reference")
}

reference_folders <- function() {
    own <- Filter(dir.exists, file.path("..", "fixtures"))
    c(normalizePath(own), further_reference_folder())
}

data_folder <- function() {
    .named_folder("SCVIGOR_DATA", "shared/data")
}

# Files of that name directly in those folders, or in the folders of models
# inside of them.
reference_files <- function(pattern) {
    list.files(reference_folders(), pattern, full.names = TRUE)
}

model_files <- function(pattern) {
    inside <- list.dirs(reference_folders(), recursive = FALSE)
    list.files(inside, pattern, full.names = TRUE)
}

# Says which of the files a test is about.
file_label <- function(file) {
    file.path(basename(dirname(file)), basename(file))
}

skip_without_files <- function(files, what) {
    skip_if_not(
        length(files) > 0, paste0("numbers of scvi-tools: there is no ", what)
    )
    skip_if_not_installed("rhdf5")
    skip_if_not_installed("jsonlite")
}

# One test per file, or one that says that there is none.
for_each_file <- function(description, files, what, code) {
    if (!length(files)) {
        test_that(description, {
            skip_without_files(files, what)
        })
    }
    for (file in files) {
        test_that(paste0(description, ": ", file_label(file)), {
            skip_without_files(file, what)
            code(file)
        })
    }
}

# ---- HDF5 -------------------------------------------------------------------

# As in the file: rhdf5 reverses the dimensions.
read_h5 <- function(file, path) {
    value <- rhdf5::h5read(file, path, bit64conversion = "double")
    if (length(dim(value)) > 1) aperm(value) else as.vector(value)
}

h5_names <- function(file, group = "/") {
    content <- rhdf5::h5ls(file)
    content$name[content$group == paste0("/", sub("^/", "", group))]
}

has_h5 <- function(file, path) {
    parts <- strsplit(path, "/")[[1]]
    group <- paste(parts[-length(parts)], collapse = "/")
    parts[length(parts)] %in% h5_names(file, group)
}

h5_attributes <- function(file, path = "/") {
    rhdf5::h5readAttributes(file, path)
}

# NULL where the file has no such attribute.
json_attribute <- function(file, name, path = "/") {
    text <- h5_attributes(file, path)[[name]]
    if (!is.null(text)) jsonlite::fromJSON(text, simplifyDataFrame = FALSE)
}

# ---- Cells ------------------------------------------------------------------

.cache <- new.env()

.cached <- function(key, code) {
    if (is.null(.cache[[key]])) {
        assign(key, code, envir = .cache)
    }
    .cache[[key]]
}

.index_of <- function(file, table) {
    index <- h5_attributes(file, table)[["_index"]]
    if (is.null(index)) index <- "_index"
    read_h5(file, paste0(table, "/", index))
}

.data_sets <- function(beside) {
    list.files(c(beside, data_folder()), "[.]h5ad$", full.names = TRUE)
}

.read_cells <- function(file) {
    .cached(file, readCounts(file, verbose = FALSE))
}

# The cells of those names, with all of `genes` and the columns of `columns`,
# from whatever data set has them, or several that have some each.
find_cells <- function(names, genes, columns, beside) {
    files <- Filter(function(file) {
        known <- .cached(paste(file, "var"), .index_of(file, "var"))
        all(genes %in% known) && all(columns %in% h5_names(file, "obs"))
    }, .data_sets(beside))
    parts <- list()
    missing <- names
    # the one that has most of them comes first
    n_known <- vapply(files, function(file) {
        sum(names %in% .cached(paste(file, "obs"), .index_of(file, "obs")))
    }, numeric(1))
    for (file in files[order(-n_known)]) {
        here <- intersect(missing, colnames(.read_cells(file)))
        if (length(here)) {
            parts <- c(parts, list(.read_cells(file)[genes, here]))
            missing <- setdiff(missing, here)
        }
    }
    skip_if(length(missing) > 0, paste0(
        "no data set has the cells of ", basename(beside),
        "; set SCVIGOR_DATA"
    ))
    .join_parts(parts, columns)[, names]
}

.join_parts <- function(parts, columns) {
    if (length(parts) == 1) {
        return(parts[[1]])
    }
    do.call(cbind, lapply(parts, function(part) {
        table <- SummarizedExperiment::colData(part)
        SummarizedExperiment::colData(part) <- table[columns]
        SummarizedExperiment::rowData(part) <- NULL
        part
    }))
}

# The columns of the cell table that setup_anndata() was told of.
setup_columns <- function(setup) {
    keys <- c("batch_key", "labels_key", "size_factor_key",
              "categorical_covariate_keys", "continuous_covariate_keys")
    unique(unlist(setup[keys]))
}

# ---- Models -----------------------------------------------------------------

# {"kwargs": {"kwargs": {...}}, "non_kwargs": {...}}, or any other nesting, as
# one list of arguments.
flat_arguments <- function(given) {
    out <- list()
    for (name in names(given)) {
        nested <- grepl("kwargs$", name) && name != "batch_embedding_kwargs"
        out <- if (nested) {
            utils::modifyList(out, flat_arguments(given[[name]]))
        } else {
            c(out, given[name])
        }
    }
    embedding <- out$batch_embedding_kwargs$embedding_dim
    out$batch_embedding_kwargs <- NULL
    out$batch_embedding_dim <- embedding
    out
}

# What is known of a trained model: the cells that it was trained on, its
# numbers, and its weights.
read_model_fixture <- function(outputs) {
    registry <- jsonlite::fromJSON(read_h5(outputs, "registry_json"),
                                   simplifyDataFrame = FALSE)
    setup <- registry$setup_args
    cells <- find_cells(
        read_h5(outputs, "obs_names"), read_h5(outputs, "var_names"),
        setup_columns(setup), dirname(outputs)
    )
    list(
        file = outputs, folder = dirname(outputs), registry = registry,
        setup = setup, cells = cells,
        arguments = flat_arguments(json_attribute(outputs, "init_params")),
        read = function(path) read_h5(outputs, path),
        has = function(path) has_h5(outputs, path)
    )
}
