# How good the models are: every data set of the table in quality.md trained
# with scvigor, every tenth cell held out, scored as scvi-tools was.
#
#   Rscript bench/quality.R [--seeds=0:2] [--threads=2] [--results=FILE.csv]
#                           [DATA...]
#
# DATA are beginnings of data sets' names; none means all. Each model's scores
# are added to FILE as soon as they are known, and what is there already is not
# computed again. The table at the end compares the means over the seeds with
# scvi-tools' bands.

for (file in c("arguments.R", "data.R", "metrics.R", "bands.R",
               "score_model.R", "results.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

# One line per metric, in the form of a Markdown table.
print_comparison <- function(rows, results) {
    cat("\n| data | model | metric | scvigor, mean (min .. max) |",
        "scvi-tools | |\n|---|---|---|---|---|---|\n")
    for (row in rows) {
        mine <- results[
            results$data == row$data & results$model == row$model_name,
        ]
        for (metric in colnames(row$bands)) {
            values <- mine$value[mine$metric == metric]
            if (length(values)) {
                band <- row$bands[, metric]
                form <- if (metric %in% lower_is_better) "%.1f" else "%.3f"
                number <- function(x) sprintf(form, x)
                cat(
                    "|", row$data, "|", row$model_name, "|", metric, "|",
                    number(mean(values)),
                    paste0("(", number(min(values)), " .. ",
                           number(max(values)), ") |"),
                    number(band["low"]), "..", number(band["high"]), "|",
                    judge(values, band, metric), "|\n"
                )
            }
        }
    }
}

options <- command_line(list(
    seeds = "0:2", threads = 2, results = "build/bench/quality.csv"
))
need_data()
rows <- widen_single_seeds(read_bands())
if (length(options$words)) {
    wanted <- vapply(rows, function(row) {
        any(startsWith(row$data, options$words))
    }, NA)
    rows <- rows[wanted]
}
for (row in rows) {
    for (seed in number_list(options$seeds)) {
        key <- list(data = row$data, model = row$model_name, seed = seed)
        known <- read_results(options$results, names(key))
        if (!any(is_result_of(known, key))) {
            scores <- score_model(row, seed, options$threads)
            message(
                row$data, ", ", row$model_name, ", seed ", seed, ": ",
                format(scores[["seconds"]], digits = 3), " s"
            )
            add_results(options$results, key, scores)
        }
    }
}
print_comparison(
    rows, read_results(options$results, c("data", "model", "seed"))
)
