# Packed counts in sizes that take minutes.

source(testthat::test_path("helper-bench.R"), local = TRUE)

# Real cells, each four times with some of its counts, one type after another:
# an order in which neighbors in the file are alike.
sorted_cells <- function() {
    sce <- in_root(read_data("kang_ctrl_donors"))
    counts <- SummarizedExperiment::assay(sce)
    copies <- lapply(1:4, function(seed) {
        copy <- counts
        copy@x <- withr::with_seed(seed, as.double(
            rbinom(length(copy@x), as.integer(copy@x), 0.8)
        ))
        colnames(copy) <- paste0(colnames(copy), "_", seed)
        copy
    })
    order <- order(rep(sce$cell_type, 4))
    list(
        counts = Matrix::drop0(do.call(cbind, copies))[, order],
        batch = rep(sce$batch, 4)[order]
    )
}

test_that("a block shuffle reaches the held-out ELBO of a full shuffle", {
    skip_without_data()
    cells <- sorted_cells()
    packed <- packCounts(cells$counts, withr::local_tempfile())
    held_out <- seq(10, ncol(packed), 10)
    elbo_of <- function(block) {
        model <- trainSCVI(
            packed, batch = cells$batch, max_epochs = 12, seed = 1,
            n_epochs_kl_warmup = 6, shuffle_block_size = block,
            external_indexing = list(validation = held_out), verbose = FALSE
        )
        elbo(
            model, packed, batch = cells$batch, subset.col = held_out, seed = 1
        )
    }
    full <- elbo_of(1)
    for (block in c(16, 64)) {
        expect_lt(abs(elbo_of(block) / full - 1), 0.002)
    }
})

test_that("a source of more than 2^31 counts that are not 0 trains", {
    skip_if_not_installed("rhdf5")
    n_cells <- 1100000
    n_genes <- 2000
    file <- withr::local_tempfile(fileext = ".h5ad")
    write_ones(file, n_genes, n_cells)
    expect_lt(file.size(file), 3e7)
    expect_gt(n_cells * n_genes, 2^31)
    expect_message(
        packed <- packCounts(
            file, withr::local_tempfile(tmpdir = dirname(file))
        ), NA
    )
    expect_identical(dim(packed), as.integer(c(n_genes, n_cells)))
    model <- trainSCVI(
        packed, max_epochs = 1, limit_train_batches = 20, n_hidden = 8,
        n_latent = 2, seed = 1, verbose = FALSE
    )
    expect_true(is.finite(trainingHistory(model)$elbo_train))
    # the last cell is read as the first
    latent <- latentRepresentation(model, packed[, c(1, n_cells)])
    expect_identical(unname(latent[1, ]), unname(latent[2, ]))
})
