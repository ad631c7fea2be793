# How well queries are mapped and named, beside scvi-tools:
#
#   SCVIGOR_PYTHON=python Rscript bench/mapping.R [--seeds=0:2] [--threads=2]
#       [DATA...]
#
# DATA are beginnings of data sets' names; none means all. Without scvi-tools
# (SCVIGOR_PYTHON empty) scvigor stands alone.

for (file in c("arguments.R", "data.R", "map_query.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

asked <- command_line(list(seeds = "0:2", threads = 2))
need_data()
programs <- list(scvigor = map_with_scvigor)
if (nzchar(Sys.getenv("SCVIGOR_PYTHON"))) {
    programs[["scvi-tools"]] <- map_with_scvi_tools
}
wanted <- function(case) {
    !length(asked$words) || any(startsWith(case$data, asked$words))
}

cat("| data | query | model | program | accuracy, mean (each seed) |",
    "confidence, right / wrong | reference moved by |\n")
cat("|---|---|---|---|---|---|---|\n")
for (case in Filter(wanted, mapping_cases)) {
    for (model in names(mapping_models)) {
        for (program in names(programs)) {
            scores <- vapply(number_list(asked$seeds), function(seed) {
                mapping_scores(
                    programs[[program]](case, model, seed, asked$threads),
                    case
                )
            }, numeric(5))
            cat(sprintf(
                "| %s | %s | %s | %s | %.4f (%s) | %.3f / %.3f | %.1e |\n",
                case$data, paste(case$query, collapse = ", "), model, program,
                mean(scores["accuracy", ]),
                paste(sprintf("%.4f", scores["accuracy", ]), collapse = ", "),
                mean(scores["confidence_right", ]),
                mean(scores["confidence_wrong", ], na.rm = TRUE),
                max(scores["moved", ])
            ))
        }
    }
}
