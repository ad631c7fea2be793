#' Training, validation and test cells
#'
#' Which cells a model was trained, validated and tested on.
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param name The name of the result in such an object, see [scviModel()].
#'
#' @return A list of positions of cells, counting from 1, in the order of the
#'   training data: `train` (the weights were fitted to these), `validation`
#'   (watched while training, never fitted) and `test` (neither).
#' @examples
#' model <- trainSCVI(exampleSCE(), max_epochs = 2, n_hidden = 16)
#' lengths(trainingSplit(model))
#' @export
trainingSplit <- function(object, name = NULL) {
    .split(scviModel(object, name))
}

.set_generic("trainingSplit", "object")

# The split that a model is trained with: the user's, or drawn with the seed.
.make_split <- function(n_cells, cell_names, external_indexing, options,
                        seed) {
    if (!is.null(external_indexing)) {
        return(.external_split(external_indexing, n_cells, cell_names))
    }
    split <- split_cells(n_cells, options, seed)
    .inform_moved_cells(split)
    split[.split_parts]
}

.inform_moved_cells <- function(split) {
    if (!split$n_moved) {
        return(invisible())
    }
    part <- if (length(split$validation)) "validation" else "test"
    .inform(
        "The last minibatch of an epoch would have had ",
        .pluralize(split$n_moved, "cell"), ", too few for batch ",
        "normalization: moved to the ", part, " part. ",
        length(split$train), " cells train, ", length(split$validation),
        " validate."
    )
}

.split_parts <- c("train", "validation", "test")

.external_split <- function(given, n_cells, cell_names) {
    argument <- "external_indexing"
    if (!is.list(given) || !length(given) || length(given) > 3) {
        .stop_argument(
            argument, "`external_indexing` must be a list of the cells for ",
            "training, validation and test, each positions, names or TRUE ",
            "and FALSE."
        )
    }
    if (is.null(names(given))) {
        names(given) <- .split_parts[seq_along(given)]
    }
    unknown <- setdiff(names(given), .split_parts)
    if (length(unknown)) {
        .stop_argument(
            argument, "`external_indexing` has unknown parts: ",
            .quote_first(unknown), "; there are ",
            .quote_first(.split_parts), "."
        )
    }
    split <- lapply(.split_parts, function(part) {
        if (!length(given[[part]])) {
            return(integer())
        }
        .positions(given[[part]], n_cells, cell_names,
                   paste0(argument, "$", part), "cells")
    })
    names(split) <- .split_parts
    if (is.null(given$train)) {
        split$train <- setdiff(
            seq_len(n_cells), c(split$validation, split$test)
        )
    }
    .check_split(split, n_cells)
}

.check_split <- function(split, n_cells) {
    argument <- "external_indexing"
    for (part in .split_parts) {
        twice <- sum(duplicated(split[[part]]))
        if (twice) {
            .stop_argument(
                argument, "`external_indexing$", part, "` holds ",
                .pluralize(twice, "cell"), " more than once."
            )
        }
    }
    pairs <- list(
        .split_parts[1:2], .split_parts[c(1, 3)], .split_parts[2:3]
    )
    for (pair in pairs) {
        shared <- length(intersect(split[[pair[1]]], split[[pair[2]]]))
        if (shared) {
            .stop_argument(
                argument, "`external_indexing` has ",
                .pluralize(shared, "cell"), " both in `", pair[1],
                "` and in `", pair[2], "`."
            )
        }
    }
    if (!length(split$train)) {
        .stop_argument(argument, "`external_indexing$train` has no cells.")
    }
    missing <- n_cells - sum(lengths(split))
    if (missing) {
        .stop_argument(
            argument, "`external_indexing` leaves out ", missing,
            " of the ", n_cells, " cells; put them into one of the parts."
        )
    }
    split
}
