#' scVI for Seurat's IntegrateLayers()
#'
#' Integrates the layers of an assay of Seurat 5 with [trainSCVI()]:
#' `IntegrateLayers(object, method = scVIIntegration, new.reduction =
#' "integrated.scvi")`. The raw counts are taken, whichever layers
#' `IntegrateLayers()` names, and each layer is a batch. The latent space is
#' that of [runSCVI()] with the same options, batches and genes, bit for bit.
#'
#' `IntegrateLayers()` passes the variable genes of the assay as `features`, and
#' nothing of the cell table: covariates are given as values with the names of
#' the cells, such as `categorical_covariates = object[["donor"]]`.
#' `IntegrateLayers()` itself asks for normalized and scaled data, of
#' `ScaleData()`, which play no part here.
#'
#' The model comes back too, in the reduction, where [scviModel()] and all verbs
#' find it: `normalizedExpression(object, name = "integrated.scvi")`.
#'
#' @inheritParams trainSCVI
#' @param object An assay of Seurat 5 whose counts are split into layers, as
#'   `split()` does it, or, with `batch`, any assay.
#' @param orig Not used: the reduction that `IntegrateLayers()` starts from.
#' @param assay The name of the assay; NULL (default): from its key.
#' @param layers Names of layers; `data.*` and others stand for `counts.*`. NULL
#'   (default): all layers with counts.
#' @param scale.layer Not used.
#' @param features Names of the genes to use; NULL (default): all.
#' @param new.reduction The name of the result, default `"scvi"`. The key
#'   follows from it.
#' @param batch The batch of every cell: values with the names of the cells.
#'   NULL (default): its layer.
#' @param labels,size_factor Values with the names of the cells.
#' @param categorical_covariates,continuous_covariates A table with a row for
#'   each cell, named after it.
#' @param ... Further arguments of [trainSCVI()]. Those of the function of this
#'   name in SeuratWrappers are understood, with a message: `ndims` is
#'   `n_latent`, `nlayers` is `n_layers`, and `conda_env` is not needed. Its
#'   defaults were `n_latent = 30`, `n_layers = 2`, `gene_likelihood = "nb"`.
#'
#' @return A list with a `DimReduc`, named `new.reduction`.
#' @seealso [runSCVI()] for a whole Seurat object
#' @examples
#' if (requireNamespace("SeuratObject", quietly = TRUE) &&
#'     packageVersion("SeuratObject") >= "5") {
#'     sce <- exampleIFNB()
#'     object <- SeuratObject::CreateSeuratObject(
#'         SingleCellExperiment::counts(sce),
#'         meta.data = as.data.frame(SummarizedExperiment::colData(sce))
#'     )
#'     object[["RNA"]] <- split(object[["RNA"]], f = object$stimulus)
#'     # what Seurat::IntegrateLayers(object, scVIIntegration) calls
#'     found <- scVIIntegration(object[["RNA"]], max_epochs = 2, n_hidden = 16)
#'     found$scvi
#' }
#' @export
scVIIntegration <- function(
    object, orig = NULL, assay = NULL, layers = NULL, scale.layer = NULL,
    features = NULL, new.reduction = "scvi", batch = NULL, labels = NULL,
    categorical_covariates = NULL, continuous_covariates = NULL,
    size_factor = NULL, ..., n_hidden = 128, n_latent = 10, n_layers = 1,
    gene_likelihood = "zinb", dispersion = "gene", encode_covariates = FALSE,
    max_epochs = NULL, batch_size = 128, lr = 0.001, early_stopping = FALSE,
    seed = NULL, num_threads = NULL, accelerator = "auto",
    verbose = interactive()
) {
    given <- .given_arguments(only = .integration_formals)
    .check_not_missing(missing(object), "object", "an assay of Seurat")
    .check_name(new.reduction, "new.reduction")
    given <- .without_old_arguments(c(given, list(...)))
    do.call(.check_train_dots, c(given, .also = "new.reduction"), quote = TRUE)
    name <- .assay_name(object, assay)
    data <- .integration_data(object, layers, is.null(batch))
    if (is.null(batch)) {
        given$batch <- data$layer
    }
    given$subset.row <- features
    model <- .train_on(data$counts, given)
    model <- .of_assay(model, name)
    found <- list(.integrated_reduction(model, new.reduction, name))
    names(found) <- new.reduction
    found
}

# Arguments of trainSCVI() that are formals, too.
.integration_formals <- c(
    "batch", "labels", "categorical_covariates", "continuous_covariates",
    "size_factor", "n_hidden", "n_latent", "n_layers", "gene_likelihood",
    "dispersion", "encode_covariates", "max_epochs", "batch_size", "lr",
    "early_stopping", "seed", "num_threads", "accelerator", "verbose"
)

