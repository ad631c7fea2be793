# What a process of bench/busy.R does: trains on a data set that it keeps.

.kept <- new.env()

# Reads the data, and warms up.
prepare <- function(path) {
    suppressPackageStartupMessages(library(scvigor))
    .kept$sce <- scvigor::readCounts(path)
    train(1, 2)
    Sys.getpid()
}

# Microseconds per cell and epoch. `threads`: NULL is the default.
train <- function(threads, epochs) {
    sce <- .kept$sce
    batch <- if (length(unique(sce$batch)) > 1) "batch"
    model <- scvigor::trainSCVI(
        sce, batch = batch, max_epochs = epochs, num_threads = threads,
        seed = 0, verbose = FALSE
    )
    n <- length(scvigor::trainingSplit(model)$train)
    1e6 * model@run$seconds / (n * epochs)
}
