# A reference in any of its forms: a model, the path of a saved
# one, the folder of scvi-tools' model, an object that runSCVI() returned.

# `name_argument` is what the caller calls `name`.
.reference_model <- function(reference, name, name_argument = "name") {
    if (missing(reference) || is.null(reference)) {
        .stop_argument(
            "reference", "Give the reference model as `reference`: a model, ",
            "an object of runSCVI(), or the path of a saved model."
        )
    }
    if (is.character(reference)) {
        return(.read_reference(reference))
    }
    tryCatch(
        scviModel(reference, name),
        scvigor_argument_error = function(error) {
            .stop_argument(
                if (error$argument == "name") name_argument else "reference",
                "`reference`: ", conditionMessage(error)
            )
        }
    )
}

.read_reference <- function(path) {
    if (length(path) != 1 || is.na(path) || !file.exists(path)) {
        .stop_argument(
            "reference", "`reference` is not the path of a saved model: ",
            .quote_first(path), "."
        )
    }
    if (dir.exists(path)) importScviTools(path) else loadSCVI(path)
}

# ---- Which of two arguments is the reference ---------------------------------

# list(x, reference), also where they were given in the order of earlier
# releases, the reference first.
.query_and_reference <- function(x, reference, verb) {
    x <- if (!missing(x)) x
    reference <- if (!missing(reference)) reference
    is_swapped <- (.is_model_or_path(x) && !.is_count_path(x) &&
                       !.is_model_or_path(reference)) ||
        (.has_stored_model(x) && !.is_model_or_path(reference) &&
             !.has_stored_model(reference))
    if (is_swapped) {
        if (!is.null(reference)) {
            .inform_once(
                "query_order", "The query comes first now: ", verb,
                "(x, reference). The reference was given first, which still ",
                "works in this release."
            )
        }
        given_first <- x
        x <- reference
        reference <- given_first
    }
    .check_not_missing(is.null(x), "x", "the query's cells")
    list(x = x, reference = reference)
}

# A path that can only be that of counts.
.is_count_path <- function(x) {
    is.character(x) && is.null(dim(x)) && all(
        grepl("[.](h5ad|h5mu|mtx|mtx[.]gz)$", x) |
            file.exists(file.path(x, "matrix.mtx")) |
            file.exists(file.path(x, "matrix.mtx.gz"))
    )
}

.has_stored_model <- function(x) {
    (is(x, "SummarizedExperiment") || inherits(x, "Seurat")) &&
        length(.stored_models(x)) > 0
}
