# Times training on a machine that is busy: beside shell loops, beside other
# trainings, and under a quota as containers have it. Several installed versions
# of scvigor can be compared: they are timed in turns.
#
#   Rscript bench/busy.R [--libraries=new=build/library,old=folder]
#       [--data=kang_ctrl_donors] [--epochs=4] [--repeats=5] [--only=quiet,loop]
#
# Prints microseconds per cell, median (smallest .. largest) of the repeats. For
# trainings side by side that is the time until the last is done, for each of
# them: as if they ran one after the other. Conditions: quiet, loop, two, four,
# quota. The quota needs the right to make a control group.

for (file in c("arguments.R", "data.R", "machine.R", "side_by_side.R",
               "control_group.R")) {
    source(file.path("bench", file))
}

# "new=a,old=b" as c(new = "a", old = "b").
named_paths <- function(text) {
    parts <- strsplit(strsplit(text, ",")[[1]], "=")
    paths <- vapply(parts, function(part) part[length(part)], "")
    stats::setNames(
        normalizePath(paths, mustWork = TRUE), vapply(parts, `[`, "", 1)
    )
}

# Processes with one version of scvigor, ready to train.
start_workers <- function(n, library, ...) {
    workers <- parallel::makePSOCKcluster(n, ...)
    parallel::clusterCall(workers, eval, call(".libPaths", c(library, .libPaths())))
    parallel::clusterCall(workers, source, file.path(getwd(), "bench/busy_worker.R"))
    parallel::clusterCall(workers, eval, call("prepare", data_path(options$data)))
    workers
}

start_loops <- function(n) {
    lapply(seq_len(n), function(i) {
        processx::process$new("sh", c("-c", "while :; do :; done"), cleanup = TRUE)
    })
}

# Per cell of all workers' trainings, until the last is done.
time_trainings <- function(workers, n, threads, n_loops) {
    loops <- start_loops(n_loops)
    on.exit(lapply(loops, function(loop) loop$kill()))
    times <- parallel::clusterCall(
        workers[seq_len(n)], eval, call("train", threads, options$epochs)
    )
    max(unlist(times)) / n
}

conditions <- list(
    list(name = "quiet", what = "quiet, 1 thread", threads = 1),
    list(name = "quiet", what = "quiet, default threads"),
    list(name = "loop", what = "one loop beside, 1 thread", threads = 1, loops = 1),
    list(name = "loop", what = "one loop beside, default threads", loops = 1),
    list(name = "two", what = "two side by side, 1 thread each", n = 2, threads = 1),
    list(name = "two", what = "two side by side, default threads", n = 2),
    list(name = "four", what = "four side by side, 1 thread each", n = 4, threads = 1),
    list(name = "four", what = "four side by side, default threads", n = 4),
    list(name = "quota", what = "a quota of 1 processor, 1 thread", threads = 1),
    list(name = "quota", what = "a quota of 1 processor, default threads")
)

options <- command_line(list(
    libraries = "scvigor=build/library", data = "kang_ctrl_donors", epochs = 4,
    repeats = 5, only = "quiet,loop,two,four,quota"
))
need_data()
libraries <- named_paths(options$libraries)
conditions <- Filter(
    function(condition) condition$name %in% strsplit(options$only, ",")[[1]],
    conditions
)

n_workers <- max(vapply(conditions, function(x) c(x[["n"]], 1)[1], 0))
workers <- lapply(libraries, function(library) start_workers(n_workers, library))
limited <- NULL
if (any(vapply(conditions, function(x) x$name == "quota", NA))) {
    rscript <- rscript_with_quota(1)
    if (is.null(rscript)) {
        message("No control group can be made here: no figures with a quota.")
    } else {
        limited <- lapply(libraries, function(library) {
            start_workers(1, library, rscript = rscript)
        })
    }
}

cat("- processor: ", cpu_model(), ", ", parallel::detectCores(), " cores\n",
    "- load before: ", load_average(), "\n\n", sep = "")
cat("| condition |", paste(names(libraries), collapse = " | "), "|\n|---|",
    rep("---|", length(libraries)), "\n", sep = "")
for (condition in conditions) {
    pools <- if (condition$name == "quota") limited else workers
    if (is.null(pools)) {
        next
    }
    times <- matrix(NA_real_, options$repeats, length(libraries))
    for (i in seq_len(options$repeats)) {
        sides <- seq_along(libraries)
        for (side in if (i %% 2) sides else rev(sides)) {
            times[i, side] <- time_trainings(
                pools[[side]], c(condition[["n"]], 1)[1], condition$threads,
                c(condition$loops, 0)[1]
            )
        }
    }
    cells <- apply(times, 2, with_range)
    cat("|", condition$what, "|", paste(cells, collapse = " | "), "|\n")
}
cat("\nload after: ", load_average(), "\n", sep = "")
lapply(c(workers, limited), parallel::stopCluster)
