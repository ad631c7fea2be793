# A reference's cells and a query's as one object.

# `known`: the reference's cells, see .joint_cells().
# `query_data`: `x` with counts that may be read once more.
.add_joint <- function(x, query, known, name, query_data) {
    parts <- list(
        reference = known, query = .joint_cells(query, query_data, "x")
    )
    sources <- names(parts)
    n_cells <- vapply(parts, `[[`, 0L, "n_cells")
    cells <- .join_names(lapply(parts, `[[`, "cell_names"), sources, n_cells)
    counts <- .bind_cells(.same_storage(lapply(parts, `[[`, "counts")))
    dimnames(counts) <- list(.genes(query), cells)
    table <- .join_tables(lapply(parts, function(part) {
        DataFrame(part$cell_data)
    }))
    table$cells_of <- rep(sources, n_cells)
    rownames(table) <- cells
    latent <- do.call(rbind, lapply(parts, function(part) {
        latent_representation(
            .handle(query), part$cells, TRUE, 5000, .inference_batch_size,
            .run(query)$seed, .compute_options(NULL, "auto")
        )
    }))
    .as_joint(x, counts, table, .name_latent(latent, cells), query, name)
}

# Either part's counts, table and names. The reference's covariates are read as
# it read them itself: its codes mean the same to the query model.
.joint_cells <- function(model, data, argument) {
    found <- tryCatch(
        .query(model, data, list(), subset.col = NULL, name = NULL,
               needs_counts = TRUE, known = character()),
        scvigor_argument_error = function(error) {
            .stop_argument(
                argument, "`", argument, "`: ", conditionMessage(error)
            )
        }
    )
    n_cells <- ncol(found$cells$counts)
    table <- found$cell_data
    if (is.null(table)) {
        table <- S4Vectors::make_zero_col_DFrame(n_cells)
    }
    list(
        cells = found$cells, counts = found$cells$counts, n_cells = n_cells,
        cell_data = table, cell_names = found$cell_names
    )
}

.as_joint <- function(x, counts, table, latent, model, name) {
    UseMethod(".as_joint")
}

.as_joint.SummarizedExperiment <- function(x, counts, table, latent, model,
                                           name) {
    assay.type <- .registry(model)$source$assay.type
    assays <- list(counts)
    names(assays) <- if (is.character(assay.type)) assay.type else "counts"
    joint <- SingleCellExperiment(assays, colData = table)
    .add_latent(joint, model, latent, name)
}

.as_joint.Seurat <- function(x, counts, table, latent, model, name) {
    joint <- SeuratObject::CreateSeuratObject(
        as(counts, "dgCMatrix"), assay = .registry(model)$source[["assay"]],
        meta.data = as.data.frame(table)
    )
    .add_latent(joint, model, latent, name)
}
