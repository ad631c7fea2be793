# Counts that are on disk are read once, and kept packed: in memory, or in a
# temporary file.

# Packs what is on disk. Says before where, and how much that takes.
.cached <- function(counts, label, cache) {
    stream <- if (.is_count_stream(counts)) {
        counts
    } else {
        .stream_of_array(counts)
    }
    bytes <- if (is.null(stream)) {
        .array_bytes(counts, label)
    } else {
        counts <- stream
        .stream_bytes(stream)
    }
    budget <- .cache_memory()
    on_disk <- cache == "disk" || cache == "auto" && bytes > budget
    .inform(
        label, ": ", ncol(counts), " cells x ", nrow(counts), " genes are ",
        "read once and kept ",
        if (on_disk) {
            paste("in a temporary file in", tempdir())
        } else {
            "in memory"
        },
        ", in ", .size_text(bytes), " at most",
        if (cache == "auto") {
            paste0(
                " (`cache = \"auto\"`: up to ", .size_text(budget),
                " in memory)"
            )
        }, "."
    )
    .pack(counts, label, folder = if (on_disk) tempdir())
}

.size_text <- function(bytes) {
    if (bytes < 1e8) {
        return(paste(ceiling(bytes / 1e6), "MB"))
    }
    .gigabytes(bytes)
}

# The option scvigor.cache_memory, in bytes; half of the free memory without.
.cache_memory <- function() {
    given <- getOption("scvigor.cache_memory")
    if (is.null(given)) {
        return(.free_memory() / 2)
    }
    if (!.is_number(given) || given < 0) {
        .stop_argument(
            "cache", "The option scvigor.cache_memory must be a number of ",
            "bytes."
        )
    }
    given
}

.free_memory <- function() {
    limit <- machine_info()$memory_limit
    lines <- tryCatch(
        suppressWarnings(readLines("/proc/meminfo")),
        error = function(error) character()
    )
    free <- grep("^MemAvailable:", lines, value = TRUE)
    if (length(free)) {
        limit <- min(limit, 1024 * as.numeric(gsub("[^0-9]", "", free[1])))
    }
    limit
}

# Of an array that is not read in C++, from its first cells.
.array_bytes <- function(counts, label) {
    cells <- .cell_blocks(counts, 1e6)[[1]]
    n_counts <- NULL
    .for_cell_blocks(
        counts[, cells, drop = FALSE], label, function(block, cells) {
            n_counts <<- c(n_counts, sum(block != 0, na.rm = TRUE))
        }
    )
    .packed_bytes(
        sum(n_counts) / length(cells) * ncol(counts), nrow(counts),
        ncol(counts)
    )
}

# `cache` among arguments of a verb, as a list to call .count_data() with.
.cache_of <- function(given) {
    given[names(given) %in% "cache"]
}

# The same cells with packed counts, where they are on disk: for a verb that
# reads them more than once. `dots`: the arguments that say how to read them.
.packed_once <- function(x, source, dots) {
    given <- dots[names(dots) %in% .source_arguments]
    source <- .source_with(source, given)[.source_arguments]
    source <- Filter(Negate(is.null), source)
    if (!.has_counts_on_disk(x, source)) {
        return(x)
    }
    data <- do.call(.count_data, c(list(x), source, .cache_of(dots)))
    if (is.character(x)) {
        return(.with_packed(x, data, name = source$assay.type))
    }
    do.call(.with_packed, c(list(x, data), source))
}

.has_counts_on_disk <- function(x, source) {
    if (is.character(x)) {
        return(TRUE)
    }
    if (is(x, "SummarizedExperiment")) {
        if (!is.null(source$altexp)) {
            x <- .alternative_experiment(x, source$altexp)
        }
        known <- assayNames(x)
        name <- source$assay.type
        position <- if (is.numeric(name)) name else match(name, known)
        return(
            isTRUE(position %in% seq_along(known)) &&
                .is_on_disk(assay(x, position, withDimnames = FALSE))
        )
    }
    .is_on_disk(x)
}
