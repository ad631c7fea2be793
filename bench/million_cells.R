# A data set that is read from disk: simulates cells x 2,000 genes (negative
# binomial, a tenth of the counts not 0, 20 types, 5 batches) into an .h5ad
# file, some cells at a time, then trains on the file and computes latents from
# it, with cache = "disk" and "memory", each in a session of its own. Prints a
# table in Markdown.
#
#   Rscript bench/million_cells.R [--cells=100000] [--epochs=1] [--threads=2]
#     [--file=cells.h5ad]
#
# A `file` that exists is used as it is, one that does not is kept. Memory is
# that of the session and of its child processes without pages of files, each
# page counted once, the largest that was seen ten times a second.

for (file in c("arguments.R", "machine.R")) {
    source(file.path("bench", file))
}
options <- command_line(list(
    cells = 100000, genes = 2000, epochs = 1, threads = 2, file = ""
))

# ---- Simulation --------------------------------------------------------------

# Counts of some cells, compressed by cell.
simulate_block <- function(types, batches, rates, batch_effects) {
    blocks <- lapply(seq_along(types), function(cell) {
        depth <- exp(stats::rnorm(1, 0, 0.3))
        mean <- depth * rates[, types[cell]] * batch_effects[, batches[cell]]
        counts <- stats::rnbinom(length(mean), size = 2, mu = mean)
        genes <- which(counts > 0)
        list(genes = genes - 1L, counts = counts[genes])
    })
    list(
        genes = unlist(lapply(blocks, `[[`, "genes")),
        counts = unlist(lapply(blocks, `[[`, "counts")),
        n = lengths(lapply(blocks, `[[`, "genes"))
    )
}

# Appends to a vector in the file that begins after `at` values.
append_values <- function(file, name, values, at) {
    rhdf5::h5set_extent(file, name, at + length(values))
    rhdf5::h5write(
        values, file, name, start = at + 1, count = length(values)
    )
}

# Cells beyond the first 100,000 are those again: to simulate them would take
# longer than all that is measured.
simulate_file <- function(file, n_cells, n_genes, block = 5000,
                          n_distinct = 1e5) {
    set.seed(1)
    n_blocks <- min(ceiling(n_cells / block), n_distinct / block)
    types <- rep_len(sample(20, n_blocks * block, TRUE), n_cells)
    batches <- rep_len(sample(5, n_blocks * block, TRUE), n_cells)
    simulated <- list()
    # such that about a tenth of the counts is not 0
    base <- stats::rgamma(n_genes, 0.5, 0.5 / 0.13)
    rates <- base * matrix(exp(stats::rnorm(n_genes * 20, 0, 0.5)), n_genes)
    effects <- matrix(exp(stats::rnorm(n_genes * 5, 0, 0.2)), n_genes)
    rhdf5::h5createFile(file)
    for (group in c("X", "obs", "var")) {
        rhdf5::h5createGroup(file, group)
    }
    for (name in c("X/data", "X/indices")) {
        rhdf5::h5createDataset(
            file, name, 0, maxdims = rhdf5::H5Sunlimited(), chunk = 2^16,
            storage.mode = "integer", level = 4
        )
    }
    ends <- 0
    for (first in seq(1, n_cells, block)) {
        cells <- seq(first, min(n_cells, first + block - 1))
        k <- (first %/% block) %% n_blocks + 1
        if (k > length(simulated)) {
            simulated[[k]] <- simulate_block(
                types[cells], batches[cells], rates, effects
            )
        }
        found <- simulated[[k]]
        if (length(cells) < block) {
            n_values <- sum(found$n[seq_along(cells)])
            found <- list(
                genes = head(found$genes, n_values),
                counts = head(found$counts, n_values),
                n = head(found$n, length(cells))
            )
        }
        at <- ends[length(ends)]
        append_values(file, "X/data", found$counts, at)
        append_values(file, "X/indices", found$genes, at)
        ends <- c(ends, at + cumsum(found$n))
    }
    rhdf5::h5createDataset(
        file, "X/indptr", n_cells + 1, storage.mode = "double",
        H5type = "H5T_STD_I64LE"
    )
    rhdf5::h5write(ends, file, "X/indptr")
    rhdf5::h5write(paste0("cell_", seq_len(n_cells)), file, "obs/_index")
    rhdf5::h5write(paste0("batch_", batches), file, "obs/batch")
    rhdf5::h5write(paste0("type_", types), file, "obs/cell_type")
    rhdf5::h5write(paste0("gene_", seq_len(n_genes)), file, "var/_index")
    describe_file(file, n_cells, n_genes)
}

