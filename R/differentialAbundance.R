#' Differential abundance
#'
#' Where in latent space the cells of each sample lie: the log-density of
#' every cell under the mixture of the posteriors of each sample's cells.
#' Differences between columns show, for a cell's state, which samples or
#' groups of samples have more such cells than their sizes suggest.
#'
#' scvi-tools 1.4 gives the components the posterior's variance as scale; here
#' they have its standard deviation. A cell's own posterior takes part in the
#' mixture of its own sample, there and here. With `latent_distribution =
#' "ln"` densities are those before the softmax.
#'
#' @inheritParams latentRepresentation
#' @param sample The sample of every cell: the name of a column of the cell
#'   table (for a model without `x`: of a column that it was trained with), or
#'   a vector with a value per cell. Cells where it is missing are in no
#'   sample, but have densities, with a message.
#' @param num_cells_posterior The largest number of cells, drawn at random,
#'   that a sample's mixture is made of. NULL (default): all. Fewer are
#'   faster: time grows with the square of the number of cells.
#' @param subset.col Cells to return: names, positions or TRUE and FALSE. The
#'   samples are made of all cells whatever they are. NULL (default): all.
#' @param dof Degrees of freedom of Student's t for the components. NULL
#'   (default): they are normal. Few (3, say) have long tails, and judge cells
#'   far from all others less harshly.
#'
#' @return A matrix of cells x samples: natural logs of densities, with the
#'   names of the cells and the levels of `sample`.
#' @seealso [latentRepresentation()], for the posterior itself.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 5, n_hidden = 32)
#' abundance <- differentialAbundance(model, sample = "batch")
#' head(abundance)
#' # Above 0: states that batch_1 has more of than batch_2
#' summary(abundance[, "batch_1"] - abundance[, "batch_2"])
#' @export
differentialAbundance <- function(
    object, x = NULL, ..., sample, num_cells_posterior = NULL, dof = NULL,
    subset.col = NULL, name = NULL, batch_size = 512, seed = NULL,
    num_threads = NULL, accelerator = "auto"
) {
    .check_count(batch_size, "batch_size")
    if (!is.null(num_cells_posterior)) {
        .check_count(num_cells_posterior, "num_cells_posterior")
    }
    if (!is.null(dof)) {
        .check_positive(dof, "dof")
    }
    .check_reading_arguments(list(...), names(formals()))
    if (missing(sample) || is.null(sample)) {
        .stop_argument(
            "sample", "`sample` must give the sample of every cell: a column ",
            "name or a vector."
        )
    }
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, list(...), subset.col = NULL, name = name,
        needs_counts = FALSE, known = names(formals()),
        num_threads = compute$num_threads
    )
    data <- .query_data(query)
    sample <- .read_column(sample, "sample", data)
    scored <- .positions(
        subset.col, ncol(data$counts), query$cell_names, "subset.col", "cells"
    )
    label <- .covariate_label(sample, "sample")
    found <- .categorize(sample$values, label, "sample")
    .inform_without_sample(found$codes, label)
    codes <- found$codes - 1L
    codes[is.na(codes)] <- -1L
    random <- !is.null(num_cells_posterior)
    log_density <- differential_abundance(
        query$pointer, query$cells, codes, num_cells_posterior, dof,
        batch_size, if (random) .check_seed(seed) else 0,
        if (!is.null(subset.col)) scored - 1L, compute
    )
    dimnames(log_density) <- list(query$cell_names[scored], found$levels)
    log_density
}

.set_generic("differentialAbundance", c("object", "x"))

# Such cells are scored all the same.
.inform_without_sample <- function(codes, label) {
    n_missing <- sum(is.na(codes))
    if (n_missing == length(codes)) {
        .stop_argument("sample", label, " has no value for any cell.")
    }
    if (n_missing) {
        .inform(
            label, " has no value for ", .pluralize(n_missing, "cell"), " of ",
            length(codes), "; left out of the samples, but scored."
        )
    }
}
