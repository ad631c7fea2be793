# Objects of the package anndataR, in memory or on disk, through their own
# interface: cells x genes, with tables of both.

.count_data.AbstractAnnData <- function(x, assay.type = "counts", altexp = NULL,
                                        assay = NULL, convert = .as_counts,
                                        cache = "auto") {
    name <- .anndata_matrix(x, assay.type)
    counts <- if (name == "X") x$X else x$layers[[name]]
    counts <- if (is(counts, "Matrix")) Matrix::t(counts) else t(counts)
    dimnames(counts) <- list(x$var_names, x$obs_names)
    label <- if (name == "X") "X" else paste0("Layer \"", name, "\"")
    .new_count_data(counts, x$obs, label, convert = convert, cache = cache)
}

# "counts" is X where there is no layer of this name.
.anndata_matrix <- function(x, assay.type) {
    known <- c(names(x$layers), if (!is.null(x$X)) "X")
    if (identical(assay.type, "counts") && !"counts" %in% known) {
        assay.type <- "X"
    }
    if (!assay.type %in% known) {
        .stop_argument(
            "assay.type", "There is no matrix \"", assay.type, "\"; there ",
            .or_choices(known), .near_miss(as.character(assay.type), known)
        )
    }
    assay.type
}
