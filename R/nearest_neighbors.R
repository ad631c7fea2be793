# Nearest neighbors in a latent space and what they vote for.

# A function of `query`, `reference` and `k` that finds the k nearest cells of
# `reference`: their indices and distances, one row per cell of `query`. In C++,
# rather than by BiocNeighbors' exact search: comparing all pairs on all threads
# takes less time than that, whose index is built on one thread and with R's
# random numbers. With BNPARAM by BiocNeighbors.
.neighbor_search <- function(num_threads, BNPARAM = NULL) {
    if (is.null(BNPARAM)) {
        return(function(query, reference, k) {
            nearest_neighbors(query, reference, k, num_threads)
        })
    }
    .check_package("BiocNeighbors", "BNPARAM")
    if (!is(BNPARAM, "BiocNeighborParam")) {
        .stop_argument(
            "BNPARAM", "`BNPARAM` must be a BiocNeighborParam, such as ",
            "BiocNeighbors::AnnoyParam(), not ", class(BNPARAM)[1], "."
        )
    }
    arguments <- list(BNPARAM = BNPARAM)
    if ("num.threads" %in% names(formals(BiocNeighbors::queryKNN))) {
        arguments$num.threads <- max(1L, num_threads)
    }
    function(query, reference, k) {
        found <- do.call(
            BiocNeighbors::queryKNN,
            c(list(X = reference, query = query, k = k), arguments)
        )
        lapply(found[c("index", "distance")], unname)
    }
}

# As many as there are. `search`: see .neighbor_search().
.nearest_neighbors <- function(query, reference, k, search) {
    if (k > nrow(reference)) {
        .warn(
            "`k` = ", k, " is more than the ", nrow(reference), " cells of ",
            "the reference; all of them vote."
        )
        k <- nrow(reference)
    }
    search(query, reference, k)
}

# exp(-d s^2 / 4), rows scaled to a sum of 1; s is the standard deviation of
# the row. Shifted, since with large distances all would underflow.
.gaussian_weights <- function(distance) {
    variance <- rowMeans((distance - rowMeans(distance))^2)
    exponent <- -distance * variance / 4
    weights <- exp(exponent - exponent[cbind(
        seq_len(nrow(exponent)), max.col(exponent, "first")
    )])
    weights / rowSums(weights)
}

# The label with the largest weight and its fraction, the first in order of two
# that weigh the same.
.weighted_vote <- function(index, weights, labels) {
    levels <- sort(unique(labels), method = "radix")
    codes <- match(labels, levels)
    shares <- as.matrix(sparseMatrix(
        i = as.vector(row(index)), j = codes[index], x = as.vector(weights),
        dims = c(nrow(index), length(levels))
    ))
    best <- max.col(shares, "first")
    list(
        predicted = levels[best],
        confidence = pmin(shares[cbind(seq_along(best), best)], 1)
    )
}
