# Results that are written block by block: into a realization sink of the
# DelayedArray package.

# A list of `write(sample, first, block)` for a block of genes x cells, and
# `close()`, which returns the DelayedArray. `sink` is a back end's name or a
# sink; `n_samples` adds a third dimension; `type` is that of the values.
.open_sink <- function(sink, dimnames, n_cells, n_samples = NULL,
                       type = "double") {
    .check_package("DelayedArray", "sink")
    dim <- as.integer(c(length(dimnames[[1]]), n_cells, n_samples))
    if (length(dim) == 3) {
        dimnames <- c(dimnames, list(NULL))
    }
    sink <- .as_sink(sink, dim, dimnames, type)
    write <- function(sample, first, block) {
        extent <- c(dim(block), rep(1L, length(dim) - 2))
        start <- c(1, first, if (length(dim) == 3) sample)
        viewport <- DelayedArray::ArrayViewport(
            dim, IRanges::IRanges(as.integer(start), width = extent)
        )
        storage.mode(block) <- type
        dim(block) <- extent
        sink <<- DelayedArray::write_block(sink, viewport, block)
        NULL
    }
    close <- function() {
        DelayedArray::close(sink)
        as(sink, "DelayedArray")
    }
    list(write = write, close = close)
}

.as_sink <- function(sink, dim, dimnames, type) {
    if (is(sink, "RealizationSink")) {
        if (!identical(dim(sink), dim)) {
            .stop_argument(
                "sink", "`sink` is ", paste(dim(sink), collapse = " x "),
                ", but the result is ", paste(dim, collapse = " x "), "."
            )
        }
        return(sink)
    }
    known <- DelayedArray::supportedRealizationBackends()
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
            dim, dimnames, type, as.sparse = type == "integer"
        ))
    }
    # this attaches the back end's package
    before <- DelayedArray::getAutoRealizationBackend()
    on.exit(DelayedArray::setAutoRealizationBackend(before))
    DelayedArray::setAutoRealizationBackend(sink)
    DelayedArray::AutoRealizationSink(dim, dimnames, type)
}

.check_package <- function(package, argument) {
    if (!requireNamespace(package, quietly = TRUE)) {
        .stop_argument(
            argument, "`", argument, "` needs the package ", package,
            "; install it with BiocManager::install(\"", package, "\")."
        )
    }
}
