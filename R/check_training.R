# What would spoil a training, or make its result useless, is found before it
# begins.

# Warnings about data that can be trained on, but may not be what was meant.
.warn_about_data <- function(data, num_threads) {
    .warn_transposed(data$counts, data$label)
    cells <- colnames(data$counts)
    twice <- unique(cells[duplicated(cells)])
    if (length(twice)) {
        .warn(
            data$label, " has several cells with the same name: ",
            .quote_first(twice, 3), ". They cannot be told apart by name."
        )
    }
    empty <- find_empty_genes(data$counts, num_threads)
    if (length(empty)) {
        .warn(
            data$label, " has ", .pluralize(length(empty), "gene"),
            " without a single count",
            if (!is.null(rownames(data$counts))) {
                paste0(": ", .quote_first(rownames(data$counts)[empty], 3))
            },
            ". They can be left out with `subset.row`."
        )
    }
}

# A barcode, with the prefix and the suffixes that programs give it to tell
# samples apart: "s1_ACGTACGTACGT-1", "ACGTACGTACGT-1_2".
.barcode_pattern <- "(^|[^A-Za-z0-9])[ACGTN]{10,}([-_.][0-9A-Za-z]+)*$"

# Barcodes among the rows, or well-known genes among the columns.
.warn_transposed <- function(counts, label) {
    rows <- head(rownames(counts), 1000)
    columns <- head(colnames(counts), 1000)
    barcodes <- function(names) {
        length(names) > 0 &&
            mean(grepl(.barcode_pattern, names)) > 0.5
    }
    genes <- function(names) {
        length(names) > 0 && mean(grepl(
            "^(ENS[A-Z]*G[0-9]{11}|(MT|RP[LS]|HLA)[-0-9][-A-Z0-9]*)", names,
            ignore.case = TRUE
        )) > 0.5
    }
    if (barcodes(rows) && !barcodes(columns) ||
        genes(columns) && !genes(rows)) {
        .warn(
            label, " seems to be transposed: its rows, which must be genes, ",
            "are called ", .quote_first(rows, 2), ". Give t(x) if they are ",
            "cells."
        )
    }
}

# Values that no count likelihood is made for, and what they look like.
.describe_fractions <- function(counts) {
    if (is(counts, "PackedCounts")) {
        some <- .take_packed(counts, cells = seq_len(min(ncol(counts), 1000)))
        counts <- as(some, "dgCMatrix")
    }
    values <- if (is.matrix(counts)) counts else slot(counts, "x")
    if (max(values) > 30) {
        totals <- Matrix::colSums(counts)
    } else {
        if (is.matrix(counts)) {
            counts <- expm1(counts)
        } else {
            slot(counts, "x") <- expm1(values)
        }
        totals <- Matrix::colSums(counts)
        if (.are_equal(totals)) {
            return(paste0(
                " They look like logarithms of counts that were scaled to a ",
                "total of ", signif(totals[1], 3), "."
            ))
        }
        return(" They look like logarithms.")
    }
    if (.are_equal(totals)) {
        paste0(
            " They look like counts that were scaled to a total of ",
            signif(totals[1], 3), "."
        )
    }
}

.are_equal <- function(totals) {
    totals <- totals[totals > 0]
    length(totals) > 1 && diff(range(totals)) < 1e-3 * totals[1]
}

# Nearly as many levels as cells.
.warn_many_levels <- function(levels, values, label, argument) {
    n_cells <- length(values)
    if (n_cells < 20 || length(levels) <= n_cells / 2) {
        return(FALSE)
    }
    .warn(
        label, " has ", length(levels), " levels for ", n_cells, " cells. ",
        if (is.numeric(values) && argument != "labels") {
            paste0(
                "Numbers that vary from cell to cell belong in ",
                "`continuous_covariates`."
            )
        } else {
            paste0(
                "Are these cell names? Little can be learned about levels ",
                "that so few cells have."
            )
        }
    )
    TRUE
}

# With a learned library size each batch has a prior, a log-normal with the mean
# and variance of its cells' totals. Without a variance there is none.
.check_library_prior <- function(model_options, log_library, codes, registry,
                                 n_known = 0) {
    if (model_options$use_observed_lib_size) {
        return(invisible())
    }
    log_library[is.infinite(log_library)] <- 0
    batch <- if (is.null(codes$batch)) 0 * log_library else codes$batch
    for (level in setdiff(unique(batch), seq_len(n_known) - 1)) {
        totals <- log_library[batch == level]
        if (mean((totals - mean(totals))^2) > 1e-12) {
            next
        }
        name <- registry$batch$levels[level + 1]
        .stop_argument(
            "use_observed_lib_size", "With `use_observed_lib_size = FALSE` ",
            "the prior of a batch's library sizes is made of the mean and the ",
            "variance of its cells' totals, but ",
            if (is.null(name)) "the data" else paste0("batch \"", name, "\""),
            if (length(totals) == 1) {
                " has one cell only"
            } else if (all(totals == 0)) {
                " has empty cells only"
            } else {
                " has cells of one total only"
            },
            ", and no variance. Leave ",
            if (length(totals) == 1) "that cell" else "those cells",
            " out, join batches, or use the observed library size (TRUE)."
        )
    }
}
