# A reference of two batches and a query of one or two more, with everything
# that transfer learning can touch.

query_parts <- function(n_genes = 30, n_batches = 4, n_reference = 2,
                        per_batch = 40) {
    sce <- toy_sce(n_genes, n_batches, per_batch)
    old <- sce$batch %in% paste0("batch_", seq_len(n_reference) - 1)
    list(reference = sce[, old], query = sce[, !old], all = sce)
}

quick_query <- function(model, x, ..., max_epochs = 2, seed = 2) {
    query <- loadQuery(x, model, ..., seed = seed)
    continueTraining(
        query, x, max_epochs = max_epochs, seed = seed, lr = 0.05,
        verbose = FALSE
    )
}

# Names of the weights that differ between two models of one architecture.
moved_weights <- function(before, after) {
    before <- modelWeights(before)
    after <- modelWeights(after)
    names(before)[!mapply(identical, before, after)]
}
