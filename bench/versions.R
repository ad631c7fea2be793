# Times two installed versions of scvigor against each other, in short turns:
# a process each, which work one after the other, so that a change of the
# machine's clock or load meets both. Prints a table in Markdown.
#
#   Rscript bench/versions.R OLD_LIBRARY NEW_LIBRARY [--pairs=20] [--epochs=2]
#       [--do=train,latent,expression]
#
# Each library is a folder of R packages with a scvigor in it. The last column
# is the median of new / old over the pairs, with its quartiles.

for (file in c("arguments.R", "data.R", "machine.R")) {
    source(file.path("bench", file))
}

# A process that has loaded the scvigor of this library and the timings.
start_version <- function(library) {
    cluster <- parallel::makePSOCKcluster(1)
    path <- normalizePath(library, mustWork = TRUE)
    parallel::clusterCall(cluster, eval, call(".libPaths", c(path, .libPaths())))
    parallel::clusterCall(cluster, function(files) {
        for (file in files) {
            source(file)
        }
        suppressPackageStartupMessages(library(scvigor))
    }, normalizePath(file.path("bench", c("data.R", "scvigor.R"))))
    loaded <- parallel::clusterCall(cluster, find.package, "scvigor")[[1]]
    stopifnot(dirname(normalizePath(loaded)) == path)
    cluster
}

# Microseconds a cell of every pair, a row per pair, new and old in turns.
time_pairs <- function(versions, figure, pairs) {
    time_once <- function(cluster) {
        1e6 * parallel::clusterCall(
            cluster, function(figure) time_scvigor(figure), figure
        )[[1]]
    }
    vapply(versions, time_once, 0)
    t(vapply(seq_len(pairs), function(pair) {
        order <- if (pair %% 2) names(versions) else rev(names(versions))
        vapply(versions[order], time_once, 0)[names(versions)]
    }, c(old = 0, new = 0)))
}

version_figures <- function(do, epochs) {
    figures <- expand.grid(
        do = strsplit(do, ",")[[1]], threads = 2:1, stringsAsFactors = FALSE
    )
    Map(function(do, threads) {
        list(
            do = do, data = "kang_ctrl_donors", threads = threads,
            epochs = epochs, calls = if (do == "latent") 5 else 1,
            batch_size = 128, model = list()
        )
    }, figures$do, figures$threads)
}

print_pairs <- function(figure, times) {
    ratio <- stats::quantile(times[, "new"] / times[, "old"], 1:3 / 4)
    median_time <- apply(times, 2, stats::median)
    cat(sprintf(
        "| %s | %d | %.2f | %.2f | %.3f (%.3f .. %.3f) |\n", figure$do,
        figure$threads, median_time[["old"]], median_time[["new"]],
        ratio[[2]], ratio[[1]], ratio[[3]]
    ))
}

options <- command_line(list(
    pairs = 20, epochs = 2, do = "train,latent,expression"
))
if (length(options$words) != 2) {
    stop("two libraries are needed, of the old and the new scvigor")
}
need_data()
versions <- lapply(c(old = options$words[1], new = options$words[2]),
                   start_version)
cat("- processor: ", cpu_model(), ", ", parallel::detectCores(), " cores\n",
    "- load before: ", load_average(), "\n\n", sep = "")
cat("Microseconds a cell, medians of ", options$pairs, " pairs\n\n", sep = "")
cat("| figure | threads | old | new | new / old (quartiles) |\n",
    "|---|---|---|---|---|\n", sep = "")
for (figure in version_figures(options$do, options$epochs)) {
    print_pairs(figure, time_pairs(versions, figure, options$pairs))
}
cat("\nload after: ", load_average(), "\n", sep = "")
invisible(lapply(versions, parallel::stopCluster))
