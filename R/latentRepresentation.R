#' Latent representation of cells
#'
#' The coordinates of cells in the space that the model has learned: for
#' clustering, UMAP, trajectories. Batch and depth are accounted for.
#'
#' @param object A model, or an object that [runSCVI()] returned, which stands
#'   for its model and for its own cells.
#' @param x New cells, in any form that [trainSCVI()] takes. NULL (default):
#'   the training cells of a model, or the cells of `object`. Genes are found
#'   by name, in any order; further genes are ignored.
#' @param ... How to read `x`: `batch`, `labels`, `categorical_covariates`,
#'   `continuous_covariates`, `size_factor`, `assay.type`, `altexp`, `assay`,
#'   as in [trainSCVI()]. Needed only where they differ from training: columns
#'   are found by the names used there.
#' @param give_mean TRUE (default): the mean of each cell's posterior. FALSE:
#'   one draw from it.
#' @param return_dist TRUE: the mean and the variance of the posterior, before
#'   the softmax of a logistic normal. Default FALSE.
#' @param mc_samples Draws for the mean of a logistic normal, default 5000.
#'   More are more exact and take longer.
#' @param subset.col Cells to return, in that order: positions, names, or TRUE
#'   and FALSE. NULL (default): all.
#' @param name The name of the result in `object`, see [scviModel()].
#' @param batch_size Cells in a block, default 512; threads take several blocks
#'   at a time. More use more memory; the result is the same.
#' @param seed A whole number that fixes random draws; NULL (default): drawn
#'   from R's random numbers when it is needed.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#' @param accelerator Where to compute: `"cpu"`; `"cuda"`, a CUDA GPU; `"auto"`
#'   (default), whichever is expected to be done first: a GPU where there are
#'   many cells and genes and few threads, since CUDA takes half a second to
#'   start. Results come back to memory all the same.
#'
#' @return A matrix of cells x latent dimensions with the names of the cells;
#'   with `return_dist`, a list of two such matrices, `mean` and `var`.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' head(latentRepresentation(model))
#' latentRepresentation(model, x = sce[, 1:3], return_dist = TRUE)$var
#' @export
latentRepresentation <- function(
    object, x = NULL, ..., give_mean = TRUE, return_dist = FALSE,
    mc_samples = 5000, subset.col = NULL, name = NULL, batch_size = 512,
    seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    .check_flag(give_mean, "give_mean")
    .check_flag(return_dist, "return_dist")
    .check_count(mc_samples, "mc_samples")
    .check_count(batch_size, "batch_size")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, list(...), subset.col = subset.col, name = name,
        needs_counts = FALSE, known = names(formals()),
        num_threads = compute$num_threads
    )
    if (return_dist) {
        posterior <- latent_posterior(
            query$pointer, query$cells, batch_size, compute
        )
        return(lapply(posterior, .name_latent, query$cell_names))
    }
    options <- .model_options(query$model)
    random <- !give_mean || options$latent_distribution == "ln"
    if (give_mean && random) {
        .check_memory(
            8 * min(batch_size, .n_cells(query$cells)) * mc_samples *
                options$n_latent,
            "mc_samples",
            paste(.number_text(mc_samples), "draws for a minibatch of cells")
        )
    }
    latent <- latent_representation(
        query$pointer, query$cells, give_mean, mc_samples, batch_size,
        if (random) .check_seed(seed) else 0, compute
    )
    .name_latent(latent, query$cell_names)
}

.set_generic("latentRepresentation", c("object", "x"))

.name_latent <- function(latent, cells, prefix = "scVI_") {
    dimnames(latent) <- list(cells, paste0(prefix, seq_len(ncol(latent))))
    latent
}
