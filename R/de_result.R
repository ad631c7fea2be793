# The table that differentialExpression() returns.

# `parameters`: further ones that the metadata record.
.de_result <- function(tables, design, query, test, sampling, fdr_target,
                       parameters) {
    genes <- .genes(query$model)
    rows <- Map(function(table, comparison) {
        .de_rows(table, comparison, design, genes, test, fdr_target)
    }, tables, design$comparisons)
    result <- do.call(rbind, rows)
    row.names(result) <- NULL
    result <- DataFrame(result, check.names = FALSE)
    value_of <- function(field) {
        unique(vapply(tables, `[[`, 1, field))
    }
    result <- new("SCVIDifferentialExpression", result)
    metadata(result) <- c(list(
        mode = if (test$vanilla) "vanilla" else "change",
        delta = if (!test$vanilla) value_of("delta"),
        pseudocount = if (!test$vanilla) value_of("pseudocounts"),
        fdr_target = if (!test$vanilla) fdr_target,
        seed = sampling$seed
    ), parameters, list(columns = .de_dictionary(names(result))))
    result
}

.de_rows <- function(table, comparison, design, genes, test, fdr_target) {
    columns <- table$columns
    names(columns) <- .interval_names(
        names(columns), test$cred_interval_lvls
    )
    rows <- data.frame(gene = genes, columns, check.names = FALSE)
    key <- if (test$vanilla) "bayes_factor" else "proba_de"
    # Ties by the size of the change, which scvi-tools leaves to chance.
    size <- if (test$vanilla) 0 * rows$scale1 else abs(rows$lfc_median)
    rows <- rows[order(-rows[[key]], -size), ]
    if (!test$vanilla) {
        rows$is_de <- .fdr_calls(rows$proba_de, fdr_target)
    }
    if (design$named) {
        rows$comparison <- paste(comparison$group1, "vs", comparison$group2)
        rows$group1 <- comparison$group1
        rows$group2 <- comparison$group2
    }
    if (design$within) {
        rows$within <- comparison$within
    }
    first <- intersect(.first_de_columns, names(rows))
    rows[c(first, setdiff(names(rows), first))]
}

# What is read first. In mode "vanilla" some are missing.
.first_de_columns <- c(
    "gene", "comparison", "within", "lfc_median", "proba_de", "is_de",
    "proba_m1", "proba_m2"
)

# The core counts levels; scvi-tools names them, with 5 characters.
.interval_names <- function(names, levels) {
    for (k in seq_along(levels)) {
        level <- substr(.number_text(levels[k]), 1, 5)
        for (end in c("_min", "_max")) {
            from <- paste0("lfc_confidence_interval_", k - 1, end)
            names[names == from] <-
                paste0("lfc_confidence_interval_", level, end)
        }
    }
    names
}

# The genes with the highest probabilities, as many as keep the expected share
# of false ones at the target.
.fdr_calls <- function(proba, target) {
    sorted <- order(-proba)
    # Summed in double precision, as scvi-tools does: cumsum() has more, and
    # an expected share at the target itself would fall on the other side.
    expected <- Reduce(`+`, 1 - proba[sorted], accumulate = TRUE) /
        seq_along(proba)
    calls <- logical(length(proba))
    calls[sorted[seq_len(sum(expected <= target))]] <- TRUE
    calls
}

# Of the counts as they are.
.raw_statistics <- function(counted, sizes, comparison) {
    mean_of <- function(field, parts) {
        rowSums(counted[[field]][, parts, drop = FALSE]) / sum(sizes[parts])
    }
    fields <- c(
        raw_mean = "total", non_zeros_proportion = "non_zeros",
        raw_normalized_mean = "normalized"
    )
    out <- list()
    for (name in names(fields)) {
        for (side in 1:2) {
            parts <- comparison[[paste0("parts", side)]]
            out[[paste0(name, side)]] <- mean_of(fields[[name]], parts)
        }
    }
    out
}

.de_dictionary <- function(names) {
    known <- c(
        gene = "name of the gene",
        proba_de = "probability that the change lies beyond delta",
        proba_not_de = "1 - proba_de",
        proba_m1 = "probability that expression is higher in group 1",
        proba_m2 = "1 - proba_m1",
        bayes_factor = "log odds of the two probabilities (natural log)",
        pseudocounts = "what was added to expression before the ratio",
        delta = "smallest log2 fold change that counts",
        lfc_mean = "mean log2 fold change, group 1 over group 2",
        lfc_median = "its median", lfc_std = "its standard deviation",
        lfc_min = "its minimum", lfc_max = "its maximum",
        lfc_confidence_interval =
            "end of the shortest interval with this share of the changes",
        is_de = "TRUE: called at the expected false discovery rate",
        comparison = "the two sides",
        within = "level inside of which the sides were compared"
    )
    # of group 1 and of group 2
    known_of_group <- c(
        scale = "mean share of a cell's expression, by the model",
        raw_mean = "mean count",
        non_zeros_proportion = "share of the cells with a count",
        raw_normalized_mean = "mean count per 10,000 of the cell",
        group = "name"
    )
    of_group <- sub("[12]$", "", names) %in% names(known_of_group)
    stem <- ifelse(
        of_group, sub("[12]$", "", names),
        sub("(interval)_[0-9.e-]+(_min|_max)$", "\\1", names)
    )
    out <- ifelse(
        of_group,
        paste0(known_of_group[stem], ", group ", sub(".*(.)$", "\\1", names)),
        known[stem]
    )
    stats::setNames(unname(out), names)
}
