# Values in the files of scvigor, models and checkpoints: see
# inst/format/model-file.md.

# R values as the file keeps them: lists and vectors, with or without a
# shape. What else R hangs on them lies beside the value.
.pack_value <- function(value) {
    kept <- if (is.list(value)) "names" else "dim"
    if (is.character(value)) {
        kept <- character()
    }
    others <- attributes(value)
    others <- others[setdiff(names(others), kept)]
    if (is.list(value)) {
        value <- lapply(value, .pack_value)
    }
    if (!length(others)) {
        return(value)
    }
    for (name in names(others)) {
        attr(value, name) <- NULL
    }
    list(.value = value, .attributes = lapply(others, .pack_value))
}

.unpack_value <- function(value) {
    if (!is.list(value)) {
        return(value)
    }
    value <- lapply(value, .unpack_value)
    if (!identical(names(value), c(".value", ".attributes"))) {
        return(value)
    }
    plain <- value$.value
    known <- intersect(names(value$.attributes), .known_attributes)
    for (name in known) {
        attr(plain, name) <- value$.attributes[[name]]
    }
    plain
}

# A file must not choose which methods are called.
.known_attributes <- c("names", "dim", "dimnames")

.read_model <- function(path) {
    content <- read_model_file(path)
    damaged <- function(error) {
        .stop_file(
            "The model in \"", path, "\" is damaged, or written by another ",
            "version of scvigor (", content$writer, "): ",
            conditionMessage(error)
        )
    }
    tryCatch(.build_model(.unpack_value(content$model)), error = damaged)
}

# What the C interface of inst/include/scvigor/r_api.h needs of a model, or why
# there is none: errors of R must not jump over the frames of C++.
.model_content <- function(object) {
    tryCatch(
        {
            model <- scviModel(object)
            list(
                options = .model_options(model), weights = .weights(model),
                genes = .genes(model),
                batch_levels = .registry(model)$batch$levels
            )
        },
        error = function(error) {
            list(
                error = conditionMessage(error),
                is_file = inherits(error, "scvigor_file_error")
            )
        }
    )
}

.build_model <- function(parts) {
    absent <- setdiff(
        c("options", "weights", "genes", "registry"), names(parts)
    )
    if (length(absent)) {
        stop("it lacks ", .quote_first(absent), ".", call. = FALSE)
    }
    parts <- .checked_slots(parts)
    # new() compares the weights with the options
    .model_from_slots(parts)
}

# Slots from a file, with the options that came later than the file.
.checked_slots <- function(parts, has_posterior = TRUE) {
    parts$options <- .complete_options(parts$options, "model")
    parts$train_options <- .complete_options(parts$train_options, "train")
    problems <- .slot_problems(parts, has_posterior)
    if (length(problems)) {
        stop(paste(problems, collapse = "; "), ".", call. = FALSE)
    }
    parts
}

# A file of an older release lacks options that came later, with a default
# that means what was done before.
.complete_options <- function(found, kind) {
    if (!is.null(found) && !is.list(found)) {
        stop("its options are not a list.", call. = FALSE)
    }
    defaults <- default_options()[[kind]]
    unknown <- setdiff(names(found), names(defaults))
    if (length(unknown)) {
        stop(
            "it has unknown options: ", .quote_first(unknown), ".",
            call. = FALSE
        )
    }
    absent <- setdiff(names(defaults), names(found))
    c(found, defaults[absent])[names(defaults)]
}
