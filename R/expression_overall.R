# Draws from all cells together, for normalizedExpression().

# NULL when results per cell are wanted.
.check_overall <- function(n_samples_overall, weights, max_cells,
                           n_mc_samples, n_samples, sink) {
    .check_choice(weights, c("uniform", "importance"), "weights")
    .check_count(max_cells, "max_cells")
    .check_count(n_mc_samples, "n_mc_samples")
    if (is.null(n_samples_overall)) {
        if (weights == "importance") {
            .stop_argument(
                "weights", "`weights = \"importance\"` weighs draws of all ",
                "cells together; give their number as `n_samples_overall`."
            )
        }
        return(NULL)
    }
    .check_count(n_samples_overall, "n_samples_overall")
    if (!identical(as.double(n_samples), 1)) {
        .stop_argument(
            "n_samples", "Give `n_samples`, per cell, or `n_samples_overall`, ",
            "of all cells together, but not both."
        )
    }
    if (!is.null(sink)) {
        .stop_argument(
            "sink", "With `n_samples_overall` the result is in memory: leave ",
            "`sink` out."
        )
    }
    list(
        n_samples_overall = n_samples_overall, max_cells = max_cells,
        n_mc_samples = n_mc_samples, importance = weights == "importance"
    )
}

# Genes x samples.
.expression_overall <- function(query, size, overall) {
    .check_memory(
        8 * length(query$dimnames[[1]]) * overall$n_samples_overall,
        "n_samples_overall",
        paste(.number_text(overall$n_samples_overall), "samples of",
              .pluralize(length(query$dimnames[[1]]), "gene"))
    )
    values <- expression_samples(
        query$pointer, query$cells, query$decode, size, overall, query$compute
    )
    .name_expression(values, c(query$dimnames[1], list(NULL)))
}
