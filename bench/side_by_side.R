# scvigor and scvi-tools in turns.

# Seconds per unit of the figure, one row per repeat, and `others`: the share
# of the processors that other programs had meanwhile. When they had much, the
# repeat is made again, and the quietest ones count; who is first changes from
# one to the next.
time_figure <- function(figure, repeats, scvi_tools) {
    sides <- list(scvigor = function() time_scvigor(figure))
    if (!is.null(scvi_tools)) {
        sides[["scvi-tools"]] <- function() {
            time_scvi_tools(scvi_tools, figure)
        }
    }
    mine <- c(
        Sys.getpid(), if (!is.null(scvi_tools)) scvi_tools$process$get_pid()
    )
    one_repeat <- function(order) {
        before <- processor_ticks(mine)
        times <- vapply(sides[order], function(time) time(), 0)
        c(times[names(sides)], others = share_of_others(before, mine))
    }
    one_repeat(names(sides))
    times <- NULL
    while (needs_more(times, repeats)) {
        order <- if (NROW(times) %% 2) rev(names(sides)) else names(sides)
        times <- rbind(times, one_repeat(order))
    }
    times[order(times[, "others"])[seq_len(repeats)], , drop = FALSE]
}

quiet <- 0.03
patience <- 4

needs_more <- function(times, repeats) {
    NROW(times) < repeats || (NROW(times) < patience * repeats &&
        sum(times[, "others"] < quiet) < repeats)
}

with_range <- function(x) {
    sprintf("%.2f (%.2f .. %.2f)", stats::median(x), min(x), max(x))
}
