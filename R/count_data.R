# What a verb reads from an object: counts (genes x cells, a dgCMatrix,
# PackedCounts or a dense matrix), the table of the cells (or NULL), and what
# the counts are called in messages.

# `convert`: what makes the counts a matrix that the core reads; `cache`: where
# those that are on disk are kept.
.count_data <- function(x, assay.type = "counts", altexp = NULL,
                        assay = NULL, convert = .as_counts, cache = "auto") {
    .check_source(assay.type, altexp, assay)
    .check_choice(cache, c("auto", "memory", "disk"), "cache")
    UseMethod(".count_data")
}

# As counts of no genes: the number and the names of cells, which columns and
# vectors are read against where no counts are needed.
.cells_without_counts <- function(n_cells, names = NULL) {
    matrix(0, 0, n_cells, dimnames = if (!is.null(names)) list(NULL, names))
}

# One name each; an assay may be a position.
.check_source <- function(assay.type, altexp, assay) {
    is_position <- is.numeric(assay.type) && length(assay.type) == 1 &&
        is.null(dim(assay.type))
    if (!is_position) {
        .check_name(assay.type, "assay.type")
    }
    for (argument in c("altexp", "assay")) {
        if (!is.null(get(argument))) {
            .check_name(get(argument), argument)
        }
    }
}

.new_count_data <- function(counts, cell_data, label,
                            has_checked_slots = FALSE, convert = .as_counts,
                            cache = "auto") {
    counts <- convert(counts, label, has_checked_slots, cache)
    if (!nrow(counts)) {
        .stop_argument("x", label, " has no genes.")
    }
    if (!ncol(counts)) {
        .stop_argument("x", label, " has no cells.")
    }
    counts <- .with_checked_names(counts, label)
    if (!is.null(cell_data) && nrow(cell_data) != ncol(counts)) {
        .stop_argument(
            "x", label, " has ", .pluralize(ncol(counts), "cell"), ", but the ",
            "cell table has ", .pluralize(nrow(cell_data), "row"), "."
        )
    }
    list(counts = counts, cell_data = cell_data, label = label)
}

# Names of genes and cells are UTF-8 inside; those of genes are unique.
.with_checked_names <- function(counts, label) {
    genes <- .checked_names(rownames(counts), label, "gene")
    cells <- .checked_names(colnames(counts), label, "cell")
    duplicated_genes <- unique(genes[duplicated(genes)])
    if (length(duplicated_genes)) {
        .stop_argument(
            "x", label, " has duplicated gene names: ",
            .quote_first(duplicated_genes), ". Make them unique, for instance ",
            "with make.unique(rownames(x))."
        )
    }
    names <- if (!is.null(genes) || !is.null(cells)) list(genes, cells)
    if (!identical(dimnames(counts), names) &&
        (!is.null(names) || !is(counts, "Matrix"))) {
        dimnames(counts) <- names
    }
    counts
}

.checked_names <- function(names, label, thing) {
    if (is.null(names)) {
        return(NULL)
    }
    if (anyNA(names)) {
        .stop_argument(
            "x", label, " has ", .pluralize(sum(is.na(names)), thing),
            " whose name is NA. Name them all, or none."
        )
    }
    .to_utf8(as.character(names), paste(label, "has a", thing, "name:"), "x")
}

.count_data.default <- function(x, ..., convert = .as_counts, cache = "auto") {
    # A damaged Matrix may have no dimensions: .check_slots() says so.
    if (is(x, "Matrix") ||
        (isS4(x) && length(dim(x)) == 2 && !is(x, "DataFrame"))) {
        return(.count_data.matrix(x, convert = convert, cache = cache))
    }
    .stop_argument(
        "x", "`x` must be a matrix, a sparse matrix, a SummarizedExperiment, ",
        "a SingleCellExperiment, a Seurat object or the path of a file, not ",
        class(x)[1], "."
    )
}

.count_data.matrix <- function(x, ..., convert = .as_counts, cache = "auto") {
    .new_count_data(x, NULL, "`x`", convert = convert, cache = cache)
}

.count_data.Matrix <- .count_data.matrix

.count_data.DelayedMatrix <- .count_data.matrix

.count_data.SummarizedExperiment <- function(x, assay.type = "counts",
                                             altexp = NULL, assay = NULL,
                                             convert = .as_counts,
                                             cache = "auto") {
    cell_data <- colData(x)
    if (!is.null(altexp)) {
        x <- .alternative_experiment(x, altexp)
    }
    label <- paste0("Assay \"", assay.type, "\"")
    .new_count_data(
        .named_assay(x, assay.type), cell_data, label,
        has_checked_slots = TRUE, convert = convert, cache = cache
    )
}

