# Times scvigor and scvi-tools side by side: the same data, batch size and
# threads, in turns, in one run. Prints a table in Markdown.
#
#   Rscript bench/speed.R [--quick] [--repeats=5] [--csv=FILE]
#
# --quick: the headline only. Each figure is the median over the repeats, with
# the smallest and largest in brackets; both are warmed up by a repeat that
# does not count. "others" is the largest share of the processors that other
# programs had in a repeat: above a few percent the times say little.

for (file in c("arguments.R", "data.R", "figures.R", "machine.R",
               "scvi_tools.R", "scvigor.R", "side_by_side.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

microseconds <- function(times) {
    sides <- colnames(times) != "others"
    times[, sides] <- times[, sides] * 1e6
    times
}

print_row <- function(figure, times) {
    has_both <- "scvi-tools" %in% colnames(times)
    ratio <- if (has_both) {
        stats::median(times[, "scvi-tools"]) / stats::median(times[, "scvigor"])
    }
    cat(
        "|", figure$name, "|", figure$data, "|", figure$batch_size, "|",
        figure$threads, "|", with_range(times[, "scvigor"]), "|",
        if (has_both) with_range(times[, "scvi-tools"]), "|",
        if (has_both) sprintf("%.1f", ratio), "|",
        if (!is.na(figure$target)) paste(">=", figure$target), "|",
        sprintf("%.0f %%", 100 * max(times[, "others"])), "|\n"
    )
}

options <- command_line(list(quick = FALSE, repeats = 5, csv = ""))
need_data()
figures <- if (options$quick) {
    Filter(function(figure) figure$quick, speed_figures)
} else {
    speed_figures
}
scvi_tools <- start_scvi_tools()
cat(describe_machine(scvi_tools$versions), sep = "\n")
cat(
    "\nMicroseconds a cell, median (smallest .. largest) of ",
    options$repeats, "\n\n", sep = ""
)
cat("| figure | data | batch size | threads | scvigor | scvi-tools | ratio |",
    "target | others |\n|---|---|---|---|---|---|---|---|---|\n")
for (figure in figures) {
    times <- microseconds(time_figure(figure, options$repeats, scvi_tools))
    print_row(figure, times)
    if (nzchar(options$csv)) {
        utils::write.table(
            data.frame(figure[c("name", "data", "batch_size", "threads")],
                       times, check.names = FALSE),
            options$csv, append = file.exists(options$csv), sep = ",",
            row.names = FALSE, col.names = !file.exists(options$csv)
        )
    }
}
cat("\nload after: ", load_average(), "\n", sep = "")
