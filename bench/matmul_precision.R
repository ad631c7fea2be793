# What matmul_precision costs and gains: microseconds per cell and epoch, and
# the negative ELBO of cells that are held out (every tenth), for each setting
# that differs on this machine, on every data set. The settings are trained in
# turns, with the same seeds.
#
#   Rscript bench/matmul_precision.R [--seeds=1:3] [--threads=2] [--epochs=20]
#                                    [--results=FILE.csv] [DATA...]
#
# DATA are beginnings of data sets' names; none means all. Scores are added to
# FILE as soon as they are known, and what is there is not computed again. The
# table is of all that FILE holds: medians of the times, and means over the
# seeds of the losses, beside the range of those with "highest".

for (file in c("arguments.R", "data.R", "machine.R", "results.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

key_names <- c("data", "precision", "seed")

train_and_score <- function(sce, precision, seed) {
    validation <- held_out(sce)
    model <- suppressMessages(trainSCVI(
        sce, batch = batch_of(sce), seed = seed, max_epochs = options$epochs,
        # the KL term has its full weight in the last half of the training
        n_epochs_kl_warmup = ceiling(options$epochs / 2),
        external_indexing = list(validation = validation),
        matmul_precision = precision, num_threads = options$threads,
        accelerator = "cpu", verbose = FALSE
    ))
    n_trained <- (ncol(sce) - length(validation)) * options$epochs
    c(
        us_per_cell = 1e6 * model@run$seconds / n_trained,
        neg_elbo_val = -elbo(model, x = sce, subset.col = validation,
                             seed = seed, num_threads = options$threads)
    )
}

print_table <- function(results) {
    settings <- intersect(c("highest", "high", "medium"), results$precision)
    cat("\n| cells x genes | us per cell:", paste(settings, collapse = " | "),
        "| -ELBO held out, highest (range) |",
        paste(setdiff(settings, "highest"), collapse = " | "), "|\n")
    cat("|", strrep("---|", 2 * length(settings) + 1), "\n", sep = "")
    for (name in unique(results$data)) {
        of <- function(metric, precision) {
            results$value[results$data == name & results$metric == metric &
                          results$precision == precision]
        }
        times <- vapply(settings, function(precision) {
            stats::median(of("us_per_cell", precision))
        }, 0)
        exact <- of("neg_elbo_val", "highest")
        others <- vapply(setdiff(settings, "highest"), function(precision) {
            mean(of("neg_elbo_val", precision))
        }, 0)
        sce <- read_data(name)
        cat(sprintf("| %s, %d x %d |", name, ncol(sce), nrow(sce)),
            paste(sprintf("%.1f", times), collapse = " | "), "|",
            sprintf("%.2f (%.2f to %.2f)", mean(exact), min(exact),
                    max(exact)), "|",
            paste(sprintf("%.2f", others), collapse = " | "), "|\n")
    }
}

options <- command_line(list(
    seeds = "1:3", threads = 2, epochs = 20,
    results = "build/bench/matmul_precision.csv"
))
need_data()
names <- data_names(options$words)
for (name in names) {
    sce <- read_data(name)
    for (seed in number_list(options$seeds)) {
        for (precision in scviInfo()$cpu$matmul_precision) {
            key <- list(data = name, precision = precision, seed = seed)
            known <- read_results(options$results, key_names)
            if (!any(is_result_of(known, key))) {
                add_results(
                    options$results, key, train_and_score(sce, precision, seed)
                )
            }
        }
    }
}
cat("- processor: ", cpu_model(), ", ", parallel::detectCores(),
    " cores, ", options$threads, " threads\n- load after: ", load_average(),
    "\n", sep = "")
print_table(read_results(options$results, key_names))
