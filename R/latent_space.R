# The latent spaces that transferLabels() compares.

# Latent coordinates, cells x dimensions.
.latent_coordinates <- function(object, argument, name) {
    if (is(object, "SCVIModel")) {
        .check_has_latent(object, argument)
        .inform_untrained(object)
        return(.training_latent(object))
    }
    latent <- if (is(object, "SingleCellExperiment") ||
                  inherits(object, "Seurat")) {
        .stored_latent(object, argument, name)
    } else {
        object
    }
    if (!is.matrix(latent) || !is.numeric(latent)) {
        .stop_argument(
            argument, "`", argument, "` must be a SingleCellExperiment or ",
            "Seurat object with a latent space, a model, or a numeric matrix ",
            "of cells x dimensions, not ", class(object)[1], "."
        )
    }
    if (!length(latent)) {
        .stop_argument(argument, "`", argument, "` has no cells.")
    }
    if (!all(is.finite(latent))) {
        .stop_argument(
            argument, "The latent coordinates of `", argument, "` must be ",
            "finite; ", .pluralize(sum(!is.finite(latent)), "value"), " of ",
            length(latent), " are not."
        )
    }
    latent
}

.check_has_latent <- function(model, argument) {
    if (!.has_cells(model)) {
        .stop_argument(
            argument, "The model that is `", argument, "` keeps no cells; ",
            "give latent coordinates, latentRepresentation(model, x = cells), ",
            "or a model that has cells: loaded or imported with its data."
        )
    }
}

.stored_latent <- function(object, argument, name) {
    name_argument <- if (argument == "reference") "reference_name" else "name"
    if (!is.null(name)) {
        .check_name(name, name_argument)
    }
    wanted <- .latent_name(object, name)
    known <- .latent_names(object)
    if (!.is_one_of(wanted, known)) {
        .stop_argument(
            if (is.null(name)) argument else name_argument,
            "`", argument, "` has no latent space \"", wanted, "\"; there ",
            .or_choices(known), .near_miss(wanted, known),
            " See mapQuery() and runSCVI()."
        )
    }
    wanted <- known[.position_of(wanted, known)]
    if (inherits(object, "Seurat")) {
        SeuratObject::Embeddings(object, wanted)
    } else {
        reducedDim(object, wanted)
    }
}

.check_same_space <- function(query, reference) {
    if (ncol(query) != ncol(reference)) {
        .stop_argument(
            "reference", "`x` has ", ncol(query), " latent dimensions, but ",
            "`reference` has ", ncol(reference), "; they must share one ",
            "latent space, see mapQuery()."
        )
    }
}

# The model that made an object's latent space; NULL where there is none.
.model_of <- function(object, name) {
    if (is(object, "SCVIModel")) {
        return(object)
    }
    if (is(object, "SingleCellExperiment") || inherits(object, "Seurat")) {
        .stored_models(object)[[.latent_name(object, name)]]
    }
}

.warn_different_encoders <- function(query, reference) {
    if (is.null(query) || is.null(reference) ||
        identical(.shared_encoder(query), .shared_encoder(reference))) {
        return(invisible())
    }
    .warn(
        "The models of `x` and `reference` encode cells differently, so that ",
        "their latent spaces are not the same and neighbors mean little. Map ",
        "`x` with mapQuery(x, reference); if its training is to move the ",
        "encoder, give it `reference_data` and split the result by `cells_of`."
    )
}

# What the encoder computes with, but for the weights of batches and other
# covariates, of which a query has more.
.shared_encoder <- function(model) {
    options <- .model_options(model)
    weights <- .weights(model)
    weights <- weights[startsWith(names(weights), "z_encoder.") &
                           !endsWith(names(weights), "num_batches_tracked")]
    Map(function(name, weight) {
        if (!grepl("fc_layers.Layer [0-9]+.0.weight$", name)) {
            return(weight)
        }
        is_first <- grepl("Layer 0.0.weight", name, fixed = TRUE)
        inputs <- if (is_first) options$n_genes else options$n_hidden
        weight[, seq_len(inputs)]
    }, names(weights), weights)
}