.alternative_experiment <- function(x, altexp) {
    known <- if (is(x, "SingleCellExperiment")) altExpNames(x)
    position <- .position_of(altexp, known)
    if (is.na(position)) {
        .stop_argument(
            "altexp", "There is no alternative experiment \"", altexp,
            "\"; there ", .or_choices(known), .near_miss(altexp, known)
        )
    }
    altExp(x, position)
}

.named_assay <- function(x, assay.type) {
    known <- assayNames(x)
    position <- if (is.character(assay.type)) {
        .position_of(assay.type, known)
    } else {
        match(assay.type, seq_along(SummarizedExperiment::assays(x)))
    }
    if (is.na(position)) {
        .stop_argument(
            "assay.type", "There is no assay \"", assay.type, "\"; there ",
            .or_choices(known), .near_miss(as.character(assay.type), known),
            if (!length(known)) {
                " unminify() gives an object the counts that minify() took."
            }
        )
    }
    # Giving the assay its names costs assay() more time than a small query
    # takes, so it is done by hand, and only where they differ.
    counts <- assay(x, position, withDimnames = FALSE)
    if (is(counts, "Matrix")) {
        counts <- .check_slots(counts, paste0("Assay \"", assay.type, "\""))
    }
    .check_assay_size(counts, x, assay.type)
    names <- .experiment_names(x)
    if (!identical(dimnames(counts), names)) {
        dimnames(counts) <- names
    }
    counts
}

# The rows of its tables are the genes and cells of an assay, unless it was
# changed by hand.
.check_assay_size <- function(counts, x, assay.type) {
    if (length(dim(counts)) != 2) {
        .stop_argument(
            "x", "Assay \"", assay.type, "\" must be a matrix of genes x ",
            "cells, not ", class(counts)[1], "."
        )
    }
    is_ranged <- class(x)[1] %in% .ranged_classes
    expected <- c(
        gene = length(if (is_ranged) slot(x, "rowRanges") else x),
        cell = nrow(colData(x))
    )
    wrong <- which(dim(counts) != expected)[1]
    if (!is.na(wrong)) {
        thing <- names(expected)[wrong]
        .stop_argument(
            "x", "Assay \"", assay.type, "\" has ",
            .pluralize(dim(counts)[wrong], thing), ", but the ", thing,
            " table has ", .pluralize(expected[[wrong]], "row"), "."
        )
    }
}

# dimnames() of a SummarizedExperiment. That of ranged ones first brings the
# ranges of the genes to today's form, which takes most of the time of a small
# query and leaves their names alone; other classes may have names of their own.
.experiment_names <- function(x) {
    if (!class(x) %in% .ranged_classes) {
        return(dimnames(x))
    }
    genes <- names(slot(x, "rowRanges"))
    cells <- rownames(colData(x))
    if (!is.null(genes) || !is.null(cells)) list(genes, cells)
}

.ranged_classes <- c("RangedSummarizedExperiment", "SingleCellExperiment")

.or_choices <- function(known) {
    if (length(known)) paste("are", .quote_first(known, 20)) else "are none"
}

# One pass over all values. `likelihood` says whether counts are expected.
.check_counts <- function(data, likelihood, num_threads = 1) {
    found <- summarize_counts(data$counts, num_threads)
    if (found$n_not_finite) {
        .stop_argument(
            "x", data$label, " has ",
            .pluralize(found$n_not_finite, "missing or infinite value"),
            "; scVI needs every count."
        )
    }
    if (found$n_negative) {
        .stop_argument(
            "x", data$label, " has ",
            .pluralize(found$n_negative, "negative value"),
            "; scVI needs raw counts, not scaled or corrected values."
        )
    }
    if (found$n_fractional && .is_count_likelihood(likelihood)) {
        .warn(
            data$label, " has ", .pluralize(found$n_fractional, "fraction"),
            " among its values; a count likelihood expects raw counts.",
            .describe_fractions(data$counts), " Is `assay.type` right?"
        )
    }
    if (found$n_empty_cells) {
        .warn(
            data$label, " has ", .pluralize(found$n_empty_cells, "cell"),
            " without a single count: nothing can be learned about them."
        )
    }
    invisible(found)
}
