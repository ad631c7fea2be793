# Runs the core on checked data and makes the model object. A plan is all that
# a run knows besides the counts, as plain data; checkpoints keep it too.

.new_plan <- function(data, codes, registry, options, external_indexing,
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
# goes on; `checkpoint` is the path of a file, or NULL.
.fit <- function(plan, counts, checkpoint, accelerator, verbose,
                 start = list()) {
    if (verbose) {
        .inform_warmup(plan$train_options)
    }
    cells <- .core_cells(
        plan$codes, counts = counts, posterior = plan$posterior
    )
    run_on <- list(num_threads = plan$num_threads, accelerator = accelerator)
    progress <- .new_progress(verbose)
    on.exit(progress$done())
    keeper <- .new_keeper(checkpoint, plan, saved = start$epochs)
    result <- tryCatch(
        train_scvi(
            cells, plan$model_options, plan$train_options, plan$split,
            plan$seed, run_on,
            list(on_epoch = progress$on_epoch,
                 on_checkpoint = keeper$on_checkpoint),
            start
        ),
        scvigor_numeric_error = function(error) {
            .stop_core(
                "numeric", paste0(conditionMessage(error), keeper$note()),
                list(epoch = error$epoch, checkpoint = checkpoint)
            )
        }
    )
    keeper$warn()
    .warn_early_end(result, plan, keeper$note())
    .new_model(plan, cells, result, run_on)
}

.new_model <- function(plan, cells, result, run_on) {
    done_before <- length(plan$before$epoch)
    new("SCVIModel",
        options = plan$model_options, train_options = plan$train_options,
        weights = result$state, genes = plan$genes, cells = plan$cells,
        registry = plan$registry, codes = plan$codes, split = plan$split,
        history = .as_history(result$history, result$epochs, plan$before),
        posterior = latent_posterior(
            result$pointer, cells, .inference_batch_size, run_on
        ),
        log_library = plan$log_library,
        run = list(
            seed = plan$seed, epochs = done_before + result$epochs,
            max_epochs = done_before + plan$train_options$max_epochs,
            stop_reason = result$stop_reason,
            best_epoch = if (result$best_epoch) {
                done_before + result$best_epoch
            },
            seconds = result$seconds,
            version = as.character(packageVersion("scvigor"))
        ),
        cache = .new_cache(result$pointer)
    )
}

# Training that ended before its time, with a model all the same.
.warn_early_end <- function(result, plan, note) {
    what <- if (result$best_epoch) {
        paste0("with the weights of epoch ", result$best_epoch, ", its best")
    } else {
        "as trained so far"
    }
    if (result$stop_reason == "interrupted") {
        .warn(
            "Training was interrupted after ", result$epochs, " of ",
            plan$train_options$max_epochs, " epochs; this is the model ",
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
