#' Make a query model from a reference
#'
#' Takes a trained model, the reference, and makes of it a model of new cells,
#' the query: with the reference's weights, and further weights for the batches
#' and levels that only the query has. Trained on the query with
#' [continueTraining()], it learns these and leaves the rest of the reference
#' as it is, so that the query's cells come to lie among the reference's
#' (scArches). [mapQuery()] does both in one call.
#'
#' @section What training moves:
#' By default: the weights of all levels of batch and categorical covariates,
#' in every layer that has them; the BatchNorm of the decoder; the encoder of
#' the library size; and what belongs to the query's own levels alone, that is
#' rows of a batch embedding and dispersions by batch or label. All else is
#' frozen and stays the same bit for bit, also with `weight_decay`. The
#' BatchNorm of the encoder normalizes each minibatch by itself while it
#' trains, but does not learn from it. The switches below free or freeze more.
#'
#' So the latent space of the reference's cells does not move, if the query
#' has batches of its own. Their normalized expression can, since the decoder's
#' BatchNorm is shared; `freeze_batchnorm_decoder = TRUE` keeps it too.
#'
#' @section What makes a good reference:
#' An encoder that sees the covariates (`encode_covariates = TRUE` in
#' [trainSCVI()]) can learn where a new batch lies. One that does not, the
#' default, has nothing to train in a query: its cells are placed by their
#' counts alone, and training adapts the decoder only. `use_layer_norm =
#' "both"` with `use_batch_norm = "none"` keeps statistics of the reference's
#' cells out of the query's.
#'
#' @section Genes and covariates:
#' Genes are matched by name, where Seurat's `-` for `_` counts as the same.
#' Further genes of the query are left out; genes of
#' the reference that it lacks count as 0, with a warning when it has less than
#' 80 % of them and an error when it has none. Covariates are those of the
#' reference, found under the same column names unless they are given; others
#' are not used.
#'
#' @section Where it differs from scvi-tools:
#' New rows of a batch embedding and new dispersions start at the mean of the
#' reference's and are trained, where scvi-tools leaves them at random values.
#' With categorical covariates, new columns stand where the model reads them,
#' and a reference with a single batch keeps its output: there, it changes.
#'
#' @inheritParams trainSCVI
#' @param x The query's raw counts, in any form that [trainSCVI()] takes.
#' @param reference A model, an object that [runSCVI()] returned, the path of a
#'   model that `saveSCVI()` wrote, or the folder of a model of scvi-tools.
#' @param batch,labels,categorical_covariates,continuous_covariates,size_factor
#'   As in [trainSCVI()], where the query has them in other columns than the
#'   reference had. Levels that the reference does not know are added.
#'   `labels` are needed only with `dispersion = "gene-label"`.
#' @param ... Not used: catches misspelt arguments.
#' @param unfrozen TRUE: everything is trained, whatever the other switches
#'   say. Default FALSE.
#' @param freeze_dropout TRUE: the encoder drops no units in training. Default
#'   FALSE.
#' @param freeze_expression FALSE: the first layer of the encoder is trained.
#'   Default TRUE.
#' @param freeze_decoder_first_layer FALSE: the first hidden layer of the
#'   decoder is trained. Default TRUE. A linear decoder has none.
#' @param freeze_batchnorm_encoder FALSE: the BatchNorm of the encoder is
#'   trained and learns from the query. Default TRUE.
#' @param freeze_batchnorm_decoder TRUE: that of the decoder is not. Default
#'   FALSE.
#' @param assay.type,altexp,assay As in [trainSCVI()]; NULL (default): as for
#'   the reference.
#' @param cache As in [trainSCVI()].
#' @param name The name of the result in `reference`, where that is an object,
#'   see [scviModel()].
#' @param accelerator Where to compute, as in [trainSCVI()].
#'
#' @return An [SCVIModel-class] of the query's cells, not trained yet. All
#'   verbs work on it, with the query's cells and with the reference's. Its
#'   training options are the defaults of [trainSCVI()], but for
#'   `weight_decay = 0`; the switches are kept with them, also by files and
#'   checkpoints.
#' @references Lotfollahi M et al. (2022). Mapping single-cell data to reference
#'   atlases by transfer learning. *Nature Biotechnology* 40, 121-130.
#' @seealso [mapQuery()], [transferLabels()], [continueTraining()]
#' @examples
#' sce <- exampleSCE()
#' old <- sce[, sce$batch == sce$batch[1]]
#' new <- sce[, sce$batch != sce$batch[1]]
#' reference <- trainSCVI(old, batch = "batch", max_epochs = 5, n_hidden = 32)
#' query <- loadQuery(new, reference)
#' query <- continueTraining(query, new, max_epochs = 5)
#' head(latentRepresentation(query))
#' @export
loadQuery <- function(
    x, reference, batch = NULL, labels = NULL, categorical_covariates = NULL,
    continuous_covariates = NULL, size_factor = NULL, ...,
    unfrozen = FALSE, freeze_dropout = FALSE, freeze_expression = TRUE,
    freeze_decoder_first_layer = TRUE, freeze_batchnorm_encoder = TRUE,
    freeze_batchnorm_decoder = FALSE, train_size = NULL,
    validation_size = NULL, shuffle_set_split = TRUE,
    external_indexing = NULL, assay.type = NULL, altexp = NULL, assay = NULL,
    cache = "auto", name = NULL, seed = NULL, num_threads = NULL,
    accelerator = "auto"
) {
    arguments <- mget(setdiff(
        names(formals()), c("reference", "x", "...")
    ))
    .check_dots(list(...), names(formals()))
    given <- .query_and_reference(x, reference, "loadQuery")
    compute <- .compute_options(num_threads, accelerator)
    model <- .reference_model(given$reference, name)
    options <- .query_options(
        model, arguments[c(.freeze_switches, .split_options)]
    )
    source <- .source_with(
        .registry(model)$source, arguments[.source_arguments]
    )
    data <- do.call(
        .count_data, c(list(given$x), source, list(cache = cache))
    )
    covariates <- .query_covariates(model, data, arguments[.argument_of])
    registry <- .extend_registry(.registry(model), covariates)
    source["assay"] <- list(data$assay)
    registry$source <- source
    registry$padded <- if (!isTRUE(registry$unnamed_genes)) {
        .missing_genes(data$counts, .genes(model), data$label)
    }
    data$counts <- .match_genes(
        data$counts, .genes(model), data$label, registry
    )
    .check_counts(
        data, .model_options(model)$gene_likelihood, compute$num_threads
    )
    .new_query(
        model, data, .make_codes(covariates, registry), registry, options,
        external_indexing, .check_seed(seed), compute
    )
}

