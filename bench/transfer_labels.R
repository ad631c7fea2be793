# How long transferLabels() takes for the cells of an atlas:
#
#   Rscript bench/transfer_labels.R [--cells=50000] [--reference=100000]
#       [--dims=10,30] [--threads=2] [--repeats=3]
#
# Cells of 20 types, simulated. Where BiocNeighbors is installed, its exact
# search finds the neighbors of 2,000 cells too; they must be the same.

source(file.path("bench", "arguments.R"))
suppressPackageStartupMessages(library(scvigor))

asked <- command_line(list(
    cells = 50000, reference = 100000, dims = "10,30", threads = 2, k = 50,
    repeats = 3
))

simulate <- function(n, centers) {
    type <- sample(nrow(centers), n, TRUE)
    latent <- centers[type, ] + rnorm(n * ncol(centers), sd = 0.5)
    list(latent = latent, type = paste("type", type))
}

seconds <- function(code) {
    system.time(code)[["elapsed"]]
}

same_neighbors <- function(query, reference, k) {
    found <- scvigor:::.neighbor_search(asked$threads)(query, reference, k)
    theirs <- BiocNeighbors::queryKNN(
        reference, query, k = k, BNPARAM = BiocNeighbors::KmknnParam()
    )
    stopifnot(all.equal(found$distance, theirs$distance))
    sprintf("%.4f", mean(found$index == theirs$index))
}

cat("| dimensions | cells | reference | threads | seconds | right |",
    "neighbors of BiocNeighbors |\n|---|---|---|---|---|---|---|\n")
for (dims in number_list(asked$dims)) {
    set.seed(1)
    centers <- matrix(rnorm(20 * dims, sd = 2), 20)
    reference <- simulate(asked$reference, centers)
    query <- simulate(asked$cells, centers)
    took <- vapply(seq_len(asked$repeats), function(repetition) {
        seconds(found <<- transferLabels(
            query$latent, reference$latent, reference$type, k = asked$k,
            num_threads = asked$threads
        ))
    }, 0)
    some <- seq_len(min(2000, asked$cells))
    same <- if (requireNamespace("BiocNeighbors", quietly = TRUE)) {
        same_neighbors(query$latent[some, ], reference$latent, asked$k)
    } else {
        ""
    }
    cat(sprintf(
        "| %d | %d | %d | %d | %.1f (%.1f .. %.1f) | %.3f | %s |\n",
        dims, asked$cells, asked$reference, asked$threads, median(took),
        min(took), max(took), mean(found$label_predicted == query$type), same
    ))
}
