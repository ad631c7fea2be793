# Cells far from the middle of their group in latent space.

.without_outliers <- function(query, parts, batch_size, compute) {
    latent <- latent_posterior(
        query$pointer, query$cells, batch_size, compute
    )$mean
    lapply(parts, function(cells) {
        cells[.inliers(latent[cells, , drop = FALSE])]
    })
}

# The nine tenths nearest to the robust center: the half of the cells whose
# covariance has the smallest determinant (Rousseeuw and Van Driessen, 1999),
# from a fixed start, then reweighted.
.inliers <- function(x, contamination = 0.1) {
    n <- nrow(x)
    if (n <= 2 * ncol(x)) {
        .warn(
            "A group of ", .pluralize(n, "cell"), " is too small to find ",
            "outliers; all are kept."
        )
        return(seq_len(n))
    }
    center <- apply(x, 2, stats::median)
    spread <- pmax(apply(x, 2, stats::mad), 1e-12)
    distance <- colSums(((t(x) - center) / spread)^2)
    size <- ceiling((n + ncol(x) + 1) / 2)
    for (step in seq_len(30)) {
        kept <- order(distance)[seq_len(size)]
        closer <- .mahalanobis(x, kept)
        if (max(abs(closer - distance)) < 1e-9) {
            break
        }
        distance <- closer
    }
    # distances of the half are too small by this factor
    scaled <- distance * stats::qchisq(0.5, ncol(x)) /
        stats::median(distance)
    distance <- .mahalanobis(x, which(scaled < stats::qchisq(0.975, ncol(x))))
    which(distance <= stats::quantile(distance, 1 - contamination))
}

.mahalanobis <- function(x, rows) {
    some <- x[rows, , drop = FALSE]
    ridge <- diag(1e-9, ncol(x))
    stats::mahalanobis(x, colMeans(some), stats::cov(some) + ridge)
}
