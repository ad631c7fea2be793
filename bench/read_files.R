# Files whose values are one chunk: time beside h5py's, and memory beside the
# result's size. The targets are twice the time and three times the size.
#
#   SCVIGOR_PYTHON=/path/to/python Rscript bench/read_files.R [--repeats=3]
#       [--cells=6000] [--genes=20000] [--folder=DIR]
#
# Makes five files with rhdf5, unless the folder has them: a dense .h5ad of
# integers and of doubles, with shuffle as rhdf5 writes by default and without,
# and a 10x .h5 of 20 million counts. h5py reads the same datasets into arrays.
# Memory is that of this process and its child together, less what this
# process had before, from Linux's /proc.

source(file.path("bench", "arguments.R"))
options <- command_line(list(
    repeats = 3, cells = 6000, genes = 20000, folder = "", worker = ""
))

dense_file <- function(path, n_cells, n_genes, type, shuffle) {
    rhdf5::h5createFile(path)
    for (group in c("obs", "var")) rhdf5::h5createGroup(path, group)
    rhdf5::h5write(paste0("c", seq_len(n_cells)), path, "obs/_index")
    rhdf5::h5write(paste0("g", seq_len(n_genes)), path, "var/_index")
    dims <- c(n_genes, n_cells)
    rhdf5::h5createDataset(
        path, "X", dims, chunk = dims, level = 6, storage.mode = type,
        shuffle = shuffle
    )
    counts <- matrix(stats::rbinom(prod(dims), 2, 0.03), n_genes)
    storage.mode(counts) <- type
    rhdf5::h5write(counts, path, "X")
}

tenx_file <- function(path, n_cells = 5000L, per_cell = 4000L,
                      n_genes = 20000L) {
    rhdf5::h5createFile(path)
    for (group in c("matrix", "matrix/features")) {
        rhdf5::h5createGroup(path, group)
    }
    whole <- function(values, name) {
        rhdf5::h5createDataset(
            path, name, length(values), chunk = length(values),
            storage.mode = "integer", level = 6
        )
        rhdf5::h5write(values, path, name)
    }
    n <- n_cells * per_cell
    whole(stats::rbinom(n, 3, 0.2) + 1L, "matrix/data")
    whole(unlist(lapply(seq_len(n_cells), function(i) {
        sort(sample.int(n_genes, per_cell)) - 1L
    })), "matrix/indices")
    rhdf5::h5write(0:n_cells * per_cell, path, "matrix/indptr")
    rhdf5::h5write(c(n_genes, n_cells), path, "matrix/shape")
    rhdf5::h5write(paste0("c", seq_len(n_cells)), path, "matrix/barcodes")
    for (name in c("id", "name")) {
        rhdf5::h5write(
            paste0("g", seq_len(n_genes)), path, paste0("matrix/features/", name)
        )
    }
}

make_files <- function(folder, n_cells, n_genes) {
    dir.create(folder, showWarnings = FALSE, recursive = TRUE)
    set.seed(1)
    forms <- expand.grid(
        type = c("integer", "double"), shuffle = c(TRUE, FALSE),
        stringsAsFactors = FALSE
    )
    names <- paste0(
        forms$type, ifelse(forms$shuffle, "_shuffled", ""), ".h5ad"
    )
    for (i in seq_along(names)) {
        path <- file.path(folder, names[i])
        if (!file.exists(path)) {
            dense_file(path, n_cells, n_genes, forms$type[i], forms$shuffle[i])
        }
    }
    tenx <- file.path(folder, "tenx.h5")
    if (!file.exists(tenx)) tenx_file(tenx)
    c(file.path(folder, names), tenx)
}

# MB in use by a process and its children, pages that they share counted once.
memory_in_use <- function(pid) {
    children <- tryCatch(
        scan(sprintf("/proc/%d/task/%d/children", pid, pid), quiet = TRUE),
        error = function(error) numeric()
    )
    total <- 0
    for (process in c(pid, children)) {
        lines <- tryCatch(
            suppressWarnings(readLines(
                sprintf("/proc/%d/smaps_rollup", as.integer(process))
            )),
            error = function(error) character()
        )
        pss <- grep("^Pss:", lines, value = TRUE)
        total <- total + sum(as.numeric(gsub("[^0-9]", "", pss))) / 1024
    }
    total
}

# Runs in a fresh process: seconds and size of the result, told to the parent.
work <- function(path) {
    suppressPackageStartupMessages(library(scvigor))
    invisible(gc())
    started <- paste0(path, ".started")
    file.create(started)
    while (file.exists(started)) Sys.sleep(0.02)
    seconds <- system.time(sce <- readCounts(path))
    size <- as.numeric(utils::object.size(SingleCellExperiment::counts(sce)))
    cat("seconds", seconds[["elapsed"]], "cpu", sum(seconds[c(1, 2, 4, 5)]),
        "size", size / 1e6, "\n")
}

measure <- function(path) {
    started <- paste0(path, ".started")
    process <- processx::process$new(
        file.path(R.home("bin"), "Rscript"),
        c("bench/read_files.R", paste0("--worker=", path)), stdout = "|"
    )
    while (!file.exists(started) && process$is_alive()) Sys.sleep(0.02)
    before <- peak <- memory_in_use(process$get_pid())
    unlink(started)
    while (process$is_alive()) {
        peak <- max(peak, memory_in_use(process$get_pid()))
        Sys.sleep(0.02)
    }
    words <- strsplit(process$read_all_output(), " ")[[1]]
    value <- function(name) as.numeric(words[match(name, words) + 1])
    c(seconds = value("seconds"), cpu = value("cpu"), size = value("size"),
      peak = peak - before)
}

h5py_program <- "
import sys, time, h5py
start = time.time()
with h5py.File(sys.argv[1]) as file:
    names = ['data', 'indices', 'indptr']
    names = ['X'] if 'X' in file else ['matrix/' + name for name in names]
    values = [file[name][()] for name in names]
print(time.time() - start)
"

time_h5py <- function(python, path) {
    program <- tempfile(fileext = ".py")
    on.exit(unlink(program))
    writeLines(h5py_program, program)
    as.numeric(system2(python, c(program, shQuote(path)), stdout = TRUE))
}

if (nzchar(options$worker)) {
    work(options$worker)
    quit()
}
python <- Sys.getenv("SCVIGOR_PYTHON")
folder <- if (nzchar(options$folder)) options$folder else tempfile("read_files")
files <- make_files(folder, options$cells, options$genes)
cat("| file | seconds | h5py | ratio | result MB | peak MB | ratio |\n",
    "|---|---|---|---|---|---|---|\n", sep = "")
for (path in files) {
    own <- replicate(options$repeats, measure(path))
    h5py <- if (nzchar(python)) {
        stats::median(replicate(options$repeats, time_h5py(python, path)))
    } else {
        NA
    }
    row <- apply(own, 1, stats::median)
    cat(sprintf(
        "| %s | %.2f | %.2f | %.2f | %.0f | %.0f | %.2f |\n", basename(path),
        row[["seconds"]], h5py, row[["seconds"]] / h5py, row[["size"]],
        row[["peak"]], row[["peak"]] / row[["size"]]
    ))
}
if (!nzchar(options$folder)) unlink(folder, recursive = TRUE)
