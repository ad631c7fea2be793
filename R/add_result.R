# Where runSCVI() leaves its result in an object, and how it is found again.

.add_result <- function(x, model, name) {
    .add_latent(x, model, .training_latent(model), name)
}

# `latent`: cells x dimensions, for all cells of `x`.
.add_latent <- function(x, model, latent, name) {
    UseMethod(".add_latent")
}

.add_latent.SummarizedExperiment <- function(x, model, latent, name) {
    reducedDim(x, name) <- latent
    metadata(x)[["scvigor"]][[name]] <- model
    x
}

.add_latent.Seurat <- function(x, model, latent, name) {
    key <- paste0(gsub("[^A-Za-z0-9]", "", name), "_")
    colnames(latent) <- paste0(key, seq_len(ncol(latent)))
    x[[name]] <- SeuratObject::CreateDimReducObject(
        embeddings = latent, assay = .registry(model)$source$assay,
        key = key, stdev = unname(apply(latent, 2, sd)),
        misc = list(model = model)
    )
    x
}

# With the model's own seed: a logistic normal's mean is drawn, and the run has
# taken its one draw from R's random numbers already.
.training_latent <- function(model) {
    latentRepresentation(model, seed = .run(model)$seed)
}

# The models in an object, by the names of their results.
.stored_models <- function(x) {
    UseMethod(".stored_models")
}

.stored_models.SummarizedExperiment <- function(x) {
    metadata(x)[["scvigor"]]
}

.stored_models.Seurat <- function(x) {
    reductions <- SeuratObject::Reductions(x)
    models <- lapply(reductions, function(reduction) {
        SeuratObject::Misc(x[[reduction]], slot = "model")
    })
    names(models) <- reductions
    Filter(function(model) is(model, "SCVIModel"), models)
}

# The name of the result that `name` selects; NULL: the only one, or the one
# under the default name.
.result_name <- function(x, name) {
    known <- names(.stored_models(x))
    if (!length(known)) {
        .stop_argument(
            "object", "The object has no scVI model; use runSCVI() to train ",
            "one on it, or give the model itself."
        )
    }
    if (is.null(name)) {
        default <- if (inherits(x, "Seurat")) "scvi" else "scVI"
        name <- if (length(known) == 1) known else default
    }
    if (!isTRUE(name %in% known)) {
        .stop_argument(
            "name", "The object has no scVI model \"", name, "\"; there ",
            .or_choices(known), "."
        )
    }
    name
}
