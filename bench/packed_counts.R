# Counts packed in memory and in a file beside a dgCMatrix: their size, the time
# that packing takes, and training from each. Prints a table in Markdown.
#
#   Rscript bench/packed_counts.R [--data=kang_ctrl_donors] [--repeats=5]
#
# Counts per second: one pass over all cells in random order.

for (file in c("arguments.R", "data.R", "machine.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

options <- command_line(list(
    data = "kang_ctrl_donors", repeats = 5, epochs = 2, threads = 2
))
need_data()
counts <- SummarizedExperiment::assay(read_data(options$data))
file <- tempfile(fileext = ".counts")
seconds <- function(work) system.time(work())[["elapsed"]]
packing <- c(
    dgCMatrix = NA,
    memory = seconds(function() in_memory <<- packCounts(counts)),
    file = seconds(function() in_file <<- packCounts(counts, file))
)
sources <- list(dgCMatrix = counts, memory = in_memory, file = in_file)

# Microseconds a cell.
time_training <- function(x) {
    model <- trainSCVI(
        x, max_epochs = options$epochs, seed = 0, num_threads = options$threads,
        verbose = FALSE
    )
    n_train <- length(trainingSplit(model)$train)
    1e6 * scvigor:::.run(model)$seconds / (n_train * options$epochs)
}
set.seed(1)
shuffled <- sample(ncol(counts))
time_pass <- function(x) {
    if (is(x, "dgCMatrix")) {
        return(NA)
    }
    some <- x[, shuffled]
    seconds(function() scvigor:::summarize_counts(some, options$threads))
}
invisible(lapply(sources, time_training))
times <- lapply(seq_len(options$repeats), function(k) {
    list(train = vapply(sources, time_training, 0),
         pass = vapply(sources, time_pass, 0))
})
median_of <- function(what) {
    apply(vapply(times, `[[`, numeric(3), what), 1, stats::median)
}
n <- length(slot(counts, "x"))
cat("- processor: ", cpu_model(), ", ", parallel::detectCores(), " cores\n",
    "- load: ", load_average(), "\n- ", options$data, ": ", nrow(counts),
    " genes x ", ncol(counts), " cells, ", n, " counts that are not 0\n\n",
    sep = "")
cat("| counts | bytes per count | packing (s) | million counts per second |",
    "training (us/cell) |\n|---|---|---|---|---|\n")
bytes <- c(as.numeric(object.size(counts)), rep(file.size(file), 2)) / n
cat(sprintf(
    "| %s | %.2f | %.2f | %.0f | %.2f |\n", names(sources), bytes, packing,
    n / 1e6 / median_of("pass"), median_of("train")
), sep = "")
