# Counts of a Seurat object. SeuratObject 5 gives access to layers ("counts", or
# "counts.1", "counts.2" ... after a split) of assays of any class; SeuratObject
# 4 knows the slot "counts" only.

.count_data.Seurat <- function(x, assay.type = "counts", altexp = NULL,
                               assay = NULL, convert = .as_counts,
                               cache = "auto") {
    assay <- .seurat_assay(x, assay)
    known <- .seurat_assays(x)
    if (!isTRUE(.is_one_of(assay, known))) {
        .stop_argument(
            "assay", "There is no assay \"", assay, "\"; there ",
            .or_choices(known), .near_miss(assay, known)
        )
    }
    assay <- known[.position_of(assay, known)]
    label <- paste0("Layer \"", assay.type, "\" of assay \"", assay, "\"")
    counts <- .seurat_counts(
        x[[assay]], assay.type, label, colnames(x), cache
    )
    data <- .new_count_data(
        counts, .seurat_cell_table(x), label, convert = convert, cache = cache
    )
    # the default assay of today, for the calls to come
    data$assay <- assay
    data
}

# The assay that is asked for; NULL: the default one.
.seurat_assay <- function(x, assay = NULL) {
    if (is.null(assay)) SeuratObject::DefaultAssay(x) else assay
}

# Assays() fails where there is none.
.seurat_assays <- function(x) {
    tryCatch(SeuratObject::Assays(x), error = function(error) NULL)
}

# The table in the order of the cells, also where it was replaced by hand.
.seurat_cell_table <- function(x) {
    table <- x[[]]
    order <- .positions_by_name(
        rownames(table), colnames(x), nrow(table), "x", "The cell table of `x`",
        "cells"
    )
    if (is.null(order)) table else table[order, , drop = FALSE]
}

.seurat_counts <- function(assay, layer, label, cells, cache = "auto") {
    counts <- if ("LayerData" %in% getNamespaceExports("SeuratObject")) {
        .layer_counts(assay, layer, label, cells, cache)
    } else {
        .slot_counts(assay, layer, label, cells)
    }
    if (!length(counts)) {
        .stop_argument(
            "assay.type", label, " is empty; scVI needs the raw counts."
        )
    }
    counts
}

.slot_counts <- function(assay, slot, label, cells) {
    known <- c("counts", "data", "scale.data")
    if (!isTRUE(slot %in% known)) {
        .stop_argument(
            "assay.type", label, " does not exist; there ",
            .or_choices(known), .near_miss(slot, known)
        )
    }
    counts <- SeuratObject::GetAssayData(assay, slot = slot)
    if (is(counts, "Matrix")) {
        counts <- .check_slots(counts, label)
    }
    if (length(counts) && !identical(colnames(counts), cells)) {
        counts <- .join_layers(list(counts), rownames(counts), cells, label)
    }
    counts
}

.layer_counts <- function(assay, layer, label, cells, cache) {
    known <- getExportedValue("SeuratObject", "Layers")(assay)
    layers <- .matching_layers(layer, known)
    if (!length(layers)) {
        .stop_argument(
            "assay.type", label, " does not exist; there ",
            .or_choices(known), .near_miss(layer, known)
        )
    }
    layer_data <- getExportedValue("SeuratObject", "LayerData")
    # It names the genes and cells of a matrix, which must be valid for that.
    read <- function(name) {
        tryCatch(layer_data(assay, layer = name), error = function(error) {
            .stop_argument(
                "x", label, " is not a valid matrix: ", conditionMessage(error)
            )
        })
    }
    .join_layers(
        lapply(layers, read),
        genes = rownames(assay), cells = cells, label = label, cache = cache
    )
}

# The layer itself, or its parts after a split by sample.
.matching_layers <- function(layer, known) {
    if (.is_one_of(layer, known)) {
        return(known[.position_of(layer, known)])
    }
    known[startsWith(.mark_utf8(known), paste0(.mark_utf8(layer), "."))]
}

# Layers hold their own genes and their own cells; both are joined by name.
# A gene that a layer lacks has no counts there.
.join_layers <- function(layers, genes, cells, label, cache = "auto") {
    if (length(layers) == 1 && identical(dimnames(layers[[1]]),
                                         list(genes, cells))) {
        return(layers[[1]])
    }
    names_of_cells <- unlist(lapply(layers, colnames))
    missing_cells <- setdiff(cells, names_of_cells)
    if (length(missing_cells)) {
        .stop_argument(
            "assay.type", label, " has no counts for ",
            .pluralize(length(missing_cells), "cell"), ", such as ",
            .quote_first(missing_cells, 3), "."
        )
    }
    if (any(vapply(layers, .is_on_disk, NA))) {
        return(.join_layers_on_disk(layers, genes, cells, label, cache))
    }
    entries <- lapply(layers, function(layer) {
        if (is(layer, "Matrix")) {
            layer <- .check_slots(layer, label)
        }
        found <- Matrix::summary(as(layer, "CsparseMatrix"))
        data.frame(
            i = match(rownames(layer), genes)[found$i],
            j = match(colnames(layer), cells)[found$j],
            x = found$x
        )
    })
    entries <- do.call(rbind, entries)
    entries <- entries[!is.na(entries$i) & !is.na(entries$j), ]
    sparseMatrix(
        i = entries$i, j = entries$j, x = entries$x,
        dims = c(length(genes), length(cells)), dimnames = list(genes, cells)
    )
}

# The same, where each is packed.
.join_layers_on_disk <- function(layers, genes, cells, label, cache) {
    parts <- lapply(layers, function(layer) {
        packed <- .as_counts(layer, label, cache = cache)
        names <- dimnames(layer)
        packed <- .pack(packed, label)
        packed <- .take_packed(packed, match(genes, names[[1]]))
        dimnames(packed) <- list(genes, names[[2]])
        packed
    })
    joined <- .join_packed(parts)
    joined <- .take_packed(
        joined, cells = match(cells, unlist(lapply(layers, colnames)))
    )
    dimnames(joined) <- list(genes, cells)
    joined
}
