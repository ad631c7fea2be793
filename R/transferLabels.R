#' Transfer labels from a reference to a query
#'
#' Every cell gets the label that weighs most among its nearest neighbors in
#' the latent space of the reference, and a confidence: the share of that label
#' in the weights. Neighbors weigh less the farther they are, by a Gaussian
#' kernel as in scArches: \eqn{\exp(-d s^2 / 4)} at distance \eqn{d}, where
#' \eqn{s} is the standard deviation of the distances to the cell's neighbors.
#'
#' Query and reference must lie in one latent space: that of [mapQuery()] with
#' its default switches is the reference's own. With `unfrozen = TRUE`,
#' `freeze_expression = FALSE` or `freeze_batchnorm_encoder = FALSE` the
#' reference's cells move too; then use `mapQuery(reference_data = )` and split
#' its result by `cells_of`. There is a warning when the models of the two
#' encode cells differently.
#'
#' All pairs of cells are compared, in C++ and on all threads, so that the
#' neighbors are the true ones and always the same. Time grows with the
#' product of their numbers: 50,000 cells and a reference of 100,000 take some
#' seconds.
#'
#' @param x The query: an object that [mapQuery()] returned, its model, or a
#'   matrix of latent coordinates (cells x dimensions).
#' @param reference The reference: an object that [runSCVI()] returned, a
#'   model (whose training cells are meant) or its path, or a matrix of latent
#'   coordinates.
#' @param labels The labels of the reference's cells: names of columns of
#'   `reference`, values for each of its cells, or a table with a column for
#'   each kind of label. NULL (default): the labels that the reference model
#'   was trained with.
#' @param ... Not used: catches misspelt arguments.
#' @param k Neighbors, default 50. More give smoother labels, and lose rare
#'   ones with fewer cells.
#' @param min_confidence Cells below this confidence, from 0 to 1, are called
#'   `unknown`. Default 0: every cell gets a label. A higher threshold leaves
#'   more cells unknown; those of a type that the reference lacks are among
#'   the first.
#' @param unknown What they are called, default `"unknown"`.
#' @param name,reference_name The names of the results in `x` and in
#'   `reference`, see [runSCVI()]. NULL (default): `"scVI"`, for Seurat
#'   `"scvi"`.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#'
#' @return The object `x` with two columns in its cell table for each kind of
#'   label: `<label>_predicted` and `<label>_confidence`. For a model or a
#'   matrix, a DataFrame with these columns and one row per cell.
#' @inherit loadQuery references
#' @seealso [mapQuery()]
#' @examples
#' sce <- exampleSCE()
#' old <- sce[, sce$batch == sce$batch[1]]
#' new <- sce[, sce$batch != sce$batch[1]]
#' reference <- runSCVI(old, batch = "batch", max_epochs = 20, n_hidden = 32)
#' mapped <- mapQuery(new, reference, max_epochs = 5)
#' mapped <- transferLabels(mapped, reference, "cell_type", k = 15)
#' table(mapped$cell_type_predicted, mapped$cell_type)
#' summary(mapped$cell_type_confidence)
#' @export
transferLabels <- function(
    x, reference, labels = NULL, ..., k = 50, min_confidence = 0,
    unknown = "unknown", name = NULL, reference_name = NULL,
    num_threads = NULL
) {
    .check_dots(list(...), names(formals()))
    .check_count(k, "k")
    .check_proportion(min_confidence, "min_confidence")
    min_confidence <- as.vector(min_confidence)
    .check_name(unknown, "unknown")
    num_threads <- .check_threads(num_threads)
    .check_not_missing(
        missing(x), "x", "the query's cells, mapped by mapQuery(),"
    )
    .check_not_missing(
        missing(reference), "reference",
        "an object of runSCVI(), a model or its path, or latent coordinates"
    )
    if (is.character(reference) && is.null(dim(reference))) {
        reference <- .read_reference(reference)
    }
    query_latent <- .latent_coordinates(x, "x", name)
    latent <- .latent_coordinates(reference, "reference", reference_name)
    .check_same_space(query_latent, latent)
    .warn_different_encoders(
        .model_of(x, name), .model_of(reference, reference_name)
    )
    labels <- .reference_labels(
        reference, labels, latent, reference_name
    )
    vote_of <- .label_voter(query_latent, latent, k, num_threads)
    columns <- lapply(names(labels), function(label) {
        found <- vote_of(labels[[label]])
        found$predicted[found$confidence < min_confidence] <- unknown
        names(found) <- paste0(label, "_", names(found))
        found
    })
    .store_labels(x, unlist(columns, recursive = FALSE), rownames(query_latent))
}

.set_generic("transferLabels", c("x", "reference"))

# ---- Labels ----------------------------------------------------------------

# A function of the labels of all reference cells that lets the nearest of those
# with a label vote. The same cells are searched once.
.label_voter <- function(query_latent, latent, k, num_threads) {
    labeled <- NULL
    nearest <- NULL
    function(labels) {
        has_label <- which(!is.na(labels))
        if (!identical(has_label, labeled)) {
            labeled <<- has_label
            nearest <<- .nearest_neighbors(
                query_latent, latent[has_label, , drop = FALSE], k, num_threads
            )
        }
        .weighted_vote(
            nearest$index, .gaussian_weights(nearest$distance),
            labels[has_label]
        )
    }
}

# A named list of labels, each a character vector with one value per cell; NA
# where a cell has none.
.reference_labels <- function(reference, labels, latent, name) {
    if (is.null(labels)) {
        return(.trained_labels(reference, name))
    }
    found <- .cell_columns(labels, "labels", reference, latent)
    if (!length(found)) {
        .stop_argument(
            "labels", "`labels` is empty: name a column of the reference's ",
            "cell table, or give a value per cell."
        )
    }
    lapply(found, function(covariate) {
        label <- .covariate_label(covariate, "labels")
        found <- .categorize(covariate$values, label, "labels")
        .inform_unlabeled(found$codes, label, "labels")
        found$levels[found$codes]
    })
}

.trained_labels <- function(reference, name) {
    has_model <- is(reference, "SCVIModel") ||
        (!is.matrix(reference) && length(.stored_models(reference)))
    model <- if (has_model) scviModel(reference, name)
    codes <- if (has_model) .codes(model)$labels
    if (is.null(codes)) {
        .stop_argument(
            "labels", "Give the labels of the reference's cells as `labels`; ",
            "it was not trained with any."
        )
    }
    entry <- .registry(model)$labels
    values <- list(entry$levels[codes + 1])
    names(values) <- if (is.null(entry$column)) "label" else entry$column
    values
}

.store_labels <- function(x, columns, cells) {
    if (is(x, "SummarizedExperiment") || inherits(x, "Seurat")) {
        taken <- intersect(names(columns), colnames(.cell_table(x)))
        if (length(taken)) {
            .warn("The object has ", .quote_first(taken), " already; replaced.")
        }
    }
    if (is(x, "SummarizedExperiment")) {
        for (column in names(columns)) {
            x[[column]] <- columns[[column]]
        }
        return(x)
    }
    table <- .data_frame(columns, length(columns[[1]]))
    rownames(table) <- cells
    if (inherits(x, "Seurat")) {
        return(SeuratObject::AddMetaData(x, as.data.frame(table)))
    }
    table
}
