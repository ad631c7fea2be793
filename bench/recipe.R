# Which recipe trains best in little time: candidates beside scvi-tools'
# defaults (400 epochs; with early stopping and the best weights), on every
# data set, two models, with and without batches, over seeds. Every tenth cell
# is held out.
#
#   Rscript bench/recipe.R [--seeds=1:5] [--threads=2] [--candidates="A;B"]
#                          [--models=default,nb] [--results=FILE.csv] [DATA...]
#
# DATA are beginnings of data sets' names; none means all. Scores are added to
# FILE as soon as they are known, and what is there is not computed again. The
# tables at the end are of all that FILE holds: mean ranks of the candidates,
# and each data set's scores.

for (file in c("arguments.R", "data.R", "metrics.R", "score_model.R",
               "results.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

candidates <- list(
    `scvi-tools` = list(max_epochs = 400),
    `scvi-tools, best` = list(
        max_epochs = 400, early_stopping = TRUE, load_best_on_end = TRUE
    ),
    fast = list(recipe = "fast"),
    `fast, lr 4e-3` = list(recipe = "fast", lr = 4e-3),
    `fast, lr 8e-3` = list(recipe = "fast", lr = 8e-3),
    `fast, lr 32e-3` = list(recipe = "fast", lr = 32e-3),
    `fast, cosine` = list(
        recipe = "fast", lr_schedule = "cosine", lr_warmup_steps = 50
    ),
    `fast, pct_start 0.1` = list(recipe = "fast", pct_start = 0.1),
    `fast, pct_start 0.4` = list(recipe = "fast", pct_start = 0.4),
    `fast, average` = list(recipe = "fast", ema_decay = 0.98),
    `fast, eps 1e-3` = list(recipe = "fast", eps = 1e-3),
    `fast, no clipping` = list(recipe = "fast", gradient_clip_val = NULL),
    `fast, batch 128` = list(recipe = "fast", batch_size = 128)
)
models <- list(
    default = list(),
    nb = list(gene_likelihood = "nb", n_layers = 2, n_latent = 30)
)
key_names <- c("data", "model", "batches", "candidate", "seed")

# The data sets, each with its batches if it has some, and without.
settings <- function(names) {
    do.call(rbind, lapply(names, function(name) {
        has_batches <- !is.null(batch_of(read_data(name)))
        data.frame(data = name, batches = if (has_batches)
            c(TRUE, FALSE) else FALSE)
    }))
}

lower_is_better <- c(
    "neg_elbo_val", "recon_val", "neg_elbo_train", "seconds", "epochs"
)

# Means over the seeds: a row per data set, model and candidate.
mean_scores <- function(results) {
    stats::aggregate(
        value ~ data + model + batches + candidate + metric, results, mean
    )
}

# The mean rank of each candidate over data sets and models, by a metric; 1 is
# the best. Only where all of them were scored.
mean_ranks <- function(means, metric) {
    means <- means[means$metric == metric, ]
    sign <- if (metric %in% lower_is_better) 1 else -1
    table <- stats::xtabs(
        value ~ paste(data, model, batches) + candidate, means
    )
    is_whole <- rowSums(table == 0) == 0
    ranks <- apply(sign * table[is_whole, , drop = FALSE], 1, rank)
    sort(rowMeans(ranks))
}

print_ranks <- function(means) {
    for (metric in c("neg_elbo_val", "knn15_accuracy", "batch_mixing30",
                     "seconds")) {
        ranks <- mean_ranks(means, metric)
        cat("\nMean ranks by ", metric, ":\n", sep = "")
        cat(sprintf("  %-22s %.2f\n", names(ranks), ranks), sep = "")
    }
}

print_scores <- function(means) {
    metrics <- intersect(
        c("neg_elbo_val", "recon_val", "knn15_accuracy", "kmeans_ari",
          "kmeans_nmi", "asw_label", "batch_mixing30", "ilisi30", "epochs",
          "seconds"),
        means$metric
    )
    cat("\n|", paste(c("data", "model", "batches", "candidate", metrics),
                     collapse = " | "), "|\n")
    cat("|", strrep("---|", length(metrics) + 4), "\n", sep = "")
    wide <- stats::reshape(
        means, direction = "wide", timevar = "metric",
        idvar = c("data", "model", "batches", "candidate")
    )
    wide <- wide[order(wide$data, wide$model, wide$batches), ]
    for (i in seq_len(nrow(wide))) {
        values <- unlist(wide[i, paste0("value.", metrics)])
        digits <- ifelse(metrics %in% lower_is_better, 1, 3)
        cells <- ifelse(
            is.na(values), "", formatC(values, format = "f", digits = digits)
        )
        cat("|", paste(c(unlist(wide[i, 1:4]), cells), collapse = " | "), "|\n")
    }
}

options <- command_line(list(
    seeds = "1:5", threads = 2, results = "build/bench/recipe.csv",
    candidates = paste(names(candidates), collapse = ";"),
    models = "default,nb"
))
need_data()
names <- data_names(options$words)
settings <- settings(names)
for (seed in number_list(options$seeds)) {
    for (i in seq_len(nrow(settings))) {
        for (model in strsplit(options$models, ",")[[1]]) {
            for (candidate in strsplit(options$candidates, ";")[[1]]) {
                key <- list(
                    data = settings$data[i], model = model,
                    batches = settings$batches[i], candidate = candidate,
                    seed = seed
                )
                known <- read_results(options$results, key_names)
                if (any(is_result_of(known, key))) {
                    next
                }
                sce <- read_data(key$data)
                scores <- suppressMessages(score_training(
                    sce, if (key$batches) "batch", seed, options$threads,
                    c(models[[model]], candidates[[candidate]])
                ))
                message(
                    paste(unlist(key), collapse = ", "), ": ",
                    format(scores[["seconds"]], digits = 3), " s, ",
                    format(scores[["neg_elbo_val"]], digits = 6)
                )
                add_results(options$results, key, scores)
            }
        }
    }
}
means <- mean_scores(read_results(options$results, key_names))
print_scores(means)
print_ranks(means)
