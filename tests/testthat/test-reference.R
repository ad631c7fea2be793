# Numbers of scvi-tools 1.4.2: a trained model, everything with z at the mean
# of its posterior, so that nothing is random. See the reference's README.

kang <- function() {
    skip_if_not_installed("rhdf5")
    outputs <- skip_without_reference("kang_model/outputs.h5")
    data <- skip_without_reference("../data/kang_ctrl_stim.h5ad")
    sce <- readCounts(data, verbose = FALSE)
    read <- function(name) {
        rhdf5::h5read(outputs, name, bit64conversion = "double")
    }
    # a model of the right form; its weights are replaced
    model <- trainSCVI(sce, batch = "batch", labels = "cell_type",
                       max_epochs = 1, seed = 1, verbose = FALSE)
    stored <- read("weights")
    weights <- modelWeights(model)
    for (name in intersect(names(weights), names(stored))) {
        # rhdf5 reverses the dimensions
        value <- stored[[name]]
        weights[[name]][] <- if (length(dim(value)) == 2) t(value) else value
    }
    model@weights <- weights
    model@cache <- new.env()
    list(model = model, sce = sce, read = read)
}

test_that("latent means and variances are scvi-tools'", {
    kang <- kang()
    expect_identical(colnames(kang$sce), as.vector(kang$read("obs_names")))
    posterior <- latentRepresentation(kang$model, x = kang$sce,
                                      return_dist = TRUE)
    expect_equal(unname(posterior$mean), t(kang$read("latent/mean")),
                 tolerance = 1e-5)
    expect_equal(unname(posterior$var), t(kang$read("latent/var")),
                 tolerance = 1e-5)
})

test_that("normalized expression and losses are scvi-tools'", {
    kang <- kang()
    handle <- scvigor:::.handle(kang$model)
    codes <- scvigor:::.codes(kang$model)
    counts <- SummarizedExperiment::assay(kang$sce)
    cells <- scvigor:::.core_cells(codes, counts = counts)
    compute <- scvigor:::.compute_options(2, "cpu")
    losses <- scvigor:::cell_losses(handle, cells, TRUE, 512, 0, compute)
    expect_equal(losses$reconstruction_loss,
                 as.vector(kang$read("reconstruction_error")),
                 tolerance = 1e-5)
    expect_equal(-(losses$reconstruction_loss + losses$kl_z),
                 as.vector(kang$read("elbo")), tolerance = 1e-5)

    # cells of no variance: every draw is the mean
    mean <- latentRepresentation(kang$model, x = kang$sce)
    at_mean <- scvigor:::.core_cells(
        codes, posterior = list(mean = mean, var = 0 * mean),
        log_library = scvigor:::log_library_sizes(counts)
    )
    sizes <- list(size1 = 1, size1e4 = 1e4, latent = "latent")
    batches <- list(own = integer(), ctrl = 0L, stim = 1L, both = 0:1)
    for (size in names(sizes)) {
        for (batch in names(batches)) {
            decode <- list(
                transform_batch = batches[[batch]], n_samples = 1,
                batch_size = 512, seed = 0
            )
            values <- scvigor:::normalized_expression(
                handle, at_mean, decode,
                if (size == "latent") NA else sizes[[size]], NULL, compute
            )
            name <- paste0("expression/", size, "_", batch)
            stored <- kang$read(name)
            expect_equal(values[, seq_len(ncol(stored))], stored,
                         tolerance = 1e-5, info = name)
        }
    }
})