.set_generic("loadQuery", c("x", "reference"))

# Training options of a query: scvi-tools' defaults, but no weight decay.
.query_options <- function(model, given) {
    for (switch in .freeze_switches) {
        .check_flag(given[[switch]], switch)
    }
    options <- default_options()$train
    options[names(given)] <- given
    options$weight_decay <- 0
    options$n_batch_reference <- .model_options(model)$n_batch
    options$n_labels_reference <- .model_options(model)$n_labels
    validate_options(.model_options(model), options)
    options
}

.new_query <- function(model, data, codes, registry, train_options,
                       external_indexing, seed, compute) {
    options <- .model_options(model)
    levels <- .options_from_data(nrow(data$counts), registry)[
        c("n_batch", "n_labels", "n_cats_per_cov")
    ]
    cells <- .core_cells(codes, counts = data$counts)
    extended <- extend_scvi(options, .weights(model), levels, cells, seed)
    options[names(levels)] <- levels
    train_options$max_epochs <- default_max_epochs(ncol(data$counts))
    rownames(data$counts) <- .genes(model)
    config <- .new_run_config(
        data, codes, registry, list(model = options, train = train_options),
        external_indexing, seed, compute$num_threads
    )
    .check_library_prior(
        options, config$log_library, codes, registry,
        n_known = train_options$n_batch_reference
    )
    .new_model(config, cells, c(extended, .not_trained), compute)
}

.not_trained <- list(
    history = list(), epochs = 0, stop_reason = "not trained", best_epoch = 0,
    seconds = 0
)
