# Models trained and scored as scvi-tools was for quality.md: losses of the
# cells held out and of the others, the latent space of all. Needs data.R and
# metrics.R.

# `row` is one of read_bands().
score_model <- function(row, seed, threads) {
    sce <- read_data(row$data)
    score_training(sce, batch_of(sce), seed, threads, c(
        list(max_epochs = row$epochs), row$model
    ))
}

# A training with these arguments of trainSCVI().
score_training <- function(sce, batch, seed, threads, arguments) {
    validation <- held_out(sce)
    training <- setdiff(seq_len(ncol(sce)), validation)
    seconds <- system.time(model <- do.call(trainSCVI, c(list(
        sce, batch = batch, seed = seed,
        external_indexing = list(validation = validation),
        num_threads = threads
    ), arguments)))[["elapsed"]]
    loss <- function(cells, verb) {
        verb(model, x = sce, subset.col = cells, seed = seed,
             num_threads = threads)
    }
    set.seed(seed)
    c(
        neg_elbo_val = -loss(validation, elbo),
        recon_val = loss(validation, reconstructionError),
        neg_elbo_train = -loss(training, elbo),
        latent_scores(
            latentRepresentation(model), sce$cell_type, sce$batch
        ),
        seconds = seconds, epochs = nrow(trainingHistory(model))
    )
}
