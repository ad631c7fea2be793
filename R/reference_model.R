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
