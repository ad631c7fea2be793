#' @rdname saveSCVI
#' @export
loadSCVI <- function(path, x = NULL, ...) {
    .check_not_missing(missing(path), "path", "the path of a saved model")
    model <- .read_model(.check_path(path, "path"))
    if (is.null(x)) {
        .check_dots(list(...), names(formals()))
        if (!.has_cells(model)) {
            .warn(
                "The model in \"", path, "\" was saved without its cells. ",
                "Give cells as `x` to the functions that need them, or ",
                "to minify()."
            )
        }
        return(model)
    }
    if (.is_minified_object(x)) {
        return(.check_minified_cells(model, x))
    }
    query <- .query(
        model, x, list(...), subset.col = NULL, name = NULL,
        needs_counts = FALSE, known = "x"
    )
    .check_no_further_genes(model, query$n_genes_given)
    .with_query_cells(model, query, .compute_options(NULL, "auto"))
}

# Genes that the model does not have, although it was trained on all genes of
# its data: these are other data.
.check_no_further_genes <- function(model, n_given) {
    n_genes <- length(.genes(model))
    if (identical(.registry(model)$n_genes_given, n_genes) &&
        n_given > n_genes) {
        .stop_argument(
            "x", "`x` has ", n_given, " genes; the model was trained on all ",
            n_genes, " genes of its data. Functions such as ",
            "latentRepresentation() find the model's genes by name; here, ",
            "give x[genes, ] if that is what you mean."
        )
    }
}
