#' Train an scVI model
#'
#' Learns, from raw counts, a low-dimensional description of every cell that
#' leaves out its sequencing depth, its batch and other unwanted covariates.
#' Arguments have the names, meanings and defaults of scvi-tools.
#'
#' @section Training:
#' The weights minimise the negative ELBO with Adam, in minibatches of
#' `batch_size` cells. The weight of its KL term grows from `min_kl_weight` to
#' `max_kl_weight` over `n_epochs_kl_warmup` epochs. The default of 400 holds
#' whatever `max_epochs` is, as in scvi-tools: shorter runs end below the
#' maximum, which `verbose = TRUE` reports.
#'
#' Ctrl-C ends training at the next minibatch and returns the model as trained
#' so far, with a warning. A loss that is no longer finite stops it with an
#' error of class `scvigor_numeric_error`.
#'
#' @section Reproducibility:
#' The same seed, data, options and number of threads give the same model bit
#' for bit. Without `seed` one integer is drawn from R's random numbers, so
#' that `set.seed()` fixes the result, and R's stream moves by that draw only.
#'
#' @param x Raw counts, genes x cells: a matrix, a sparse matrix of the Matrix
#'   package (a dgCMatrix is read in place), a SummarizedExperiment,
#'   SingleCellExperiment or Seurat object. A DelayedMatrix is loaded into
#'   memory as a sparse matrix.
#' @param batch The batch of every cell, whose effect is removed: the name of
#'   a column of the cell table, or a vector with a value per cell. Any type;
#'   a factor's levels keep their order, other values are sorted.
#' @param labels Cell types or the like, in the same form; they matter only
#'   with `dispersion = "gene-label"`.
#' @param categorical_covariates,continuous_covariates Further covariates to
#'   remove: names of columns, or a table with a row per cell.
#' @param size_factor Size factors: a column name or a vector of positive
#'   numbers. They replace the observed library size.
#' @param ... Not used: catches misspelt arguments. Those below must be spelt
#'   out.
#' @param n_hidden Nodes per hidden layer, default 128. More can describe more
#'   detail and take longer.
#' @param n_latent Dimensions of the latent space, default 10. More keep finer
#'   differences between cells, and more noise.
#' @param n_layers Hidden layers of encoder and decoder, default 1. More (2)
#'   help on large atlases with strong batch effects.
#' @param dropout_rate Share of hidden nodes silenced in each training step,
#'   default 0.1. More guards against overfitting.
#' @param dispersion Whose dispersion is estimated: `"gene"` (default),
#'   `"gene-batch"`, `"gene-label"` or `"gene-cell"`.
#' @param gene_likelihood The distribution of counts: `"zinb"` (default),
#'   `"nb"`, `"poisson"`, or `"normal"` for log-normalised values.
#' @param latent_distribution `"normal"` (default) or `"ln"`, a logistic
#'   normal, whose latent values of a cell sum to 1.
#' @param use_observed_lib_size TRUE (default): a cell's library size is its
#'   total count. FALSE: it is a latent variable with a prior per batch.
#' @param encode_covariates TRUE: the encoder sees the covariates too.
#'   Default FALSE.
#' @param deeply_inject_covariates TRUE (default): covariates enter every
#'   layer, not the first alone.
#' @param use_batch_norm,use_layer_norm Where layers are normalised: `"both"`
#'   (default for batch norm), `"none"` (default for layer norm), `"encoder"`
#'   or `"decoder"`.
#' @param log_variational TRUE (default): the encoder sees log(1 + count).
#' @param batch_representation `"one-hot"` (default), or `"embedding"`, a
#'   learned vector per batch, for many batches.
#' @param batch_embedding_dim Length of that vector, default 5.
#' @param var_activation How the encoder makes variances positive: `"exp"`
#'   (default) or `"softplus"`, which is steadier on hard data.
#' @param decoder `"nonlinear"` (default), or `"linear"`, whose weights are
#'   loadings of genes (LinearSCVI).
#' @param linear_decoder_bias TRUE: the linear decoder has a bias. Default
#'   FALSE.
#' @param precision `"float32"` (default) or `"float64"`, slower, for checks.
#' @param max_epochs Passes over the data. NULL (default): 400, and fewer for
#'   more than 20,000 cells (`20000 / cells * 400`). More fit better until
#'   they overfit; see `early_stopping`.
#' @param batch_size Cells per minibatch, default 128. More run faster per
#'   epoch and take fewer steps.
#' @param train_size,validation_size Shares of the cells that train and
#'   validate; NULL (default): 0.9 and the rest. What remains is for testing.
#' @param shuffle_set_split FALSE: the first cells validate, the next train.
#'   Default TRUE: drawn at random.
#' @param external_indexing Instead of shares: a list `train`, `validation`,
#'   `test` of cells (positions, names, or TRUE and FALSE). Without `train`
#'   all other cells train.
#' @param drop_last TRUE: an incomplete last minibatch is skipped. Default
#'   FALSE.
#' @param optimizer `"Adam"` (default) or `"AdamW"`.
#' @param lr Learning rate, default 0.001. Larger is faster and less stable.
#' @param weight_decay L2 penalty on the weights, default 1e-6.
#' @param eps Adam's constant in the denominator, default 0.01.
#' @param gradient_clip_val Largest norm of a gradient; NULL (default): no
#'   limit. A limit (10, say) helps where training diverges.
#' @param n_epochs_kl_warmup,n_steps_kl_warmup Epochs (default 400) or
#'   minibatches over which the KL weight grows. NULL: it does not. Epochs win
#'   when both are given.
#' @param min_kl_weight,max_kl_weight The KL weight's range, default 0 to 1.
#' @param reduce_lr_on_plateau TRUE: the learning rate falls when
#'   `lr_scheduler_metric` no longer does. Default FALSE.
#' @param lr_factor,lr_patience,lr_threshold,lr_min It is multiplied by 0.6
#'   after 30 epochs without an improvement of more than 0, down to 0.
#' @param lr_scheduler_metric The column of [trainingHistory()] to watch,
#'   default `"elbo_validation"`.
#' @param early_stopping TRUE: training ends when `early_stopping_monitor` no
#'   longer improves. Default FALSE.
#' @param early_stopping_monitor The column of [trainingHistory()] to watch,
#'   default `"elbo_validation"`.
#' @param early_stopping_min_delta,early_stopping_patience Smallest change
#'   that counts (0) and epochs to wait for one (45). More patience trains
#'   longer.
#' @param early_stopping_mode `"min"` (default) or `"max"`: the better
#'   direction.
#' @param early_stopping_warmup_epochs Epochs before it may stop, default 0.
#' @param check_val_every_n_epoch Epochs between looks at the validation
#'   cells. NULL (default): 1 if something watches them, else never.
#' @param plan_kwargs Training options as a named list, for code that passes
#'   them around; an argument given by itself wins.
#' @param subset.row Genes to use: names, positions or TRUE and FALSE. NULL
#'   (default): all. Highly variable genes (1,000 to 5,000) are usual.
#' @param assay.type Assay (or layer) with the raw counts, default `"counts"`.
#' @param altexp Alternative experiment of a SingleCellExperiment to use.
#' @param assay Assay of a Seurat object; NULL (default): its default assay.
#' @param seed A whole number that fixes the result; NULL (default): drawn
#'   from R's random numbers.
#' @param num_threads Threads; NULL (default): as many as LibTorch uses.
#' @param accelerator Where to train: `"auto"` (default) takes a CUDA graphics
#'   card where there is one, else the processor; `"cpu"`; `"cuda"`. The model
#'   is in memory afterwards and can be used anywhere.
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
    max_epochs = NULL, batch_size = 128, train_size = NULL,
    validation_size = NULL, shuffle_set_split = TRUE,
    external_indexing = NULL, drop_last = FALSE, optimizer = "Adam",
    lr = 0.001, weight_decay = 1e-6, eps = 0.01, gradient_clip_val = NULL,
    n_epochs_kl_warmup = 400, n_steps_kl_warmup = NULL, min_kl_weight = 0,
    max_kl_weight = 1, reduce_lr_on_plateau = FALSE, lr_factor = 0.6,
    lr_patience = 30, lr_threshold = 0,
    lr_scheduler_metric = "elbo_validation", lr_min = 0,
    early_stopping = FALSE, early_stopping_monitor = "elbo_validation",
    early_stopping_min_delta = 0, early_stopping_patience = 45,
    early_stopping_mode = "min", early_stopping_warmup_epochs = 0,
    check_val_every_n_epoch = NULL, plan_kwargs = NULL,
    subset.row = NULL, assay.type = "counts", altexp = NULL, assay = NULL,
    seed = NULL, num_threads = NULL, accelerator = "auto",
    verbose = interactive()
) {
    arguments <- mget(setdiff(names(formals()), c("x", "...")))
    .check_dots(list(...), names(formals()))
    .check_flag(verbose, "verbose")
    options <- .collect_options(arguments, names(match.call()), plan_kwargs)

    data <- .count_data(x, assay.type, altexp, assay)
    covariates <- do.call(
        .read_covariates, c(list(data), arguments[.argument_of])
    )
    data$counts <- .subset_genes(data$counts, subset.row)
    registry <- .make_registry(covariates)
    options$model <- c(
        .options_from_data(nrow(data$counts), registry), options$model
    )
    options$train <- .set_epochs(options$train, ncol(data$counts))
    validate_options(options$model, options$train)
    .check_counts(data, options$model$gene_likelihood)

    codes <- .make_codes(covariates, registry)
    registry$source <- arguments[.source_arguments]
    registry$source$assay <- data$assay
    .fit(
        data, codes, registry, options, external_indexing,
        .check_seed(seed), .run_on(num_threads, accelerator), verbose
    )
}

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
