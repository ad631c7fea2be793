# The genes of cells and the genes of a model, matched by name.

.match_model_genes <- function(data, model) {
    .match_genes(data$counts, .genes(model), data$label, .registry(model))
}

# The model's genes in the model's order. `registry` knows those that a query
# model was loaded without, `padded`: they may be missing and have no counts;
# and whether the model's genes have no names of their own, `unnamed_genes`.
.match_genes <- function(counts, genes, label, registry = list()) {
    if (identical(rownames(counts), genes)) {
        return(counts)
    }
    if (is.null(rownames(counts)) || isTRUE(registry$unnamed_genes)) {
        return(.match_genes_by_position(counts, genes, label, registry))
    }
    counts <- .match_seurat_dashes(counts, genes)
    missing <- setdiff(genes, rownames(counts))
    absent <- setdiff(missing, registry$padded)
    if (length(absent)) {
        .stop_argument(
            "x", label, " lacks ", length(absent), " of the model's ",
            length(genes), " genes: ", .quote_first(absent),
            if (any(colnames(counts) %in% genes)) {
                "; they are among the names of its columns: give t(x)."
            } else {
                .near_miss(absent, rownames(counts))
            }
        )
    }
    .pad_genes(counts, genes, missing)
}

# Where either side has no names, the number of genes must be the same.
.match_genes_by_position <- function(counts, genes, label, registry) {
    named <- !is.null(rownames(counts))
    if (nrow(counts) != length(genes)) {
        .stop_argument(
            "x", label, " has ", .pluralize(nrow(counts), "gene"),
            if (!named) " without names", "; the model ",
            if (named) "was trained on " else "has ", length(genes),
            if (named) " without names" else ". Name the rows", ".",
            if (ncol(counts) == length(genes)) {
                " Genes are rows: is `x` to be t(x)?"
            }
        )
    }
    if (!named) {
        return(counts)
    }
    if (setequal(rownames(counts), genes)) {
        .stop_argument(
            "x", label, " has the genes of the model in another order, but ",
            "the model was trained without their names. Give them in the ",
            "order of training, without names."
        )
    }
    .inform(
        "The model was trained on genes without names; those of ", label,
        " are taken to be the same, in the same order."
    )
    rownames(counts) <- genes
    counts
}

# Seurat writes "-" for "_" in the names of genes. Rows that only so differ from
# one of `genes` get its name.
.match_seurat_dashes <- function(counts, genes) {
    missing <- setdiff(genes, rownames(counts))
    others <- setdiff(rownames(counts), genes)
    if (!any(grepl("_", c(missing, others), fixed = TRUE))) {
        return(counts)
    }
    dashed <- gsub("_", "-", others, fixed = TRUE)
    ambiguous <- dashed %in% dashed[duplicated(dashed)]
    found <- match(
        gsub("_", "-", missing, fixed = TRUE), replace(dashed, ambiguous, NA)
    )
    same <- !is.na(found) & !duplicated(found)
    rows <- match(others[found[same]], rownames(counts))
    rownames(counts)[rows] <- missing[same]
    counts
}

# Rows of zeros for `missing`, sparse for sparse counts.
.pad_genes <- function(counts, genes, missing) {
    if (is(counts, "PackedCounts")) {
        counts <- .take_packed(counts, match(genes, rownames(counts)))
        rownames(counts) <- genes
        return(counts)
    }
    if (!length(missing)) {
        return(counts[match(genes, rownames(counts)), , drop = FALSE])
    }
    present <- setdiff(genes, missing)
    names <- list(missing, colnames(counts))
    dim <- c(length(missing), ncol(counts))
    zeros <- if (is(counts, "dgCMatrix")) {
        sparseMatrix(
            i = integer(), j = integer(), x = numeric(), dims = dim,
            dimnames = names
        )
    } else {
        matrix(0L, dim[1], dim[2], dimnames = names)
    }
    joined <- rbind(counts[present, , drop = FALSE], zeros)
    joined[match(genes, c(present, missing)), , drop = FALSE]
}

# Below this fraction of a reference's genes a query is doubtful.
.min_gene_overlap <- 0.8

# Genes of the reference that a query lacks.
.missing_genes <- function(counts, genes, label) {
    if (is.null(rownames(counts))) {
        return(character())
    }
    counts <- .match_seurat_dashes(counts, genes)
    missing <- setdiff(genes, rownames(counts))
    n_found <- length(genes) - length(missing)
    if (!n_found) {
        .stop_argument(
            "x", label, " has none of the reference's ", length(genes),
            " genes. The reference has ", .quote_first(genes, 3),
            ", `x` has ", .quote_first(rownames(counts), 3),
            "; are they the same kind of names?"
        )
    }
    overlap <- n_found / length(genes)
    if (overlap < .min_gene_overlap) {
        .warn(
            label, " has only ", n_found, " of the reference's ",
            length(genes), " genes (", floor(100 * overlap), " %); the others ",
            "count as 0. Below ", 100 * .min_gene_overlap, " % the result may ",
            "be poor."
        )
    } else if (length(missing)) {
        .inform(
            label, " lacks ", .pluralize(length(missing), "gene"), " of the ",
            "reference's ", length(genes), "; they count as 0: ",
            .quote_first(missing), "."
        )
    }
    missing
}
