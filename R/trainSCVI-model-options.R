# The options of trainSCVI() that decide what a model is; their defaults are
# written in inst/include/scvigor/options.hpp and shown by its formals.

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
#'   `"nb"`, `"poisson"`, or `"normal"` for log-normalized values.
#' @param latent_distribution `"normal"` (default) or `"ln"`, a logistic
#'   normal, whose latent values of a cell sum to 1.
#' @param use_observed_lib_size TRUE (default): a cell's library size is its
#'   total count. FALSE: it is a latent variable with a prior per batch.
#' @param encode_covariates TRUE: the encoder sees the covariates too.
#'   Default FALSE.
#' @param deeply_inject_covariates TRUE (default): covariates enter every
#'   layer, not the first alone.
#' @param use_batch_norm,use_layer_norm Where layers are normalized: `"both"`
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
#' @rdname trainSCVI
#' @name trainSCVI
NULL
