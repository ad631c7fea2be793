# Scores of a latent space (cells x dimensions) against known labels and
# batches.

# Agreement of two groupings, 1 is perfect and 0 is chance (Hubert and Arabie
# 1985).
adjusted_rand_index <- function(a, b) {
    counts <- table(a, b)
    pairs <- function(n) sum(choose(n, 2))
    together <- pairs(counts)
    in_a <- pairs(rowSums(counts))
    in_b <- pairs(colSums(counts))
    expected <- in_a * in_b / choose(sum(counts), 2)
    (together - expected) / ((in_a + in_b) / 2 - expected)
}

# Mutual information over the mean of the two entropies.
normalized_mutual_information <- function(a, b) {
    joint <- table(a, b) / length(a)
    entropy <- function(p) -sum(p[p > 0] * log(p[p > 0]))
    in_a <- entropy(rowSums(joint))
    in_b <- entropy(colSums(joint))
    (in_a + in_b - entropy(joint)) / ((in_a + in_b) / 2)
}

# Mean silhouette width with Euclidean distances, a block of cells at a time.
mean_silhouette <- function(x, labels, block_size = 1000) {
    labels <- factor(labels)
    member <- stats::model.matrix(~ labels - 1)
    n_of <- colSums(member)
    norms <- rowSums(x^2)
    blocks <- split(
        seq_len(nrow(x)), (seq_len(nrow(x)) - 1) %/% block_size
    )
    widths <- lapply(blocks, function(cells) {
        squared <- outer(norms[cells], norms, "+") -
            2 * tcrossprod(x[cells, , drop = FALSE], x)
        squared[cbind(seq_along(cells), cells)] <- 0
        sums <- sqrt(pmax(squared, 0)) %*% member
        own <- cbind(seq_along(cells), as.integer(labels)[cells])
        within <- sums[own] / (n_of[own[, 2]] - 1)
        between <- sweep(sums, 2, n_of, "/")
        between[own] <- Inf
        between <- apply(between, 1, min)
        # A cell alone with its label has width 0, by convention.
        ifelse(
            n_of[own[, 2]] == 1, 0,
            (between - within) / pmax(between, within)
        )
    })
    mean(unlist(widths))
}

# The k nearest other cells of every cell, cells x k.
nearest_cells <- function(x, k) {
    BiocNeighbors::findKNN(x, k = k, get.distance = FALSE)$index
}

# Share of cells whose neighbors' most frequent label is their own.
neighbor_accuracy <- function(neighbors, labels) {
    labels <- as.integer(factor(labels))
    votes <- matrix(labels[neighbors], nrow(neighbors))
    majority <- apply(votes, 1, function(v) which.max(tabulate(v)))
    mean(majority == labels)
}

# Neighbors from another batch, over what perfect mixing would give.
batch_mixing <- function(neighbors, batches) {
    batches <- as.integer(factor(batches))
    other <- matrix(batches[neighbors], nrow(neighbors)) != batches
    shares <- tabulate(batches) / length(batches)
    mean(other) / (1 - sum(shares^2))
}

# Inverse Simpson index of the batches among the neighbors, from 0 (one batch)
# to 1 (all alike), mean over cells.
inverse_simpson_mixing <- function(neighbors, batches) {
    batches <- as.integer(factor(batches))
    n_batches <- max(batches)
    among <- matrix(batches[neighbors], nrow(neighbors))
    index <- apply(among, 1, function(b) {
        1 / sum((tabulate(b, n_batches) / length(b))^2)
    })
    mean((index - 1) / (n_batches - 1))
}

# All scores by name; those of batches only where there are several.
latent_scores <- function(x, labels, batches) {
    clusters <- stats::kmeans(
        x, length(unique(labels)), nstart = 10, iter.max = 300
    )$cluster
    neighbors <- nearest_cells(x, 30)
    scores <- c(
        kmeans_ari = adjusted_rand_index(clusters, labels),
        kmeans_nmi = normalized_mutual_information(clusters, labels),
        asw_label = mean_silhouette(x, labels),
        knn15_accuracy = neighbor_accuracy(neighbors[, 1:15], labels)
    )
    if (length(unique(batches)) > 1) {
        scores <- c(
            scores, batch_mixing30 = batch_mixing(neighbors, batches),
            ilisi30 = inverse_simpson_mixing(neighbors, batches)
        )
    }
    scores
}
