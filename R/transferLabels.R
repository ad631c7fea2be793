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
#' @section Types that the reference lacks:
#' A cell of a type that the reference lacks gets the label of the nearest one,
#' and its confidence does not tell: that is low between two labels and high
#' next to one. What tells is how far it lies from its neighbors, against the
#' reference's own cells. `distance` is the share of the reference's cells of
#' the label that lie nearer to theirs: 0.5 is typical, near 1 is farther out
#' than nearly all. Types come as populations, and so the value is the mean of
#' those of the 30 nearest cells of the query (of a twentieth of them, where
#' there are fewer than 600). `max_distance = 0.95` calls a cell unknown whose
#' value exceeds those of 95 % of the reference's cells of its label, computed
#' alike.
#'
#' Measured with one of six blood cell types left out of three donors'
#' cells, and two other donors' as the query (`bench/unknown_types.R`; Kang et
#' al., 2018; `k = 50`):
#' \tabular{lrrrr}{
#'   left out \tab AUROC of 1 - confidence \tab AUROC of distance \tab
#'     called unknown at 0.95 \tab of the others \cr
#'   B cells \tab 0.86 \tab 0.99 \tab 82 % \tab 2 % \cr
#'   CD14+ monocytes \tab 0.63 \tab 0.91 \tab 34 % \tab 4 % \cr
#'   CD4 T cells \tab 0.80 \tab 0.94 \tab 84 % \tab 8 % \cr
#'   CD8 T cells \tab 0.57 \tab 0.65 \tab 0 % \tab 5 % \cr
#'   FCGR3A+ monocytes \tab 0.38 \tab 0.83 \tab 58 % \tab 5 % \cr
#'   NK cells \tab 0.34 \tab 0.74 \tab 35 % \tab 6 % \cr
#'   mean \tab 0.60 \tab 0.84 \tab 49 % \tab 5 %
#' }
#' So it finds types that differ from all that the reference knows, and misses
#' those that lie inside of another one, as CD8 T cells do in CD4 T cells here.
#' The likelihood of the cells (their ELBO or reconstruction error) tells less:
#' a mean AUROC of 0.47 and 0.55. A query that was measured in another way lies
#' farther out as a whole: look at all distances, by [plotTransfer()], before
#' you believe the threshold.
#'
#' Without `BNPARAM`, all pairs of cells are compared, in C++ and on all
#' threads, so that the neighbors are the true ones and always the same. Time
#' grows with the product of their numbers: 50,000 cells and a reference of
#' 100,000 take some seconds.
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
#'   more cells unknown that lie between two labels.
#' @param max_distance Cells whose `distance` exceeds that of this share, from
#'   0 to 1, of the reference's cells with their label are called `unknown`:
#'   0.95, say, to find types that the reference lacks, see there. A lower share
#'   leaves more cells unknown. NULL (default): no cell is.
#' @param unknown What they are called, default `"unknown"`.
#' @param name,reference_name The names of the results in `x` and in
#'   `reference`, see [runSCVI()]. NULL (default): `"scVI"`, for Seurat
#'   `"scvi"`.
#' @param BNPARAM How neighbors are searched, an object of the package
#'   BiocNeighbors: `BiocNeighbors::AnnoyParam()` or `HnswParam()` find most of
#'   the nearest cells in a reference of millions in a time that hardly grows
#'   with it. NULL (default): all pairs of cells are compared.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#'
#' @return The object `x` with three columns in its cell table for each kind of
#'   label: `<label>_predicted`, `<label>_confidence` and `<label>_distance`.
#'   For a model or a matrix, a DataFrame with these columns and one row per
#'   cell.
#' @inherit loadQuery references
#' @seealso [mapQuery()]; [plotTransfer()] for pictures
#' @examples
#' sce <- exampleSCE()
#' old <- sce[, sce$batch == sce$batch[1]]
#' new <- sce[, sce$batch != sce$batch[1]]
#' reference <- runSCVI(old, batch = "batch", max_epochs = 20, n_hidden = 32)
#' mapped <- mapQuery(new, reference, max_epochs = 5)
#' mapped <- transferLabels(mapped, reference, "cell_type", k = 15)
#' table(mapped$cell_type_predicted, mapped$cell_type)
#' summary(mapped$cell_type_confidence)
#' # which cells lie farther out than the reference's own?
#' mapped <- suppressWarnings(transferLabels(
#'     mapped, reference, "cell_type", k = 15, max_distance = 0.95
#' ))
#' table(mapped$cell_type_predicted)
#' @export
transferLabels <- function(
    x, reference, labels = NULL, ..., k = 50, min_confidence = 0,
    max_distance = NULL, unknown = "unknown", name = NULL,
    reference_name = NULL, BNPARAM = NULL, num_threads = NULL
) {
    .check_dots(list(...), names(formals()))
    .check_count(k, "k")
    .check_proportion(min_confidence, "min_confidence")
    min_confidence <- as.vector(min_confidence)
    if (!is.null(max_distance)) {
        max_distance <- as.vector(
            .check_proportion(max_distance, "max_distance")
        )
    }
    .check_name(unknown, "unknown")
    search <- .neighbor_search(.check_threads(num_threads), BNPARAM)
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
    vote_of <- .label_voter(query_latent, latent, k, search)
    columns <- lapply(names(labels), function(label) {
        found <- vote_of(labels[[label]], max_distance)
        is_unknown <- found$confidence < min_confidence | found$is_far
        found$predicted[is_unknown] <- unknown
        found$is_far <- NULL
        names(found) <- paste0(label, "_", names(found))
        found
    })
    .store_labels(x, unlist(columns, recursive = FALSE), rownames(query_latent))
}

.set_generic("transferLabels", c("x", "reference"))

# ---- Labels ----------------------------------------------------------------

# A function of the labels of all reference cells that lets the nearest of those
# with a label vote. The same cells are searched once.
.label_voter <- function(query_latent, latent, k, search) {
    labeled <- NULL
    nearest <- NULL
    smooth <- .smoother(
        query_latent, .n_smoothed(nrow(query_latent)), search
    )
    function(labels, max_distance) {
        has_label <- which(!is.na(labels))
        known <- latent[has_label, , drop = FALSE]
        if (!identical(has_label, labeled)) {
            labeled <<- has_label
            nearest <<- .nearest_neighbors(query_latent, known, k, search)
        }
        found <- .weighted_vote(
            nearest$index, .gaussian_weights(nearest$distance),
            labels[has_label]
        )
        own <- .own_distances(
            known, labels[has_label], ncol(nearest$distance), search,
            .n_smoothed(nrow(query_latent))
        )
        found$distance <- smooth(.rank_among(
            rowMeans(nearest$distance), found$predicted, own$distance
        ))
        found$is_far <- if (is.null(max_distance)) {
            FALSE
        } else {
            limits <- vapply(
                own$smoothed, stats::quantile, 0, max_distance, names = FALSE
            )
            found$distance > limits[found$predicted]
        }
        found
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
        found <- .categorize_labels(covariate, "labels")
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
