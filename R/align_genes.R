# The genes of cells and the genes of a model, matched by name.

# The model's genes in the model's order. Those that a query model was loaded
# without, `padded`, may be missing: they have no counts.
.match_genes <- function(counts, genes, label, padded = NULL) {
    if (is.null(rownames(counts))) {
        if (nrow(counts) != length(genes)) {
            .stop_argument(
                "x", label, " has ", nrow(counts), " genes without names; ",
                "the model has ", length(genes), ". Name the rows."
            )
        }
        return(counts)
    }
    if (identical(rownames(counts), genes)) {
        return(counts)
    }
    counts <- .match_seurat_dashes(counts, genes)
    missing <- setdiff(genes, rownames(counts))
    absent <- setdiff(missing, padded)
    if (length(absent)) {
        .stop_argument(
            "x", label, " lacks ", length(absent), " of the model's ",
            length(genes), " genes: ", .quote_first(absent), "."
        )
    }
    .pad_genes(counts, genes, missing)
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
