# Results that are written block by block: into a realization sink of the
# DelayedArray package.

# A list of `write(sample, first, block)` for a block of genes x cells, and
# `close()`, which returns the DelayedArray. `sink` is a back end's name or a
# sink; `n_samples` adds a third dimension; `type` is that of the values; a
# block has `batch_size` cells.
.open_sink <- function(sink, dimnames, n_cells, batch_size, n_samples = NULL,
                       type = "double") {
    .check_package("DelayedArray", "sink")
    dim <- as.integer(c(length(dimnames[[1]]), n_cells, n_samples))
    if (length(dim) == 3) {
        dimnames <- c(dimnames, list(NULL))
    }
    sink <- .try_sink(.as_sink(sink, dim, dimnames, type, batch_size))
    write <- function(sample, first, block) {
        extent <- c(dim(block), rep(1L, length(dim) - 2))
        start <- c(1L, first, if (length(dim) == 3) sample)
        storage.mode(block) <- type
        dim(block) <- extent
        sink <<- .try_sink(DelayedArray::write_block(
            sink, .viewport(dim, start, extent), block
        ))
        NULL
    }
    close <- function() {
        .try_sink({
            DelayedArray::close(sink)
            as(sink, "DelayedArray")
        })
    }
    list(write = write, close = close)
}

# The viewport of an array of dimensions `dim` that begins at `start`. It is
# taken from a grid with ticks around it, because every release of DelayedArray
# exports grids.
.viewport <- function(dim, start, extent) {
    ticks <- Map(function(before, end, size) {
        as.integer(unique(c(if (before > 0) before, end, size)))
    }, start - 1, start + extent - 1, dim)
    grid <- DelayedArray::ArbitraryArrayGrid(ticks)
    do.call("[[", c(list(grid), as.list(1L + (start > 1))))
}

.as_sink <- function(sink, dim, dimnames, type, batch_size) {
    if (is(sink, "RealizationSink")) {
        if (!identical(dim(sink), dim)) {
            .stop_argument(
                "sink", "`sink` is ", paste(dim(sink), collapse = " x "),
                ", but the result is ", paste(dim, collapse = " x "), "."
            )
        }
        return(sink)
    }
    known <- .realization_backends()
    if (!is.character(sink) || length(sink) != 1 ||
        !sink %in% known$BACKEND) {
        .stop_argument(
            "sink", "`sink` must be a realization sink, or the name of a back ",
            "end; there ", .or_choices(known$BACKEND), "."
        )
    }
    .check_package(known$package[match(sink, known$BACKEND)], "sink")
    if (sink == "HDF5Array") {
        return(HDF5Array::HDF5RealizationSink(
            dim, dimnames, type, as.sparse = type == "integer",
            chunkdim = .chunk_of_blocks(dim, batch_size)
        ))
    }
    # this attaches the back end's package
    before <- DelayedArray::getAutoRealizationBackend()
    on.exit(DelayedArray::setAutoRealizationBackend(before))
    DelayedArray::setAutoRealizationBackend(sink)
    DelayedArray::AutoRealizationSink(dim, dimnames, type)
}

# Not every back end holds every array, and each fails in its own way.
.try_sink <- function(code) {
    tryCatch(code, error = function(error) {
        if (inherits(error, "scvigor_error")) {
            stop(error)
        }
        .stop_argument(
            "sink", "The back end of `sink` cannot hold this result: ",
            conditionMessage(error)
        )
    })
}

# Chunks of which a block covers all that it touches: a chunk that several
# blocks share would be unpacked and packed again for each. Up to a million
# values.
.chunk_of_blocks <- function(dim, batch_size) {
    n_cells <- min(dim[2], batch_size, 1e6)
    n_genes <- min(dim[1], max(1, 1e6 %/% max(1, n_cells)))
    as.integer(pmax(1, c(n_genes, n_cells, if (length(dim) == 3) 1)))
}

# A table with a row per back end: BACKEND, its name, and package. The function
# that lists them was renamed, and its old name deprecated.
.realization_backends <- function() {
    listing <- intersect(
        c("registeredRealizationBackends", "supportedRealizationBackends"),
        getNamespaceExports("DelayedArray")
    )
    getExportedValue("DelayedArray", listing[1])()
}

.check_package <- function(package, argument) {
    if (!requireNamespace(package, quietly = TRUE)) {
        .stop_argument(
            argument, "`", argument, "` needs the package ", package,
            "; install it with BiocManager::install(\"", package, "\")."
        )
    }
}
