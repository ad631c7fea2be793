# Simulated data: batches of 200 cells, zero-inflated negative binomial counts
# without structure, random labels.

toy_counts <- function(n_genes, n_cells, seed = 1) {
    withr::with_seed(seed, {
        values <- rnbinom(n_genes * n_cells, size = 5, prob = 0.3) *
            rbinom(n_genes * n_cells, 1, 0.7)
    })
    matrix(
        values, n_genes,
        dimnames = list(
            paste0("gene_", seq_len(n_genes) - 1),
            paste0("cell_", seq_len(n_cells) - 1)
        )
    )
}

toy_sce <- function(n_genes = 100, n_batches = 2, per_batch = 200,
                    seed = 1) {
    n_cells <- n_batches * per_batch
    counts <- as(toy_counts(n_genes, n_cells, seed), "dgCMatrix")
    cells <- withr::with_seed(seed + 1, S4Vectors::DataFrame(
        batch = paste0("batch_", rep(seq_len(n_batches) - 1,
                                     each = per_batch)),
        labels = paste0("label_", sample(0:2, n_cells, TRUE)),
        cont1 = rnorm(n_cells), cont2 = rnorm(n_cells),
        cat1 = sample(0:4, n_cells, TRUE), cat2 = sample(0:4, n_cells, TRUE),
        size_factor = runif(n_cells, 1, 4),
        row.names = colnames(counts)
    ))
    SingleCellExperiment::SingleCellExperiment(
        list(counts = counts), colData = cells
    )
}

# Small and quick: what is under test is not how well it fits.
quick_train <- function(x, ..., max_epochs = 1, n_latent = 5, n_hidden = 16,
                        seed = 1) {
    trainSCVI(
        x, ..., max_epochs = max_epochs, n_latent = n_latent,
        n_hidden = n_hidden, seed = seed, verbose = FALSE
    )
}

quick_run <- function(x, ...) {
    runSCVI(
        x, ..., max_epochs = 1, n_latent = 5, n_hidden = 16, seed = 1,
        verbose = FALSE
    )
}

expect_argument_error <- function(object, argument, regexp = NULL) {
    error <- expect_error(object, regexp, class = "scvigor_argument_error")
    expect_identical(error$argument, argument)
}

# Presses Ctrl-C in another R process, soon after it has made a file.
interrupt_when_started <- function(process, started) {
    for (attempt in seq_len(1200)) {
        if (file.exists(started)) break
        Sys.sleep(0.1)
    }
    Sys.sleep(1)
    process$interrupt()
    process$wait(20000)
    process$kill()
}

# A file with some bits turned over or with its end cut off.
damaged_bytes <- function(bytes, seed) {
    withr::with_seed(seed, {
        if (seed %% 3 == 0) {
            return(head(bytes, sample(length(bytes), 1) - 1))
        }
        at <- sample(length(bytes), sample(c(1, 4, 16), 1))
        bit <- as.raw(2^sample(0:7, length(at), TRUE))
        replace(bytes, at, xor(bytes[at], bit))
    })
}
