#' Marginal log-likelihood
#'
#' The log-probability of the counts of cells under the model, latent
#' variables averaged out by importance sampling, in nats. Higher is better.
#' It lies above [elbo()], and comes nearer to the truth with every draw.
#'
#' @inheritParams elbo
#' @param n_mc_samples Draws from each cell's posterior, default 1000. More
#'   are more exact and take longer, but no more memory: they are made one
#'   after the other.
#'
#' @return One number, or a vector with the names of the cells. With
#'   `latent_distribution = "ln"` prior and posterior are compared before the
#'   softmax.
#' @seealso [elbo()], which is a lower bound and much quicker.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' marginalLogLik(model, x = sce, n_mc_samples = 20, seed = 1)
#' elbo(model, x = sce, seed = 1)
#' @export
marginalLogLik <- function(
    object, x = NULL, ..., n_mc_samples = 1000, per_cell = FALSE,
    subset.col = NULL, name = NULL, batch_size = 512, seed = NULL,
    num_threads = NULL, accelerator = "auto"
) {
    .check_count(n_mc_samples, "n_mc_samples")
    .check_count(batch_size, "batch_size")
    .check_flag(per_cell, "per_cell")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, list(...), subset.col = subset.col, name = name,
        needs_counts = TRUE, known = names(formals()),
        num_threads = compute$num_threads
    )
    values <- marginal_log_likelihood(
        query$pointer, query$cells, n_mc_samples, batch_size,
        .check_seed(seed), compute
    )
    .mean_or_per_cell(values, query$cell_names, per_cell)
}

.set_generic("marginalLogLik", c("object", "x"))
