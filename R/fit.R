# Runs the core on checked data and makes the model object.

.fit <- function(data, codes, registry, options, external_indexing, seed,
                 run_on, verbose) {
    n_cells <- ncol(data$counts)
    split <- .make_split(
        n_cells, colnames(data$counts), external_indexing, options$train, seed
    )
    if (verbose) {
        .inform_warmup(options$train)
    }
    cells <- .core_cells(codes, counts = data$counts)
    progress <- .new_progress(verbose)
    on.exit(progress$done())
    result <- train_scvi(
        cells, options$model, options$train, split, seed, run_on,
        progress$on_epoch
    )
    if (result$stop_reason == "interrupted") {
        .warn(
            "Training was interrupted after ", result$epochs, " of ",
            options$train$max_epochs, " epochs; this is the model as trained ",
            "so far."
        )
    }
    new("SCVIModel",
        options = options$model, train_options = options$train,
        weights = result$state, genes = .gene_names(data$counts),
        cells = as.character(colnames(data$counts)), registry = registry,
        codes = codes, split = split,
        history = .as_history(result$history, result$epochs),
        posterior = latent_posterior(
            result$pointer, cells, .inference_batch_size, run_on
        ),
        log_library = log_library_sizes(data$counts),
        run = list(
            seed = seed, epochs = result$epochs,
            max_epochs = options$train$max_epochs,
            stop_reason = result$stop_reason, seconds = result$seconds,
            version = as.character(packageVersion("scvigor"))
        ),
        cache = .new_cache(result$pointer)
    )
}

.inference_batch_size <- 512

.gene_names <- function(counts) {
    if (is.null(rownames(counts))) {
        return(paste0("gene_", seq_len(nrow(counts))))
    }
    rownames(counts)
}
