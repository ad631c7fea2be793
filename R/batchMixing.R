#' How well batches are mixed
#'
#' For every cell, the share of its nearest neighbors that are of another batch,
#' over the share that cells drawn at random would have: 1 where batches are
#' mixed as if there were none, 0 where each stands by itself.
#'
#' Mixing is only to be expected of batches with the same kinds of cells; give
#' the cell type as `within` where their composition differs, so that only
#' neighbors of a cell's own type count. See [didItWork] for what to make of the
#' numbers.
#'
#' @inheritParams latentRepresentation
#' @param batch The batches: a column of the cells, or a vector. NULL (default):
#'   those of the model.
#' @param space A matrix of cells x dimensions to look at, such as principal
#'   components, to compare with. NULL (default): the latent space.
#' @param within Cell types or other groups, a column or a vector: only cells of
#'   the same group are compared. NULL (default): all cells are.
#' @param k Number of neighbors, default 30. More look at a wider surrounding.
#' @param per_cell TRUE: a number for every cell. Default FALSE: their mean.
#'
#' @return One number, or a vector with the names of the cells; NA for cells
#'   without a batch or group, and where all cells of the group are of one
#'   batch.
#' @seealso [didItWork], [plotLatent()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", recipe = "fast", n_hidden = 32)
#' batchMixing(model)
#' # before: principal components
#' logs <- log1p(as.matrix(SingleCellExperiment::counts(sce)))
#' batchMixing(model, space = prcomp(t(logs), rank. = 10)$x)
#' @export
batchMixing <- function(
    object, x = NULL, ..., batch = NULL, space = NULL, within = NULL, k = 30,
    per_cell = FALSE, subset.col = NULL, name = NULL, num_threads = NULL
) {
    .check_count(k, "k")
    .check_flag(per_cell, "per_cell")
    compute <- .compute_options(num_threads, "cpu")
    query <- .query(
        object, x, list(...), subset.col = subset.col, name = name,
        needs_counts = FALSE, known = names(formals()),
        num_threads = compute$num_threads
    )
    data <- .query_data(query)
    codes <- .mixing_batches(query, data, batch)
    groups <- rep(1L, length(codes))
    if (!is.null(within)) {
        column <- .read_column(within, "within", data)
        groups <- .categorize_labels(column, "within")$codes
    }
    space <- .mixing_space(space, query, compute)
    mixing <- rep(NA_real_, length(codes))
    used <- !is.na(codes) & !is.na(groups)
    for (cells in split(which(used), groups[used])) {
        mixing[cells] <- .mixing_of(
            space[cells, , drop = FALSE], codes[cells], k, compute$num_threads
        )
    }
    if (!per_cell) {
        return(mean(mixing, na.rm = TRUE))
    }
    names(mixing) <- query$cell_names
    mixing
}

.set_generic("batchMixing", c("object", "x"))

.mixing_batches <- function(query, data, batch) {
    if (is.null(batch)) {
        if (.model_options(query$model)$n_batch < 2) {
            .stop_argument(
                "batch", "The model has no batches; give a column or a vector ",
                "as `batch`."
            )
        }
        return(query$cells$batch)
    }
    column <- .read_column(batch, "batch", data)
    .categorize_labels(column, "batch")$codes
}

.mixing_space <- function(space, query, compute) {
    if (is.null(space)) {
        return(latent_representation(
            query$pointer, query$cells, TRUE, 5000, .inference_batch_size, 0,
            compute
        ))
    }
    n_cells <- .n_cells(query$cells)
    is_points <- is.matrix(space) && is.numeric(space) && ncol(space) > 0
    if (!is_points || nrow(space) != n_cells || !.is_finite(space)) {
        .stop_argument(
            "space", "`space` must be a matrix of finite numbers with a row ",
            "for each of the ", .pluralize(n_cells, "cell"), "."
        )
    }
    space <- .match_rows(space, .query_data(query), "space", "`space`")
    storage.mode(space) <- "double"
    space
}

# Per cell; NA where there is nothing to mix.
.mixing_of <- function(space, codes, k, num_threads) {
    shares <- tabulate(match(codes, unique(codes))) / length(codes)
    if (length(shares) < 2) {
        return(NA_real_)
    }
    n <- min(k + 1, nrow(space))
    index <- nearest_neighbors(space, space, n, num_threads)$index
    # a cell is its own neighbor, though not always the first
    is_other <- index != row(index)
    differs <- matrix(codes[index], nrow(index)) != codes
    found <- rowSums(differs & is_other) / pmax(rowSums(is_other), 1)
    found / (1 - sum(shares^2))
}
