#' Learned representations of batches
#'
#' The vector that stands for every batch in a model trained with
#' `batch_representation = "embedding"`: batches with similar effects lie near
#' one another.
#'
#' @inheritParams latentRepresentation
#' @param x New cells, for `per_cell`. NULL (default): the training cells.
#' @param per_cell TRUE: the vector of each cell's batch. FALSE (default): a
#'   row per batch.
#' @param subset.col Cells to return with `per_cell`, in that order: positions,
#'   names, or TRUE and FALSE. NULL (default): all.
#'
#' @return A matrix of batches x dimensions, whose rows are named by the levels
#'   of the batch; with `per_cell` of cells x dimensions.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(
#'     sce, batch = "batch", batch_representation = "embedding",
#'     max_epochs = 5, n_hidden = 32
#' )
#' batchRepresentation(model)
#' batchRepresentation(model, per_cell = TRUE, subset.col = 1:3)
#' @export
batchRepresentation <- function(
    object, x = NULL, ..., per_cell = FALSE, subset.col = NULL, name = NULL
) {
    .check_flag(per_cell, "per_cell")
    model <- scviModel(object, name)
    vectors <- .weights(model)[["_embeddings_dict.batch.weight"]]
    if (is.null(vectors)) {
        .stop_argument(
            "object", "The model has no batch representation: it was trained ",
            "with `batch_representation = \"",
            .model_options(model)$batch_representation, "\"`, not ",
            "\"embedding\"."
        )
    }
    dimnames(vectors) <- list(
        .registry(model)$batch$levels, paste0("batch_", seq_len(ncol(vectors)))
    )
    if (!per_cell) {
        .check_batches_only(x, subset.col, ...)
        return(vectors)
    }
    query <- .query(
        object, x, list(...), subset.col = subset.col, name = name,
        needs_counts = FALSE, known = names(formals())
    )
    codes <- query$cells$batch
    if (is.null(codes)) {
        codes <- integer(.n_cells(query$cells))
    }
    vectors <- vectors[codes + 1, , drop = FALSE]
    rownames(vectors) <- query$cell_names
    vectors
}

.set_generic("batchRepresentation", c("object", "x"))

.check_batches_only <- function(x, subset.col, ...) {
    .check_dots(list(...), c("per_cell", "name", .argument_of))
    for (argument in c("x", "subset.col")) {
        if (!is.null(get(argument))) {
            .stop_argument(
                argument, "`", argument, "` chooses cells; it goes with ",
                "`per_cell = TRUE`."
            )
        }
    }
}
