#' What a model keeps of its cells
#'
#' A minified model is about cells whose counts it does not have: it keeps the
#' mean and the variance of their latent posterior, their covariates and their
#' total counts. That is enough for latent space, normalized expression,
#' differential expression, predictive samples and more. Models are minified
#' when [trainSCVI()] returns them; functions that cannot do without counts,
#' such as [elbo()], ask for them as `x`.
#'
#' `minify()` with `x` makes the model one about the cells of `x`, which need
#' not be those of its training: it computes their posterior. `unminify()` is
#' the reverse. From a model it takes all that is known of single cells, but
#' their names and the split, which leaves a smaller model that can be passed
#' on without the cells; it needs `x` for everything.
#'
#' From a SingleCellExperiment with a model, `minify()` removes all assays,
#' unless `keep_counts = TRUE`. Functions that are given the object then
#' answer from the model's posterior. Subsets of its cells can be taken as
#' usual. `unminify()` with the full data as `x` puts the counts back.
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param x Cells, in any form that [trainSCVI()] takes. `minify()`: whose
#'   posterior the model is to keep. NULL (default): those that it keeps
#'   already, or for another object its own. `unminify()`: where the counts of
#'   a minified object come from; not used for a model.
#' @param ... How to read `x`, as in [latentRepresentation()].
#' @param keep_counts TRUE: leave the assays of an object in place. FALSE
#'   (default): remove them.
#' @param name The name of the result in `object`, see [scviModel()].
#' @param num_threads,accelerator As in [latentRepresentation()].
#'
#' @return `minify()` and `unminify()`: a model or object like `object`, which
#'   stays as it is. `isMinified()`: TRUE or FALSE.
#' @seealso [saveSCVI()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 2, n_hidden = 16)
#' isMinified(model)
#' bare <- unminify(model)
#' bare
#' again <- minify(bare, x = sce)
#' identical(latentRepresentation(again), latentRepresentation(model))
#'
#' # an object without its counts
#' small <- minify(runSCVI(sce, max_epochs = 2, n_hidden = 16))
#' SummarizedExperiment::assayNames(small)
#' dim(normalizedExpression(small))
#' @export
minify <- function(object, x = NULL, ..., keep_counts = FALSE, name = NULL,
                   num_threads = NULL, accelerator = "auto") {
    .check_flag(keep_counts, "keep_counts")
    .check_choice(accelerator, c("auto", "cpu", "cuda"), "accelerator")
    compute <- .compute_options(num_threads, accelerator)
    model <- scviModel(object, name)
    .check_can_minify(model, object)
    if (.is_model_or_path(object)) {
        if (is.null(x)) {
            .check_dots(list(...), names(formals()))
            .check_has_cells(model)
            return(model)
        }
        return(.with_cells_of(model, x, ..., compute = compute))
    }
    if (!is.null(x)) {
        .stop_argument(
            "x", "The object has cells of its own, and `x` is not needed; ",
            "minify(scviModel(object), x) makes a model about other cells."
        )
    }
    if (.is_minified_object(object, name)) {
        return(object)
    }
    model <- .with_cells_of(model, object, ..., compute = compute)
    .set_minified(object, .result_name(object, name), model, keep_counts)
}

.set_generic("minify", c("object", "x"))

#' @rdname minify
#' @export
unminify <- function(object, x = NULL, ..., name = NULL) {
    model <- scviModel(object, name)
    if (.is_model_or_path(object)) {
        .check_dots(list(...), "name")
        if (!is.null(x)) {
            .stop_argument(
                "x", "`x` gives counts back to a minified object; a model ",
                "holds none."
            )
        }
        return(.with_cells(
            model, cells = as.character(.cell_names(model)), codes = list(),
            split = .split(model), posterior = list(),
            log_library = numeric()
        ))
    }
    .check_reading_arguments(list(...), c("object", "x", "name"))
    if (!.is_minified_object(object, name)) {
        return(object)
    }
    .unset_minified(object, .result_name(object, name), x, ...)
}

.set_generic("unminify", c("object", "x"))

#' @rdname minify
#' @export
isMinified <- function(object, name = NULL) {
    model <- scviModel(object, name)
    if (.is_model_or_path(object)) {
        return(.has_cells(model))
    }
    .is_minified_object(object, name)
}

.set_generic("isMinified", "object")

# A model, or the path of one.
.is_model_or_path <- function(object) {
    is(object, "SCVIModel") || is.character(object)
}

.has_cells <- function(model) {
    length(.posterior(model)) > 0
}

.check_has_cells <- function(model) {
    if (!.has_cells(model)) {
        .stop_argument(
            "x", "The model keeps no cells; give the data as `x`, or once and ",
            "for all with minify(model, x)."
        )
    }
}

.check_can_minify <- function(model, object) {
    options <- .model_options(model)
    if (!options$use_observed_lib_size && !options$use_size_factor) {
        .stop_argument(
            "use_observed_lib_size", "A model with `use_observed_lib_size = ",
            "FALSE` infers the library size of a cell from its counts and ",
            "cannot do without them; train one with TRUE to minify it."
        )
    }
    if (!.is_model_or_path(object) && !is(object, "SummarizedExperiment")) {
        .stop_argument(
            "object", "minify() takes a model or a SingleCellExperiment, not ",
            class(object)[1], "; scviModel() takes the model out, and it is ",
            "minified."
        )
    }
}

.with_cells_of <- function(model, x, ..., compute) {
    query <- .query(
        model, x, list(...), subset.col = NULL, name = NULL,
        needs_counts = FALSE,
        known = c("x", "keep_counts", "num_threads", "accelerator"),
        num_threads = compute$num_threads
    )
    .with_query_cells(model, query, compute)
}

# A model without cells becomes one about those of `x`; `given` says how to
# read them.
.with_training_cells <- function(model, x, given, compute) {
    if (.has_cells(model)) {
        return(model)
    }
    do.call(.with_cells_of, c(list(model, x), given, list(compute = compute)))
}

# The model about the cells of a query. The split is that of training where
# they are its cells, otherwise they belong to no part of it.
.with_query_cells <- function(model, query, compute) {
    log_library <- log_library_sizes(query$cells$counts)
    same <- .are_same_cells(model, query, log_library)
    if (same && .has_cells(model)) {
        return(model)
    }
    no_split <- setNames(rep(list(integer()), 3), .split_parts)
    .with_cells(
        model, cells = as.character(query$cell_names), codes = query$codes,
        split = if (same) .split(model) else no_split,
        posterior = latent_posterior(
            query$pointer, query$cells, .inference_batch_size, compute
        ),
        log_library = log_library
    )
}

.are_same_cells <- function(model, query, log_library) {
    known <- .cell_names(model)
    n_cells <- sum(lengths(.split(model)))
    if (length(log_library) != n_cells ||
        (length(known) && !identical(known, query$cell_names))) {
        return(FALSE)
    }
    !.has_cells(model) ||
        (isTRUE(all.equal(log_library, .log_library(model))) &&
            identical(
                .numeric_codes(query$codes), .numeric_codes(.codes(model))
            ))
}

.numeric_codes <- function(codes) {
    lapply(codes, function(code) as.numeric(unlist(code)))
}
