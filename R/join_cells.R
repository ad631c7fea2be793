# A reference's cells and a query's as one object.

.add_joint <- function(x, query, reference, reference_data, name) {
    parts <- .joint_parts(x, query, reference, reference_data)
    sources <- names(parts)
    cells <- .join_names(lapply(parts, `[[`, "cell_names"), sources)
    counts <- do.call(cbind, .same_storage(lapply(parts, `[[`, "counts")))
    dimnames(counts) <- list(.genes(query), cells)
    table <- .join_tables(lapply(parts, function(part) {
        DataFrame(part$cell_data)
    }))
    table$cells_of <- rep(sources, vapply(parts, `[[`, 0L, "n_cells"))
    rownames(table) <- cells
    latent <- .name_latent(do.call(rbind, lapply(parts, `[[`, "latent")), cells)
    .as_joint(x, counts, table, latent, query, name)
}

# Either part's counts, table, names and latent coordinates, all as the query
# model sees them. The reference's covariates are read as it read them itself:
# its codes mean the same to the query model.
.joint_parts <- function(x, query, reference, reference_data) {
    part <- function(model, data) {
        found <- tryCatch(
            .query(model, data, subset.col = NULL, name = NULL,
                   needs_counts = TRUE, known = character()),
            scvigor_argument_error = function(error) {
                .stop_argument("reference_data", "`reference_data`: ",
                               conditionMessage(error))
            }
        )
        n_cells <- ncol(found$cells$counts)
        table <- found$cell_data
        if (is.null(table)) {
            table <- S4Vectors::make_zero_col_DFrame(n_cells)
        }
        list(
            counts = found$cells$counts, n_cells = n_cells,
            cell_data = table, cell_names = found$cell_names,
            latent = latent_representation(
                .handle(query), found$cells, TRUE, 5000,
                .inference_batch_size, .run(query)$seed,
                .compute_options(NULL, "auto")
            )
        )
    }
    list(reference = part(reference, reference_data), query = part(query, x))
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
        as(counts, "dgCMatrix"), assay = .registry(model)$source$assay,
        meta.data = as.data.frame(table)
    )
    .add_latent(joint, model, latent, name)
}