# What SeuratWrappers' function of this name took.
.without_old_arguments <- function(given) {
    ours <- c(ndims = "n_latent", nlayers = "n_layers")
    old <- intersect(names(given), c(names(ours), "conda_env"))
    if (!length(old)) {
        return(given)
    }
    .inform(
        "`", paste(old, collapse = "`, `"), "`: these are arguments of ",
        "SeuratWrappers; here `ndims` is `n_latent`, `nlayers` is ",
        "`n_layers`, and no Python is needed."
    )
    for (name in intersect(old, names(ours))) {
        if (is.null(given[[ours[[name]]]])) {
            given[[ours[[name]]]] <- given[[name]]
        }
    }
    given[!names(given) %in% old]
}

.assay_name <- function(object, assay) {
    if (!inherits(object, c("Assay", "StdAssay"))) {
        .stop_argument(
            "object", "`object` must be an assay of Seurat, as ",
            "IntegrateLayers() passes it, not ", class(object)[1],
            if (inherits(object, "Seurat")) {
                ": call Seurat::IntegrateLayers(object, scVIIntegration), or "
            } else {
                ": see "
            }, "runSCVI()."
        )
    }
    if (is.null(assay)) {
        return(toupper(sub("_$", "", SeuratObject::Key(object))))
    }
    .check_name(assay, "assay")
}

# list(counts, layer): the counts of the cells of these layers, and the layer of
# each cell, by its name.
.integration_data <- function(object, layers, needs_layers) {
    cells <- colnames(object)
    if (!inherits(object, "StdAssay")) {
        if (needs_layers) {
            .stop_argument(
                "batch", "An assay of class ", class(object)[1], " has no ",
                "layers to integrate: give `batch`, values with the names of ",
                "the cells",
                if (inherits(object, "SCTAssay")) {
                    "; its counts are corrected, scVI wants those of \"RNA\""
                }, "."
            )
        }
        counts <- .slot_counts(object, "counts", "The assay", cells)
        return(list(counts = counts))
    }
    known <- .counts_layers(object, layers)
    layer <- stats::setNames(.layers_by_cell(object, known, cells), cells)
    if (needs_layers && length(known) < 2) {
        .stop_argument(
            "layers", "There is a single layer, \"", known, "\", and nothing ",
            "to integrate: split the assay by sample, object[[\"RNA\"]] <- ",
            "split(object[[\"RNA\"]], f = object$sample), or give `batch`."
        )
    }
    cells <- cells[!is.na(layer)]
    layer_data <- getExportedValue("SeuratObject", "LayerData")
    list(
        counts = .join_layers(
            lapply(known, function(one) layer_data(object, layer = one)),
            rownames(object), cells, "The assay"
        ),
        layer = stats::setNames(sub("^counts\\.", "", layer[cells]), cells)
    )
}

# Layers with counts, of the same samples as `layers`.
.counts_layers <- function(object, layers) {
    all <- getExportedValue("SeuratObject", "Layers")(object)
    known <- .matching_layers("counts", all)
    if (!length(known)) {
        .stop_argument(
            "object", "The assay has no layer of raw counts; there ",
            .or_choices(all), "."
        )
    }
    if (is.null(layers)) {
        return(known)
    }
    if (!is.character(layers) || !length(layers)) {
        .stop_argument("layers", "`layers` must hold names of layers.")
    }
    samples <- sub("^(data|scale\\.data)(\\.|$)", "counts\\2", layers)
    wanted <- unlist(lapply(unique(samples), .matching_layers, known))
    unknown <- samples[lengths(lapply(samples, .matching_layers, known)) == 0]
    if (length(unknown)) {
        .stop_argument(
            "layers", "There is no layer ", .quote_first(unknown), "; there ",
            .or_choices(known), "."
        )
    }
    unique(wanted)
}

# Where verbs on the whole object find the counts.
.of_assay <- function(model, assay) {
    registry <- .registry(model)
    registry$source$assay <- assay
    initialize(model, registry = registry)
}

.integrated_reduction <- function(model, name, assay) {
    latent <- .training_latent(model)
    key <- .reduction_key(name)
    colnames(latent) <- paste0(key, seq_len(ncol(latent)))
    SeuratObject::CreateDimReducObject(
        embeddings = latent, assay = assay, key = key,
        stdev = unname(apply(latent, 2, sd)), misc = list(model = model)
    )
}
