# The content of a model file, see inst/format/model-file.md.

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
        .stop_core("file", paste0(
            "The model in \"", path, "\" is damaged, or written by another ",
            "version of scvigor (", content$writer, "): ",
            conditionMessage(error)
        ))
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
    .check_parts(parts)
    parts$options <- .complete_options(parts$options, "model")
    parts$train_options <- .complete_options(parts$train_options, "train")
    model <- .model_from_slots(parts)
    # The weights must fit the options.
    .handle(model)
    model
}

# A file of an older release lacks options that came later, with a default
# that means what was done before.
.complete_options <- function(found, kind) {
    defaults <- default_options()[[kind]]
    unknown <- setdiff(names(found), names(defaults))
    if (length(unknown)) {
        stop(
            "it has unknown options: ", .quote_first(unknown), ".",
            call. = FALSE
        )
    }
    absent <- setdiff(names(defaults), names(found))
    c(found, defaults[absent])
}

# What the rest of the package takes for granted of a model.
.check_parts <- function(parts) {
    expected <- c("options", "weights", "genes", "registry")
    absent <- setdiff(expected, names(parts))
    if (length(absent)) {
        stop("it lacks ", .quote_first(absent), ".", call. = FALSE)
    }
    n_cells <- length(parts$log_library)
    has_shape <- function(matrix) {
        is.numeric(matrix) && identical(
            dim(matrix), c(n_cells, as.integer(parts$options$n_latent))
        )
    }
    of_cells <- Filter(Negate(is.null), parts$codes)
    checks <- c(
        `gene names` = is.character(parts$genes) &&
            length(parts$genes) == parts$options$n_genes,
        weights = all(vapply(parts$weights, is.numeric, NA)),
        `the posterior` = all(vapply(parts$posterior, has_shape, NA)),
        covariates = all(vapply(of_cells, NROW, 1L) == n_cells) &&
            .codes_in_levels(parts$codes, parts$registry),
        `cell names` = length(parts$cells) %in% c(0, n_cells) ||
            !n_cells,
        `the split` = !n_cells ||
            all(unlist(parts$split) %in% seq_len(n_cells))
    )
    if (!all(checks)) {
        stop(
            "invalid: ", .quote_first(names(checks)[!checks]), ".",
            call. = FALSE
        )
    }
}

.codes_in_levels <- function(codes, registry) {
    inside <- function(code, entry) {
        is.null(code) || all(code %in% (seq_along(entry$levels) - 1L))
    }
    categorical <- codes$categorical
    inside(codes$batch, registry$batch) &&
        inside(codes$labels, registry$labels) &&
        all(vapply(seq_len(NCOL(categorical)), function(k) {
            is.null(categorical) ||
                inside(categorical[, k], registry$categorical[[k]])
        }, NA))
}
