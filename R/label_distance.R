# How far cells lie from their neighbors in the reference, against the
# reference's own cells: what tells cells of a type that the reference lacks.

# By label, of its reference cells, or some of them where it has many:
# `distance`, the mean distances to their `k` nearest reference cells but
# themselves, sorted; `smoothed`, what .smoother() makes of their ranks.
# `search`: see .neighbor_search().
.own_distances <- function(latent, labels, k, search, n_smoothed,
                           max_n = 1000) {
    chosen <- sort(unlist(lapply(split(seq_along(labels), labels), function(x) {
        x[unique(round(seq(1, length(x), length.out = min(length(x), max_n))))]
    }), use.names = FALSE))
    k <- min(k, nrow(latent) - 1)
    own <- latent[chosen, , drop = FALSE]
    # a cell is its own nearest, or a twin of it is
    distance <- if (k < 1) {
        numeric(length(chosen))
    } else {
        rowSums(search(own, latent, k + 1)$distance) / k
    }
    by_label <- lapply(split(distance, labels[chosen]), sort)
    rank <- .rank_among(distance, labels[chosen], by_label)
    smoothed <- .smoother(own, n_smoothed, search)(rank)
    list(distance = by_label, smoothed = split(smoothed, labels[chosen]))
}

# The share of the label's `own` distances that are smaller, for each cell.
.rank_among <- function(distance, labels, own) {
    rank <- numeric(length(distance))
    for (label in unique(labels)) {
        cells <- which(labels == label)
        rank[cells] <- findInterval(
            distance[cells], own[[label]], left.open = TRUE
        ) / length(own[[label]])
    }
    rank
}

# A function that replaces the values of cells by the means over each cell and
# those next to it, `n` in all.
.smoother <- function(latent, n, search) {
    n <- min(n, nrow(latent))
    if (n < 2) {
        return(identity)
    }
    index <- search(latent, latent, n)$index
    function(values) {
        rowMeans(matrix(values[index], ncol = n))
    }
}

# Few enough that a type is larger.
.n_smoothed <- function(n_cells, max_n = 30) {
    max(1, min(max_n, n_cells %/% 20))
}
