#' Train an scVI model
#'
#' Learns, from raw counts, a low-dimensional description of every cell that
#' leaves out its sequencing depth, its batch and other unwanted covariates.
#' Arguments have the names, meanings and defaults of scvi-tools.
#'
#' @section Training:
#' The weights minimize the negative ELBO with Adam, in minibatches of
#' `batch_size` cells. The weight of its KL term grows from `min_kl_weight` to
#' `max_kl_weight` over `n_epochs_kl_warmup` epochs. The default of 400 holds
#' whatever `max_epochs` is, as in scvi-tools: shorter runs end below the
#' maximum, which `verbose = TRUE` reports.
#'
#' Ctrl-C ends training at the next minibatch and returns the model as trained
#' so far, with a warning. A loss, gradient or weight that is not finite
#' stops it with an error of class `scvigor_numeric_error`; with
#' `load_best_on_end = TRUE`, it is a warning and the model of the best epoch is
#' returned.
#'
#' A `checkpoint` keeps the whole run in a file, from which [resumeTraining()]
#' continues as if nothing had happened. [continueTraining()] trains a finished
#' model further.
#'
#' @section Reproducibility:
#' The same seed, data, options and number of threads give the same model bit
#' for bit. Without `seed` one integer is drawn from R's random numbers, so
#' that `set.seed()` fixes the result, and R's stream moves by that draw only.
#'
#' @section Names and levels:
#' Values that have names, such as a vector whose names are those of the cells,
#' are matched by them, here and wherever else something belongs to cells or
#' genes; names that do not fit are an error, and values without names go by
#' position. Cells of new data that bring no covariates are taken for cells of
#' the training only if they have their names and their counts.
#'
#' Levels may be text, numbers, TRUE and FALSE, dates or a factor, whose levels
#' keep their order; others are sorted. Text may have any encoding and is UTF-8
#' inside; numbers are levels of their exact value. A cell without a level is an
#' error in training; [differentialExpression()] and others leave such cells out
#' and say how many.
#'
#' @param x Raw counts, genes x cells: a matrix, a sparse matrix of the Matrix
#'   package (a dgCMatrix is read in place), a SummarizedExperiment,
#'   SingleCellExperiment or Seurat object. Or the path of a file that
#'   [readCounts()] reads, whose table of cells has the covariates. Or a list of
#'   such objects and paths, or several paths: the genes that all have are found
#'   by name, the cells put one after another. What is on disk, a file, an
#'   H5SparseMatrix, TENxMatrix, H5ADMatrix or other DelayedMatrix, a matrix of
#'   BPCells, is never in memory as a whole, see `cache`.
#' @param batch The batch of every cell, whose effect is removed: the name of
#'   a column of the cell table, or a vector with a value per cell, see "Names
#'   and levels". NULL (default): no batches, or for a list `x` its objects, by
#'   their names.
#' @param labels Cell types or the like, in the same form; they matter only
#'   with `dispersion = "gene-label"`.
#' @param categorical_covariates,continuous_covariates Further covariates to
#'   remove: names of columns, or a table with a row per cell, found by its row
#'   names where it has some.
#' @param size_factor Size factors: a column name or a vector of positive
#'   numbers. They replace the observed library size.
#' @param ... Not used: catches misspelt arguments. Those below must be spelt
#'   out.
#' @param subset.row Genes to use: names, positions or TRUE and FALSE. NULL
#'   (default): all. Highly variable genes (1,000 to 5,000) are usual.
#' @param assay.type Assay (or layer) with the raw counts, default `"counts"`.
#'   Of a file what [readCounts()] calls `assay`; `"counts"` is the matrix that
#'   it finds by itself.
#' @param altexp Alternative experiment of a SingleCellExperiment to use.
#' @param assay Assay of a Seurat object; NULL (default): its default assay.
#' @param cache Where counts that are on disk are kept while they are used, in
#'   the form of [packCounts()], some three bytes for each count that is not 0:
#'   `"memory"`; `"disk"`, a temporary file in `tempdir()`; `"auto"` (default),
#'   in memory where they take no more than half of the memory that is free, or
#'   than the option `scvigor.cache_memory` says, in bytes. A message says which
#'   it is. The result is the same. All functions that are given counts take it.
#' @param seed A whole number that fixes the result; NULL (default): drawn
#'   from R's random numbers.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#' @param accelerator Where to train: `"cpu"`; `"cuda"`, a CUDA GPU; `"auto"`
#'   (default), whichever is expected to be done first. A GPU wins with many
#'   genes, large `batch_size` or `n_hidden` and few threads: on an NVIDIA H200
#'   1,287 genes with `batch_size = 128` trained faster on two processor cores,
#'   13,714 genes faster on the GPU. The model is in memory afterwards and can
#'   be used anywhere.
#' @param verbose TRUE: shows progress. Default: in interactive sessions.
#'
#' @return An [SCVIModel-class].
#' @seealso [runSCVI()] to add the latent space to an object;
#'   [latentRepresentation()], [normalizedExpression()], [elbo()],
#'   [trainingHistory()] to use the model.
#' @references Lopez R et al. (2018), *Nature Methods* 15, 1053-1058.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' model
#' head(latentRepresentation(model))
#' @export
trainSCVI <- function(
    x, batch = NULL, labels = NULL, categorical_covariates = NULL,
    continuous_covariates = NULL, size_factor = NULL, ...,
    n_hidden = 128, n_latent = 10, n_layers = 1, dropout_rate = 0.1,
    dispersion = "gene", gene_likelihood = "zinb",
    latent_distribution = "normal", use_observed_lib_size = TRUE,
    encode_covariates = FALSE, deeply_inject_covariates = TRUE,
    use_batch_norm = "both", use_layer_norm = "none",
    log_variational = TRUE, batch_representation = "one-hot",
    batch_embedding_dim = 5, var_activation = "exp", decoder = "nonlinear",
    linear_decoder_bias = FALSE, precision = "float32",
    recipe = "scvi-tools", max_epochs = NULL, max_steps = NULL,
    batch_size = 128, limit_train_batches = NULL, limit_val_batches = NULL,
    train_size = NULL, validation_size = NULL, shuffle_set_split = TRUE,
    external_indexing = NULL, balance_by = NULL, cell_weights = NULL,
    drop_last = FALSE, shuffle_block_size = NULL, optimizer = "Adam",
    lr = 0.001, weight_decay = 1e-6, eps = 0.01, gradient_clip_val = NULL,
    matmul_precision = "highest",
    n_epochs_kl_warmup = 400, n_steps_kl_warmup = NULL, min_kl_weight = 0,
    max_kl_weight = 1, lr_schedule = "constant", lr_warmup_steps = 0,
    pct_start = 0.3, div_factor = 25, final_div_factor = 1e4,
    lr_step_size = 1000, lr_gamma = 0.3, ema_decay = NULL,
    reduce_lr_on_plateau = FALSE, lr_factor = 0.6,
    lr_patience = 30, lr_threshold = 0,
    lr_scheduler_metric = "elbo_validation", lr_min = 0,
    early_stopping = FALSE, early_stopping_monitor = "elbo_validation",
    early_stopping_min_delta = 0, early_stopping_patience = 45,
    early_stopping_patience_steps = NULL,
    early_stopping_mode = "min", early_stopping_warmup_epochs = 0,
    check_val_every_n_epoch = NULL, load_best_on_end = FALSE,
    checkpointing_monitor = "elbo_validation", checkpoint = NULL,
    checkpoint_every = 10, checkpoint_overwrite = FALSE, plan_kwargs = NULL,
    subset.row = NULL, assay.type = "counts", altexp = NULL, assay = NULL,
    cache = "auto", seed = NULL, num_threads = NULL, accelerator = "auto",
    verbose = interactive()
) {
    arguments <- mget(setdiff(names(formals()), c("x", "...")))
    .check_dots(list(...), names(formals()))
    .check_not_missing(missing(x), "x", "the counts")
    .check_flag(verbose, "verbose")
    compute <- .compute_options(num_threads, accelerator)
    options <- .collect_options(arguments, names(match.call()), plan_kwargs)

    data <- .count_data(x, assay.type, altexp, assay, cache = cache)
    if (is.null(batch)) {
        arguments["batch"] <- list(data$source)
    }
    covariates <- do.call(
        .read_covariates, c(list(data), arguments[.argument_of]),
        # a call that is given as a value is no value, and is not evaluated
        quote = TRUE
    )
    genes_given <- rownames(data$counts)
    n_genes_given <- nrow(data$counts)
    data$counts <- .subset_genes(data$counts, subset.row)
    registry <- .make_registry(covariates)
    # Objects in a list have genes of their own, besides the shared ones.
    registry$n_genes_given <- if (is.null(data$source)) n_genes_given
    registry$unnamed_genes <- if (is.null(genes_given)) TRUE
    options$model <- c(
        .options_from_data(nrow(data$counts), registry), options$model
    )
    options$train <- .with_recipe(
        options$train, options$given, recipe, ncol(data$counts),
        external_indexing
    )
    options$train <- .set_epochs(options$train, ncol(data$counts))
    options$train <- .set_shuffle(options$train, data)
    validate_options(options$model, options$train)
    .check_counts(data, options$model$gene_likelihood, compute$num_threads)
    .warn_about_data(data, compute$num_threads)

    codes <- .make_codes(covariates, registry)
    registry$source <- arguments[.source_arguments]
    registry$source$assay <- data$assay
    checkpoint <- .checked_checkpoint_path(checkpoint, checkpoint_overwrite)
    config <- .new_run_config(
        data, codes, registry, options, external_indexing,
        .check_seed(seed), compute$num_threads
    )
    config$codes$cell_weights <- .cell_weights(
        balance_by, cell_weights, data, config$split$train
    )
    .check_library_prior(
        options$model, config$log_library, codes, registry
    )
    .check_other_run(checkpoint, config, checkpoint_overwrite)
    .fit(config, data$counts, checkpoint, accelerator, verbose)
}

.set_generic("trainSCVI", "x")

.subset_genes <- function(counts, subset.row) {
    if (is.null(subset.row)) {
        return(counts)
    }
    genes <- .positions(
        subset.row, nrow(counts), rownames(counts), "subset.row", "genes"
    )
    if (anyDuplicated(genes)) {
        .stop_argument("subset.row", "`subset.row` selects a gene twice.")
    }
    counts[genes, , drop = FALSE]
}
