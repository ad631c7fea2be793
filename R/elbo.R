#' Evidence lower bound
#'
#' How well the model explains cells: a lower bound of the log-likelihood of
#' their counts, in nats, the KL terms at full weight. Higher is better. It is
#' the right figure to compare models on cells that were held out.
#'
#' The ELBO has this sign wherever it is called so: here, when a model is
#' printed and in the progress of training. The columns `elbo_train` and
#' `elbo_validation` of [trainingHistory()] are losses, as in scvi-tools, and so
#' its negative.
#'
#' @inheritParams latentRepresentation
#' @param x The cells, in any form that [trainSCVI()] takes. A model keeps no
#'   counts, so `x` may only be left out when `object` holds them.
#' @param per_cell TRUE: a value for every cell. FALSE (default): their mean.
#'
#' @return One number, or a vector with the names of the cells. The bound is
#'   estimated with one draw from each cell's posterior.
#' @seealso [reconstructionError()], [trainingHistory()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' elbo(model, x = sce, seed = 1)
#' held_out <- trainingSplit(model)$validation
#' elbo(model, x = sce, subset.col = held_out, seed = 1)
#' @export
elbo <- function(
    object, x = NULL, ..., per_cell = FALSE, subset.col = NULL, name = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    losses <- .cell_losses(
        object, x, list(...), subset.col = subset.col, name = name,
        batch_size = batch_size, seed = seed, num_threads = num_threads,
        accelerator = accelerator,
        known = names(formals())
    )
    .mean_or_per_cell(
        -(losses$reconstruction_loss + losses$kl_z + losses$kl_l),
        losses$cell_names, per_cell
    )
}

.set_generic("elbo", c("object", "x"))

.cell_losses <- function(object, x, dots, subset.col, name, batch_size, seed,
                         num_threads, accelerator, known) {
    .check_count(batch_size, "batch_size")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, dots, subset.col = subset.col, name = name,
        needs_counts = TRUE, known = known,
        num_threads = compute$num_threads
    )
    losses <- cell_losses(
        query$pointer, query$cells, FALSE, batch_size, .check_seed(seed),
        compute
    )
    c(losses, list(cell_names = query$cell_names))
}

.mean_or_per_cell <- function(values, cells, per_cell) {
    if (!.check_flag(per_cell, "per_cell")) {
        return(mean(values))
    }
    names(values) <- cells
    values
}
