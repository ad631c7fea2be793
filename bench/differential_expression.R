# Times differentialExpression() and scvi-tools' differential_expression() side
# by side, mode "change", 5000 samples, one group against the rest. Prints a
# table in Markdown.
#
#   Rscript bench/differential_expression.R [--repeats=3] [--threads=2]
#
# Seconds per call: the median over the repeats, with the smallest and largest
# in brackets. The last lines are scvigor alone: many groups in one call.

for (file in c("arguments.R", "data.R", "figures.R", "machine.R",
               "scvi_tools.R", "scvigor.R", "side_by_side.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

de_figure <- function(name, data, ..., both = TRUE, threads) {
    c(figure(name, "de", data, threads = threads), list(..., both = both))
}

de_figures <- function(threads) {
    list(
        de_figure("one group against the rest", "pbmc3k",
                  groups = "cell_type", group1 = "B", threads = threads),
        de_figure("one group against the rest", "kang_ctrl_donors",
                  groups = "cell_type", group1 = "B cells",
                  threads = threads),
        de_figure("every type against the rest (9)", "pbmc3k",
                  groups = "cell_type", both = FALSE, threads = threads),
        de_figure("30 groups, each against the rest", "kang_ctrl_donors",
                  groups = 30, both = FALSE, threads = threads)
    )
}

options <- command_line(list(repeats = 3, threads = 2))
need_data()
scvi_tools <- start_scvi_tools()
cat(describe_machine(scvi_tools$versions), sep = "\n")
cat(
    "\nSeconds per call, median (smallest .. largest) of ", options$repeats,
    ", ", options$threads, " threads\n\n", sep = ""
)
cat("| figure | data | scvigor | scvi-tools | ratio | others |\n",
    "|---|---|---|---|---|---|\n", sep = "")
for (figure in de_figures(options$threads)) {
    times <- time_figure(
        figure, options$repeats, if (figure$both) scvi_tools
    )
    theirs <- if ("scvi-tools" %in% colnames(times)) times[, "scvi-tools"]
    cat(
        "|", figure$name, "|", figure$data, "|",
        with_range(times[, "scvigor"]), "|",
        if (!is.null(theirs)) with_range(theirs), "|",
        if (!is.null(theirs)) {
            sprintf("%.1f", stats::median(theirs) /
                stats::median(times[, "scvigor"]))
        },
        "|", sprintf("%.0f %%", 100 * max(times[, "others"])), "|\n"
    )
}
cat("\nload after: ", load_average(), "\n", sep = "")