# The attributes by which AnnData knows what is what.
describe_file <- function(file, n_cells, n_genes) {
    handle <- rhdf5::H5Fopen(file)
    on.exit(rhdf5::H5Fclose(handle))
    columns <- c("batch", "cell_type")
    attributes <- list(
        X = list(`encoding-type` = "csr_matrix", shape = as.integer(c(n_cells, n_genes))),
        obs = list(`encoding-type` = "dataframe", `_index` = "_index",
                   `column-order` = columns),
        var = list(`encoding-type` = "dataframe", `_index` = "_index")
    )
    for (group in names(attributes)) {
        object <- rhdf5::H5Oopen(handle, group)
        for (name in names(attributes[[group]])) {
            rhdf5::h5writeAttribute(attributes[[group]][[name]], object, name)
        }
        rhdf5::H5Oclose(object)
    }
}

# ---- Measurement -------------------------------------------------------------

# Bytes of anonymous memory of a process and its children.
anonymous_bytes <- function(pid) {
    read <- function(path) {
        tryCatch(suppressWarnings(readLines(path)),
                 error = function(error) character())
    }
    own <- grep(
        "^Pss_Anon", read(sprintf("/proc/%d/smaps_rollup", pid)), value = TRUE
    )
    own <- if (length(own)) 1024 * as.numeric(gsub("[^0-9]", "", own)) else 0
    children <- scan(
        text = read(sprintf("/proc/%d/task/%d/children", pid, pid)),
        what = integer(), quiet = TRUE
    )
    own + sum(vapply(children, anonymous_bytes, 0))
}

# What one session does: seconds of its parts.
train_and_apply <- function(file, cache, epochs, threads) {
    suppressPackageStartupMessages(library(scvigor))
    seconds <- function(work) system.time(work)[["elapsed"]]
    packing <- seconds(packed <- suppressMessages(
        scvigor:::.packed_once(file, list(assay.type = "counts"),
                               list(cache = cache))
    ))
    fitting <- seconds(model <- trainSCVI(
        packed, batch = "batch", max_epochs = epochs, seed = 0,
        num_threads = threads, verbose = FALSE
    ))
    applying <- seconds(latentRepresentation(
        model, packed, num_threads = threads
    ))
    n_train <- length(trainingSplit(model)$train)
    c(
        packing = packing, training = scvigor:::.run(model)$seconds,
        per_cell = 1e6 * scvigor:::.run(model)$seconds / (n_train * epochs),
        latents = applying, all = packing + fitting + applying
    )
}

measure <- function(file, cache) {
    session <- callr::r_bg(train_and_apply, list(
        file, cache, options$epochs, options$threads
    ))
    peak <- 0
    while (session$is_alive()) {
        peak <- max(peak, anonymous_bytes(session$get_pid()))
        Sys.sleep(0.1)
    }
    c(session$get_result(), peak = peak / 1e9)
}

file <- options$file
if (!nzchar(file)) {
    file <- tempfile(fileext = ".h5ad")
}
if (!file.exists(file)) {
    writing <- system.time(simulate_file(file, options$cells, options$genes))
    message("Simulated in ", round(writing[["elapsed"]]), " s.")
}
writeLines(describe_machine(NULL))
cat(
    "\n| cache | reading and packing, s | training, s | us per cell | ",
    "latents, s | everything, s | peak of anonymous memory, GB |\n",
    "|---|---|---|---|---|---|---|\n", sep = ""
)
for (cache in c("disk", "memory")) {
    found <- measure(file, cache)
    cat("| ", cache, " | ", paste(c(
        formatC(found[1:2], format = "f", digits = 1),
        formatC(found[3], format = "f", digits = 0),
        formatC(found[4:5], format = "f", digits = 1),
        formatC(found[6], format = "f", digits = 2)
    ), collapse = " | "), " |\n", sep = "")
}
