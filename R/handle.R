# The C++ model behind an SCVIModel: a cache, made of the slots `options` and
# `weights` and made again when they are others, or when it is missing. A handle
# does not survive saveRDS() or the way to another process; the slots do.

.handle <- function(model) {
    cache <- .cache(model)
    source <- list(.model_options(model), .weights(model))
    # The same vectors are recognized by their address.
    if (is_null_pointer(cache$pointer) ||
        !identical(held_value(cache$source), source)) {
        .fill_cache(cache, .new_handle(model), source)
    }
    cache$pointer
}

.new_handle <- function(model) {
    weights <- .weights(model)
    wrong <- names(weights)[!vapply(weights, .is_finite, NA)]
    if (length(wrong)) {
        .stop_argument(
            "object", "The model is not valid: the slot `weights` has values ",
            "of ", .quote_first(wrong, 2), " that are missing or infinite."
        )
    }
    tryCatch(
        model_from_state(.model_options(model), weights),
        scvigor_argument_error = function(error) {
            .stop_argument(
                "object", "The model is not valid: the slots `options` and ",
                "`weights` do not fit: ", conditionMessage(error)
            )
        }
    )
}

# A cache of the handle `pointer` to what has these options and weights.
.new_cache <- function(pointer = NULL, options = NULL, weights = NULL) {
    cache <- new.env(parent = emptyenv())
    .fill_cache(cache, pointer, list(options, weights))
}

# `source` is held by a pointer, which saveRDS() writes without it.
.fill_cache <- function(cache, pointer, source) {
    cache$pointer <- pointer
    cache$source <- hold_value(source)
    cache
}
