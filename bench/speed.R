# Times scvigor and scvi-tools side by side: the same data, batch size and
# threads, in turns, in one run. Prints a table in Markdown.
#
#   Rscript bench/speed.R [--quick] [--repeats=5] [--csv=FILE]
#
# --quick: the headline only. Each figure is the median over the repeats, with
# the smallest and largest in brackets; both are warmed up by a repeat that
# does not count.

for (file in c("arguments.R", "data.R", "figures.R", "machine.R",
               "scvi_tools.R", "scvigor.R")) {
    source(file.path("bench", file))
}
suppressPackageStartupMessages(library(scvigor))

# Microseconds a cell: a matrix with a row a repeat. Who is first changes.
time_figure <- function(figure, repeats, scvi_tools) {
    sides <- list(scvigor = function() time_scvigor(figure))
    if (!is.null(scvi_tools)) {
        sides[["scvi-tools"]] <- function() {
            time_scvi_tools(scvi_tools, figure)
        }
    }
    times <- matrix(
        NA_real_, repeats + 1, length(sides), dimnames = list(NULL, names(sides))
    )
    for (i in seq_len(repeats + 1)) {
        order <- if (i %% 2) names(sides) else rev(names(sides))
        for (side in order) {
            times[i, side] <- sides[[side]]() * 1e6
        }
    }
    times[-1, , drop = FALSE]
}

print_row <- function(figure, times) {
    with_range <- function(x) {
        sprintf("%.2f (%.2f .. %.2f)", stats::median(x), min(x), max(x))
    }
    has_both <- ncol(times) == 2
    ratio <- if (has_both) {
        stats::median(times[, "scvi-tools"]) / stats::median(times[, "scvigor"])
    }
    cat(
        "|", figure$name, "|", figure$data, "|", figure$batch_size, "|",
        figure$threads, "|", with_range(times[, "scvigor"]), "|",
        if (has_both) with_range(times[, "scvi-tools"]), "|",
        if (has_both) sprintf("%.1f", ratio), "|",
        if (!is.na(figure$target)) paste(">=", figure$target), "|\n"
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
    "target |\n|---|---|---|---|---|---|---|---|\n")
for (figure in figures) {
    times <- time_figure(figure, options$repeats, scvi_tools)
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
