#' Map new cells onto a reference
#'
#' Places the cells of an object in the latent space of a reference model, in
#' one call: genes and levels are matched ([loadQuery()]), what belongs to the
#' query is trained ([continueTraining()]), and the latent space is stored in
#' the object, as [runSCVI()] does. [transferLabels()] then names the cells.
#'
#' @param x The query: a SummarizedExperiment, SingleCellExperiment or Seurat
#'   object with raw counts, or the path of a file that [readCounts()] reads.
#' @param reference A model, an object that [runSCVI()] returned, the path of a
#'   model that `saveSCVI()` wrote, or the folder of a model of scvi-tools.
#' @inheritParams loadQuery
#' @param ... Further arguments of [loadQuery()], such as the switches of what
#'   to train, and training options of [trainSCVI()].
#' @param recipe,lr,batch_size,early_stopping As in [trainSCVI()].
#' @param max_epochs Passes over the query's cells. NULL (default): as in
#'   [trainSCVI()]. More adapt the model further to the query. 0: none, the
#'   cells are placed by the reference alone.
#' @param reference_data The reference's cells, in any form that [trainSCVI()]
#'   takes, to have them in the result too. NULL (default): the result holds
#'   the query.
#' @param name The name of the result in the object, see [runSCVI()]. NULL
#'   (default): `"scVI"`, for Seurat `"scvi"`.
#' @param reference_name The name of the result in `reference`, where that is
#'   an object, see [scviModel()].
#' @param checkpoint,checkpoint_overwrite As in [trainSCVI()].
#' @param seed A whole number that fixes the result; NULL (default): drawn from
#'   R's random numbers.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#' @param accelerator Where to compute, as in [trainSCVI()].
#' @param verbose TRUE: shows progress. Default: in interactive sessions.
#'
#' @return The object `x`, for a SummarizedExperiment as SingleCellExperiment,
#'   with the latent space of its cells and the query model, which all verbs
#'   find. With `reference_data`, a new object of the same class: the
#'   reference's cells, then the query's, with the counts of the model's genes,
#'   the columns of the cell tables that both have, a column `cells_of`
#'   (`"reference"` or `"query"`), and the joint latent space.
#' @inherit loadQuery references
#' @seealso [loadQuery()] for the single steps and what is trained;
#'   [transferLabels()]
#' @examples
#' sce <- exampleSCE()
#' old <- sce[, sce$batch == sce$batch[1]]
#' new <- sce[, sce$batch != sce$batch[1]]
#' reference <- runSCVI(old, batch = "batch", max_epochs = 5, n_hidden = 32)
#' mapped <- mapQuery(new, reference, max_epochs = 5)
#' SingleCellExperiment::reducedDim(mapped, "scVI")[1:3, 1:3]
#' both <- mapQuery(new, reference, max_epochs = 5, reference_data = old)
#' table(both$cells_of)
#' @export
mapQuery <- function(
    x, reference, batch = NULL, labels = NULL, categorical_covariates = NULL,
    continuous_covariates = NULL, size_factor = NULL, ..., unfrozen = FALSE,
    recipe = "scvi-tools", max_epochs = NULL, lr = 0.001, batch_size = 128,
    early_stopping = FALSE, assay.type = NULL, altexp = NULL, assay = NULL,
    cache = "auto", reference_data = NULL, name = NULL, reference_name = NULL,
    checkpoint = NULL, checkpoint_overwrite = FALSE, seed = NULL,
    num_threads = NULL, accelerator = "auto", verbose = interactive()
) {
    arguments <- c(.given_arguments(only = .map_formals), list(...))
    .check_flag(verbose, "verbose")
    if (!is.null(max_epochs)) {
        .check_count(max_epochs, "max_epochs", min = 0)
    }
    given <- .query_and_reference(x, reference, "mapQuery")
    x <- .as_result_object(given$x, "loadQuery()", arguments)
    reference <- given$reference
    name <- .latent_name(x, name)
    .check_can_store(x, name)
    num_threads <- if (!is.null(num_threads)) .check_threads(num_threads)
    reference <- .reference_model(
        reference, reference_name, "reference_name"
    )
    given <- .map_arguments(arguments)
    seed <- .check_seed(seed)
    run <- list(seed = seed, num_threads = num_threads,
                accelerator = accelerator)
    known <- if (!is.null(reference_data)) {
        .joint_cells(reference, reference_data, "reference_data")
    }
    cells <- .packed_once(x, .registry(reference)$source, given$load)
    query <- do.call(loadQuery, c(list(cells, reference), given$load, run))
    if (!isTRUE(max_epochs == 0)) {
        if (verbose) {
            .inform_frozen_encoder(query)
        }
        query <- do.call(continueTraining, c(
            list(query, cells, max_epochs = max_epochs, checkpoint = checkpoint,
                 checkpoint_overwrite = checkpoint_overwrite,
                 verbose = verbose),
            given$train, run
        ))
    }
    if (!is.null(known)) {
        return(.add_joint(x, query, known, name, cells))
    }
    .warn_replaced(name, .latent_names(x), "result")
    .add_result(x, query, name)
}

.set_generic("mapQuery", c("x", "reference"))

# An encoder without anything to train places cells as it did before.
.inform_frozen_encoder <- function(query) {
    options <- .train_options(query)
    is_frozen <- !options$unfrozen && options$freeze_expression &&
        options$freeze_batchnorm_encoder &&
        !.model_options(query)$encode_covariates
    if (is_frozen) {
        .inform(
            "The encoder of the reference sees no covariates and is frozen: ",
            "training adapts the decoder, not the latent space. References ",
            "trained with encode_covariates = TRUE adapt both."
        )
    }
}

.latent_name <- function(x, name) {
    if (is.null(name)) {
        return(if (inherits(x, "Seurat")) "scvi" else "scVI")
    }
    .check_name(name, "name")
}

.latent_names <- function(x) {
    if (inherits(x, "Seurat")) {
        SeuratObject::Reductions(x)
    } else {
        reducedDimNames(x)
    }
}

# Arguments of the two steps that mapQuery() has as its own.
.map_formals <- c(
    "batch", "labels", "categorical_covariates", "continuous_covariates",
    "size_factor", "unfrozen", "recipe", "lr", "batch_size", "early_stopping",
    "assay.type", "altexp", "assay", "cache"
)

# What `...` and these hold, for each of the two steps.
.map_arguments <- function(dots) {
    own <- setdiff(
        c("reference", "x", "...", "name", names(formals(mapQuery))),
        .map_formals
    )
    load <- setdiff(names(formals(loadQuery)), own)
    train <- setdiff(
        c(.option_names()$train, .weight_arguments, "recipe"),
        c("max_epochs", load)
    )
    is_known <- names(dots) %in% c(load, train)
    .check_dots(
        if (is.null(names(dots))) dots else dots[!is_known],
        c(load, train, names(formals(mapQuery)))
    )
    list(load = dots[names(dots) %in% load],
         train = dots[names(dots) %in% train])
}
