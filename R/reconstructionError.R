#' Reconstruction error
#'
#' How badly the model's counts fit the observed ones: the negative
#' log-likelihood of a cell's counts given its latent variables, in nats. It
#' is a loss: positive, and lower is better.
#'
#' @inheritParams elbo
#'
#' @return One number, or a vector with the names of the cells, estimated with
#'   one draw from each cell's posterior.
#' @seealso [elbo()], which also counts what the latent variables cost.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' reconstructionError(model, x = sce, seed = 1)
#' @export
reconstructionError <- function(
    object, x = NULL, ..., per_cell = FALSE, subset.col = NULL, name = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    losses <- .cell_losses(
        object, x, list(...), subset.col = subset.col, name = name,
        batch_size = batch_size, seed = seed, num_threads = num_threads,
        accelerator = accelerator,
        known = names(formals())
    )
    .mean_or_per_cell(losses$reconstruction_loss, losses$cell_names, per_cell)
}

.set_generic("reconstructionError", c("object", "x"))
