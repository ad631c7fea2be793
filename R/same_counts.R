# Whether cells have the counts of training cells, which a model does not keep:
# it has their totals, and what its encoder made of them.

# Logarithms of totals: a fingerprint of a cell's counts.
.same_log_library <- function(found, expected) {
    found == expected | abs(found - expected) < 1e-6
}

# NULL if the cells at `positions` of the model have `counts` (the model's genes
# x cells), else how many do not, in words. The totals of all are compared, and
# where they are equal, as those of plates that were sampled down to one depth,
# the latent means of some, which depend on every gene.
.other_counts <- function(model, counts, positions) {
    differ <- .other_totals(counts, .log_library(model)[positions])
    if (is.null(differ) && !.encodes_as_stored(model, counts, positions)) {
        differ <- "some"
    }
    differ
}

# The same by the totals alone.
.other_totals <- function(counts, log_library) {
    same <- .same_log_library(log_library_sizes(counts), log_library)
    if (!all(same)) {
        if (any(same)) as.character(sum(!same)) else "all"
    }
}

# "3 cells", "some cells"
.cells_in_words <- function(how_many) {
    paste(how_many, if (how_many == "1") "cell" else "cells")
}

.n_encoded_again <- 256L

# Whether the encoder still finds the stored latent means.
.encodes_as_stored <- function(model, counts, positions) {
    stored <- .posterior(model)$mean
    if (is.null(stored) || !length(positions)) {
        return(TRUE)
    }
    some <- unique(round(seq(
        1, length(positions), length.out = min(length(positions),
                                               .n_encoded_again)
    )))
    found <- latent_posterior(
        .handle(model),
        .core_cells(
            .subset_codes(.codes(model), positions[some]),
            counts = counts[, some, drop = FALSE]
        ),
        .inference_batch_size, .compute_options(NULL, "cpu")
    )$mean
    expected <- stored[positions[some], , drop = FALSE]
    # other devices and processors round otherwise
    all(abs(found - expected) <= 1e-3 * (1 + abs(expected)))
}
