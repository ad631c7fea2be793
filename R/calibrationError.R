#' Calibration of predictive intervals
#'
#' For a well calibrated model the interval between, say, the 5 and the 95
#' percent quantile of its draws holds the observed count 90 times out of 100.
#' The error is the sum, over the intervals, of the squared difference between
#' the share of counts inside and the interval's width. Lower is better. Counts
#' are whole numbers, so that intervals hold more than their width even under
#' the true model; compare models, not the error with 0.
#'
#' @inheritParams coefficientOfVariation
#' @param confidence_intervals Quantiles in ascending order, an even number of
#'   them: the first and the last make an interval, the second and the last
#'   but one another, and so on. NULL (default): intervals of widths 0.65 to
#'   0.95, as in scvi-tools.
#' @param per_interval TRUE: the share inside each interval. FALSE (default):
#'   the error.
#'
#' @return A DataFrame with a column per model: one row, `error`; or, with
#'   `per_interval`, a row per interval, named by its width.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' check <- posteriorPredictiveCheck(model, sce)
#' calibrationError(check)
#' calibrationError(check, per_interval = TRUE)
#' @export
calibrationError <- function(
    check, confidence_intervals = NULL, per_interval = FALSE
) {
    .check_predictive_check(check)
    .check_flag(per_interval, "per_interval")
    p <- .check_intervals(confidence_intervals)
    lower <- p[seq_len(length(p) / 2)]
    width <- rev(p)[seq_along(lower)] - lower
    inside <- lapply(.predictive_draws(check), function(samples) {
        .interval_coverage(.observed_counts(check), samples, p)
    })
    if (per_interval) {
        return(.data_frame_of(inside, format(width, decimal.mark = ".")))
    }
    errors <- lapply(inside, function(found) sum((found - width)^2))
    .data_frame_of(errors, "error")
}

.set_generic("calibrationError", "check")

.check_intervals <- function(p) {
    if (is.null(p)) {
        return(c(seq(0.025, 0.175, by = 0.025), seq(0.825, 0.975, by = 0.025)))
    }
    is_valid <- is.numeric(p) && length(p) >= 2 && length(p) %% 2 == 0 &&
        all(is.finite(p)) && all(p >= 0 & p <= 1) && !is.unsorted(p)
    if (!is_valid) {
        .stop_argument(
            "confidence_intervals", "`confidence_intervals` must be an even ",
            "number of quantiles from 0 to 1 in ascending order."
        )
    }
    p
}

# The fraction of counts inside each interval. A few cells at a time are dense.
.interval_coverage <- function(counts, samples, p, cells_at_a_time = 200) {
    n_inside <- numeric(length(p) / 2)
    firsts <- seq(1, ncol(counts), by = cells_at_a_time)
    for (first in firsts) {
        cells <- first:min(first + cells_at_a_time - 1, ncol(counts))
        dense <- function(matrix) {
            as.vector(as.matrix(matrix[, cells, drop = FALSE]))
        }
        quantiles <- .row_quantiles(vapply(
            samples, dense, numeric(nrow(counts) * length(cells))
        ), length(samples), p)
        observed <- dense(counts)
        n_inside <- n_inside + vapply(seq_along(n_inside), function(k) {
            upper <- quantiles[, length(p) + 1 - k]
            # a whole number between two draws is subject to rounding
            sum(observed >= quantiles[, k] - 1e-9 & observed <= upper + 1e-9)
        }, numeric(1))
    }
    n_inside / length(counts)
}

# quantile(type = 7) of every row of a matrix of `n` columns, rows x p.
.row_quantiles <- function(values, n, p) {
    values <- matrix(values, ncol = n)
    rows <- nrow(values)
    sorted <- matrix(
        values[order(rep(seq_len(rows), n), values)], ncol = n, byrow = TRUE
    )
    position <- 1 + (n - 1) * p
    below <- floor(position)
    above <- pmin(below + 1, n)
    fraction <- rep(position - below, each = rows)
    # the difference times 0 is 0: a quantile at a value is that value
    lower <- sorted[, below, drop = FALSE]
    lower + fraction * (sorted[, above, drop = FALSE] - lower)
}
