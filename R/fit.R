# Runs the core on checked data and makes the model object. The configuration
# of a run (`config`) is all that it knows besides the counts, as plain data;
# checkpoints keep it too.

.new_run_config <- function(data, codes, registry, options, external_indexing,
                      seed, num_threads) {
    list(
        model_options = options$model, train_options = options$train,
        genes = .gene_names(data$counts),
        cells = as.character(colnames(data$counts)),
        registry = registry, codes = codes,
        split = .make_split(
            ncol(data$counts), colnames(data$counts), external_indexing,
            options$train, seed
        ),
        log_library = log_library_sizes(data$counts), seed = seed,
        num_threads = num_threads, before = NULL
    )
}

# `start` is empty for a new model, list(weights =) or the state of a run that
# is resumed; `checkpoint` is the path of a file, or NULL.
.fit <- function(config, counts, checkpoint, accelerator, verbose,
                 start = list()) {
    .inform_warmup(
        config$train_options, length(config$split$train),
        config$model_options$n_batch
    )
    cells <- .core_cells(
        config$codes, counts = counts, posterior = config$posterior
    )
    compute <- list(num_threads = config$num_threads, accelerator = accelerator)
    progress <- .new_progress(verbose)
    on.exit(progress$done())
    writer <- .checkpoint_writer(checkpoint, config, saved = start$epochs)
    result <- tryCatch(
        train_scvi(
            cells, config$model_options, config$train_options, config$split,
            config$seed, compute,
            list(on_epoch = progress$on_epoch,
                 on_checkpoint = writer$on_checkpoint),
            start
        ),
        scvigor_numeric_error = function(error) {
            .stop_core(
                "numeric", paste0(conditionMessage(error), writer$status()),
                list(epoch = error$epoch, checkpoint = checkpoint)
            )
        }
    )
    writer$warn()
    .warn_early_end(result, config, writer$status())
    .new_model(config, cells, result, compute)
}

.new_model <- function(config, cells, result, compute) {
    done_before <- length(config$before$epoch)
    posterior <- latent_posterior(
        result$pointer, cells, .inference_batch_size, compute
    )
    .check_posterior(posterior, result$epochs)
    new("SCVIModel",
        options = config$model_options, train_options = config$train_options,
        weights = result$state, genes = config$genes, cells = config$cells,
        registry = config$registry, codes = config$codes, split = config$split,
        history = .as_history(result$history, result$epochs, config$before),
        posterior = posterior, log_library = config$log_library,
        run = list(
            seed = config$seed, epochs = done_before + result$epochs,
            max_epochs = done_before + config$train_options$max_epochs,
            stop_reason = result$stop_reason,
            best_epoch = if (result$best_epoch) {
                done_before + result$best_epoch
            },
            seconds = result$seconds,
            version = as.character(packageVersion("scvigor"))
        ),
        cache = .new_cache(
            result$pointer, config$model_options, result$state
        )
    )
}

# Weights may be finite, and what they encode is not.
.check_posterior <- function(posterior, epoch) {
    if (all(vapply(posterior, .is_finite, NA))) {
        return(invisible())
    }
    .stop_core("numeric", paste0(
        "The latent space became NaN or infinite in epoch ", epoch, ". Try a ",
        "smaller `lr`, set `gradient_clip_val` (for example 10), or look for ",
        "cells with extreme counts or covariates."
    ), list(epoch = epoch))
}

# Training that ended before its time, with a model all the same.
.warn_early_end <- function(result, config, note) {
    what <- if (result$best_epoch) {
        paste0("with the weights of epoch ", result$best_epoch, ", its best")
    } else {
        "as trained so far"
    }
    if (result$stop_reason == "interrupted") {
        .warn(
            "Training was interrupted after ", result$epochs, " of ",
            config$train_options$max_epochs, " epochs; this is the model ",
            what, ".", note
        )
    }
    if (result$stop_reason == "not finite") {
        .warn(result$problem, " This is the model ", what, ".", note)
    }
}

.inference_batch_size <- 512

.gene_names <- function(counts) {
    if (is.null(rownames(counts))) {
        return(paste0("gene_", seq_len(nrow(counts))))
    }
    rownames(counts)
}
