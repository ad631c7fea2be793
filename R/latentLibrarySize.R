#' Library sizes
#'
#' The sequencing depth that the model works with: a cell's total count, or,
#' for a model trained with `use_observed_lib_size = FALSE`, what it infers
#' from the counts.
#'
#' @inheritParams latentRepresentation
#' @param give_mean TRUE (default): the mean of the log-normal posterior of an
#'   inferred library size. FALSE: one draw from it.
#'
#' @return A vector with the names of the cells. Totals are over the genes of
#'   the model. A model with size factors does not use them.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' head(latentLibrarySize(model))
#' model <- trainSCVI(
#'     sce, batch = "batch", use_observed_lib_size = FALSE, max_epochs = 5,
#'     n_hidden = 32
#' )
#' head(latentLibrarySize(model, x = sce))
#' @export
latentLibrarySize <- function(
    object, x = NULL, ..., give_mean = TRUE, subset.col = NULL, name = NULL,
    batch_size = 512, seed = NULL, num_threads = NULL, accelerator = "auto"
) {
    .check_flag(give_mean, "give_mean")
    .check_count(batch_size, "batch_size")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, list(...), subset.col = subset.col, name = name,
        needs_counts = FALSE, known = names(formals()),
        num_threads = compute$num_threads
    )
    .check_library(query)
    sizes <- latent_library_size(
        query$pointer, query$cells, give_mean, batch_size,
        if (give_mean) 0 else .check_seed(seed), compute
    )
    names(sizes) <- query$cell_names
    sizes
}

.set_generic("latentLibrarySize", c("object", "x"))
