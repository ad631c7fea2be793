# Where runSCVI() leaves its result in an object, and how it is found again.

.add_result <- function(x, model, name) {
    latent <- .training_latent(model)
    order <- .positions_by_name(
        rownames(latent), .mark_utf8(colnames(x)), nrow(latent), "object",
        "The latent space", "cells"
    )
    if (!is.null(order)) {
        latent <- latent[order, , drop = FALSE]
    }
    .add_latent(x, model, latent, name)
}

# `latent`: cells x dimensions, for all cells of `x` in their order.
.add_latent <- function(x, model, latent, name) {
    UseMethod(".add_latent")
}

.add_latent.SummarizedExperiment <- function(x, model, latent, name) {
    rownames(latent) <- colnames(x)
    reducedDim(x, name) <- latent
    .set_model(x, name, model)
}

.add_latent.Seurat <- function(x, model, latent, name) {
    # `$` would find assay.type
    assay <- .seurat_assay(x, .registry(model)$source[["assay"]])
    .add_reduction(x, latent, name, assay, list(model = model))
}

.add_reduction <- function(x, latent, name, assay, misc = list()) {
    key <- .reduction_key(name)
    dimnames(latent) <- list(colnames(x), paste0(key, seq_len(ncol(latent))))
    x[[name]] <- SeuratObject::CreateDimReducObject(
        embeddings = latent, assay = assay, key = key,
        stdev = unname(apply(latent, 2, sd)), misc = misc
    )
    x
}

# Stores a latent space of zeros, to see before training whether the result can
# be: some names are not allowed, or taken by something else.
.check_can_store <- function(x, name) {
    models <- if (is(x, "SummarizedExperiment")) metadata(x)[["scvigor"]]
    if (!is.null(models) && !is.list(models)) {
        .stop_argument(
            "x", "metadata(x)$scvigor holds a ", class(models)[1], "; scvigor ",
            "keeps its models there. Give it another name."
        )
    }
    zeros <- matrix(0, ncol(x), 2)
    tryCatch(
        suppressMessages(suppressWarnings(if (inherits(x, "Seurat")) {
            stored <- .add_reduction(x, zeros, name, .seurat_assay(x))
            # Seurat changes names that are none of R's, such as "my scvi"
            if (!name %in% SeuratObject::Reductions(stored)) {
                stop("Seurat calls it \"", make.names(name), "\".")
            }
        } else {
            cells <- SingleCellExperiment(list(t(zeros)))
            reducedDim(cells, name) <- zeros
        })),
        error = function(error) {
            .stop_argument(
                "name", "A result cannot be stored under the name \"", name,
                "\": ", conditionMessage(error)
            )
        }
    )
    invisible()
}

# Keys are made of letters and digits; a name without any gets a general one.
.reduction_key <- function(name) {
    plain <- gsub("[^A-Za-z0-9]", "", name)
    paste0(if (nzchar(plain)) plain else "scvi", "_")
}

# With the model's own seed: a logistic normal's mean is drawn, and the run has
# taken its one draw from R's random numbers already.
.training_latent <- function(model) {
    suppressMessages(
        latentRepresentation(model, seed = .run(model)$seed),
        classes = "scvigor_message"
    )
}

# The models in an object, by the names of their results.
.stored_models <- function(x) {
    UseMethod(".stored_models")
}

# cbind() and rbind() put the metadata of all objects one after another: each
# model is found once. Different ones under one name get numbers.
.stored_models.SummarizedExperiment <- function(x) {
    entries <- metadata(x)[names(metadata(x)) %in% "scvigor"]
    models <- do.call(c, lapply(unname(entries), function(entry) {
        is_model <- function(model) is(model, "SCVIModel")
        Filter(is_model, if (is.list(entry)) entry)
    }))
    models <- models[!.repeats_model(models)]
    twice <- names(models) %in% names(models)[duplicated(names(models))]
    numbers <- stats::ave(seq_along(models), names(models), FUN = seq_along)
    names(models)[twice] <- paste0(names(models), ".", numbers)[twice]
    models
}

# Which models are the same as an earlier one of their name.
.repeats_model <- function(models) {
    is_same <- function(one, other) {
        identical(.model_options(one), .model_options(other)) &&
            identical(.weights(one), .weights(other))
    }
    vapply(seq_along(models), function(k) {
        earlier <- which(names(models)[seq_len(k - 1)] == names(models)[k])
        any(vapply(models[earlier], is_same, NA, models[[k]]))
    }, NA)
}

# NULL takes the model of that name away.
.set_model <- function(x, name, model) {
    models <- .stored_models(x)
    models[[name]] <- model
    fields <- metadata(x)
    fields <- fields[!names(fields) %in% "scvigor"]
    if (length(models)) {
        fields$scvigor <- models
    }
    metadata(x) <- fields
    x
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
    if (!isTRUE(.is_one_of(name, known))) {
        .stop_joined(name, known)
        .stop_argument(
            "name", "The object has no scVI model \"", name, "\"; there ",
            .or_choices(known), .near_miss(name, known)
        )
    }
    known[.position_of(name, known)]
}

# Models of one name, of objects that were joined: none of them made the latent
# space of all cells.
.stop_joined <- function(name, known) {
    numbered <- grepl("^[0-9]+$", substring(known, nchar(name) + 2)) &
        startsWith(known, paste0(name, "."))
    if (sum(numbered) > 1) {
        .stop_argument(
            "name", "Several models of the object are called \"", name, "\": ",
            "it was joined of objects that each had one, and the latent ",
            "spaces of different models have nothing in common. Choose one by ",
            "`name = \"", known[numbered][1], "\"`, or train one model on all ",
            "cells with runSCVI()."
        )
    }
}
