# The local optima of k-means on scvigor's latent spaces, for one data set.
#
#   Rscript bench/kmeans_optima.R DATA [--epochs=400] [--seeds=0:9]
#
# Where two optima of nearly the same objective agree with the labels very
# differently, a seed's ARI says little about the latent space. Thirty starts;
# at most one optimum is shown for each 0.1 of ARI.

for (file in c("arguments.R", "data.R", "metrics.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

options <- command_line(list(epochs = 400, seeds = "0:9", threads = 1))
need_data()
name <- options$words[1]
sce <- read_data(name)

for (seed in number_list(options$seeds)) {
    model <- trainSCVI(
        sce, batch = batch_of(sce), max_epochs = options$epochs, seed = seed,
        external_indexing = list(validation = held_out(sce)),
        num_threads = options$threads, verbose = FALSE
    )
    latent <- latentRepresentation(model)
    set.seed(seed)
    starts <- vapply(seq_len(30), function(start) {
        found <- stats::kmeans(
            latent, length(unique(sce$cell_type)), iter.max = 300
        )
        c(objective = found$tot.withinss,
          ari = adjusted_rand_index(found$cluster, sce$cell_type))
    }, c(objective = 0, ari = 0))
    starts <- starts[, order(starts["objective", ]), drop = FALSE]
    starts <- starts[, !duplicated(round(starts["ari", ], 1)), drop = FALSE]
    shown <- seq_len(min(3, ncol(starts)))
    cat("seed ", seed, ": ", paste(sprintf(
        "%.0f (%.2f)", starts["objective", shown], starts["ari", shown]
    ), collapse = ", "), "\n", sep = "")
}
