# Objects: what can be wrong with a matrix and with what holds one.

dense <- toy_counts(12, 40)
sparse <- as(dense, "dgCMatrix")
train <- function(x, ...) quick_train(x, ..., n_hidden = 8)

# ---- Slots -------------------------------------------------------------------

makers <- list(
    dgC = sparse, dgT = as(sparse, "TsparseMatrix"),
    dgR = as(sparse, "RsparseMatrix"), lgC = sparse > 0,
    dge = Matrix(dense, sparse = FALSE),
    dsC = forceSymmetric(tcrossprod(sparse)), ngC = as(sparse, "nMatrix")
)
damages <- list(
    na = function(v) replace(v, 2, NA), negative = function(v) replace(v, 2, -5),
    huge = function(v) replace(v, length(v), 2e9),
    zero = function(v) replace(v, seq_along(v), 0), short = function(v) v[-1],
    long = function(v) c(v, v), empty = function(v) v[0], list = as.list,
    text = as.character, gone = function(v) NULL, reversed = rev,
    nan = function(v) replace(as.double(v), 1, NaN),
    fraction = function(v) replace(as.double(v), 1, 0.5),
    named = function(v) stats::setNames(v, rep("a", length(v)))
)
damaged <- function(x, slot, damage) {
    value <- attr(x, slot)
    new <- suppressWarnings(damage(value))
    if (is.integer(value) && is.numeric(new)) {
        new <- as.integer(new)
    }
    attr(x, slot) <- new
    x
}

# The matrix that the slots say, without Matrix.
by_hand <- function(x) {
    dim <- x@Dim
    if (is(x, "denseMatrix")) {
        return(matrix(x@x, dim[1], dim[2], dimnames = x@Dimnames))
    }
    values <- if (.hasSlot(x, "x")) as.numeric(x@x) else 1
    if (.hasSlot(x, "p")) {
        # there may be room to spare behind the last value
        kept <- seq_len(max(x@p))
        values <- values[pmin(kept, length(values))]
    }
    if (is(x, "TsparseMatrix")) {
        i <- x@i
        j <- x@j
    } else if (is(x, "RsparseMatrix")) {
        i <- rep(seq_len(dim[1]) - 1, diff(x@p))
        j <- x@j[kept]
    } else {
        i <- x@i[kept]
        j <- rep(seq_len(dim[2]) - 1, diff(x@p))
    }
    out <- matrix(0, dim[1], dim[2])
    at <- cbind(i, j) + 1
    values <- rep_len(values, nrow(at))
    for (k in seq_len(nrow(at))) {
        out[at[k, 1], at[k, 2]] <- out[at[k, 1], at[k, 2]] + values[k]
    }
    if (is(x, "symmetricMatrix")) {
        out[lower.tri(out)] <- t(out)[lower.tri(out)]
    }
    names <- if (is(x, "symmetricMatrix")) {
        rep(list(x@Dimnames[[2]]), 2)
    } else {
        x@Dimnames
    }
    dimnames(out) <- names
    out
}

add_damaged <- function(class, slot, how) {
    x <- makers[[class]]
    if (!slot %in% slotNames(x)) {
        return()
    }
    x <- try(damaged(x, slot, damages[[how]]), silent = TRUE)
    if (is(x, "try-error")) {
        return()
    }
    bad(paste("slot", class, slot, how), train(x), train(by_hand(x)),
        blames = "x")
}
for (class in names(makers)) {
    for (slot in c("p", "i", "j", "x", "Dim", "Dimnames", "uplo")) {
        for (how in names(damages)) add_damaged(class, slot, how)
    }
}

# ---- Values ------------------------------------------------------------------

values <- list(
    `NA` = NA_real_, `NaN` = NaN, `Inf` = Inf, `-Inf` = -Inf, minus = -1,
    `minus zero` = -0, half = 0.5, tiny = 1e-300, `denormal` = 5e-324,
    large = 1e6, `2^31` = 2^31, `2^53` = 2^53, `1e20` = 1e20, `1e38` = 1e38,
    `1e300` = 1e300
)
stores <- list(
    dense = identity, sparse = function(x) as(x, "dgCMatrix"),
    rows = function(x) as(as(x, "dgCMatrix"), "RsparseMatrix"),
    SCE = function(x) SingleCellExperiment::SingleCellExperiment(
        list(counts = as(x, "dgCMatrix"))
    ),
    delayed = DelayedArray::DelayedArray
)
add_value <- function(name, store) {
    x <- replace(dense, c(5, 100), values[[name]])
    clean <- replace(dense, c(5, 100), values[[name]])
    storage.mode(clean) <- "double"
    bad(paste("value", name, store), train(stores[[store]](x)), train(clean))
}
for (name in names(values)) {
    for (store in names(stores)) add_value(name, store)
}
bad("all zero", train(dense * 0), train(sparse * 0))
bad("all NA", train(dense * NA), blames = "x")
bad("integer NA", train(replace(dense, 3, NA_integer_)), blames = "x")
bad("zeros that are stored", {
    x <- sparse
    x@x[1:20] <- 0
    train(x)
}, {
    x <- sparse
    x@x[1:20] <- 0
    train(as.matrix(x))
})
bad("new cells with NA", {
    latentRepresentation(train(dense), replace(dense, 3, NA))
}, blames = "x")
bad("new cells with Inf", {
    normalizedExpression(train(dense), replace(dense, 3, Inf))
}, blames = "x")

# ---- Names -------------------------------------------------------------------

with_names <- function(genes = rownames(dense), cells = colnames(dense)) {
    x <- dense
    dimnames(x) <- list(genes, cells)
    x
}
unnamed <- unname(dense)
names_of_genes <- list(
    twice = replace(rownames(dense), 2, "gene_0"),
    `all the same` = rep("g", 12), `all empty` = rep("", 12),
    `one empty` = replace(rownames(dense), 2, ""),
    `NA` = replace(rownames(dense), 2, NA), `all NA` = rep(NA_character_, 12),
    `text NA` = replace(rownames(dense), 2, "NA"),
    bytes = replace(rownames(dense), 2, "g\xff\xfe"),
    blank = replace(rownames(dense), 2, " "),
    newline = replace(rownames(dense), 2, "a\nb"),
    long = replace(rownames(dense), 2, strrep("g", 1e5))
)
accepted <- c("one empty", "text NA", "blank", "newline", "long")
add_gene_names <- function(kind) {
    x <- with_names(genes = names_of_genes[[kind]])
    for (store in c("dense", "sparse")) local({
        store <- store
        if (kind %in% accepted) {
            bad(paste("gene names", kind, store), train(stores[[store]](x)),
                train(unnamed))
        } else {
            bad(paste("gene names", kind, store), train(stores[[store]](x)),
                blames = "x")
        }
    })
    bad(paste("new cells, gene names", kind), {
        latentRepresentation(train(dense), x, seed = 1)
    }, blames = "x")
}
for (kind in names(names_of_genes)) add_gene_names(kind)
names_of_cells <- list(
    twice = replace(colnames(dense), 2, "cell_0"), same = rep("c", 40),
    empty = rep("", 40), one_empty = replace(colnames(dense), 2, ""),
    text_NA = replace(colnames(dense), 2, "NA"),
    numbers = as.character(40:1)
)
add_cell_names <- function(kind) {
    x <- with_names(cells = names_of_cells[[kind]])
    bad(paste("cell names", kind), train(x), train(unnamed))
    bad(paste("cell names by verb", kind), {
        unname(latentRepresentation(train(dense), x, seed = 1))
    }, unname(latentRepresentation(train(dense), dense, seed = 1)))
}
for (kind in names(names_of_cells)) add_cell_names(kind)
bad("cell name NA", train(with_names(cells = replace(colnames(dense), 2, NA))),
    blames = "x")
bad("permuted genes", {
    latentRepresentation(train(dense), dense[12:1, ], seed = 1)
}, latentRepresentation(train(dense), dense, seed = 1))
bad("more genes", {
    latentRepresentation(train(dense), rbind(toy_counts(20, 40)[13:20, ], dense))
}, latentRepresentation(train(dense), dense))
bad("fewer genes", latentRepresentation(train(dense), dense[-1, ]),
    blames = "x")
bad("transposed", latentRepresentation(train(dense), t(dense)), blames = "x")
bad("no names", latentRepresentation(train(dense), unnamed),
    latentRepresentation(train(dense), dense))
bad("no names, fewer genes", {
    latentRepresentation(train(dense), unnamed[-1, ])
}, blames = "x")

# ---- Shapes and types ---------------------------------------------------------

shapes <- list(
    `no genes` = dense[0, ], `no cells` = dense[, 0], nothing = matrix(0, 0, 0),
    `NULL` = NULL, `NA` = NA, vector = 1:10, text = "counts",
    `no text` = character(), list = list(), `list of NULL` = list(NULL),
    `list of 1` = list(1), `list of text` = list("a", "b"),
    array = array(1, c(3, 4, 5)), `array of 1` = array(1:10),
    `text matrix` = `storage.mode<-`(dense, "character"),
    complex = dense + 0i, raw = matrix(as.raw(1), 12, 40),
    `list matrix` = matrix(as.list(dense), 12), function_ = mean,
    environment = globalenv(), formula = y ~ x, factor = factor(1:10),
    Date = Sys.Date(), call = quote(x + y), symbol = quote(x),
    expression = expression(x), S4 = new("numeric"), connection = stdin(),
    pointer = new("externalptr"),
    DataFrame = S4Vectors::DataFrame(a = 1:3), Rle = S4Vectors::Rle(1:3),
    data.frame = as.data.frame(dense),
    `no sparse genes` = sparse[0, ], `no sparse cells` = sparse[, 0],
    `sparse, nothing` = sparse[0, 0],
    model = "a model is not here.h5", `path of nothing` = "/nonexistent"
)
for (name in names(shapes)) local({
    x <- shapes[[name]]
    bad(paste("shape", name), train(x), blames = "x")
    bad(paste("shape for runSCVI", name), quick_run(x), blames = "x")
})
bad("one gene", train(dense[1, , drop = FALSE]),
    train(sparse[1, , drop = FALSE]))
bad("one cell", train(dense[, 1, drop = FALSE]), train(sparse[, 1, drop = FALSE]))
bad("two cells", train(dense[, 1:2]), train(sparse[, 1:2]))
bad("one count", train(matrix(1, 1, 1)), train(as(matrix(1, 1, 1), "dgCMatrix")))
empty_matrix <- function(n_genes, n_cells) {
    new("dgCMatrix", Dim = as.integer(c(n_genes, n_cells)),
        p = integer(n_cells + 1))
}
bad("2^31 - 1 genes", train(empty_matrix(.Machine$integer.max, 3)))
bad("1e8 genes", train(empty_matrix(1e8, 3)))

# ---- Classes -----------------------------------------------------------------

square <- tcrossprod(sparse)
square_dense <- as.matrix(square)
triplets <- as(sparse, "TsparseMatrix")
split_triplets <- new(
    "dgTMatrix", i = c(triplets@i, triplets@i), j = c(triplets@j, triplets@j),
    x = c(triplets@x - 1, triplets@x * 0 + 1), Dim = triplets@Dim,
    Dimnames = triplets@Dimnames
)
upper <- triu(square)
h5_file <- tempfile(fileext = ".h5")
classes <- list(
    dgT_summed = list(split_triplets, dense),
    dgR = list(as(sparse, "RsparseMatrix"), dense),
    dge = list(Matrix(dense, sparse = FALSE), dense),
    lge = list(Matrix(dense > 0, sparse = FALSE), (dense > 0) + 0),
    lgC = list(sparse > 0, (dense > 0) + 0),
    ngC = list(as(sparse, "nMatrix"), (dense > 0) + 0),
    dsC = list(forceSymmetric(square), square_dense),
    dsy = list(forceSymmetric(Matrix(square_dense, sparse = FALSE)),
               square_dense),
    dtC = list(upper, as.matrix(upper)),
    dtr = list(triu(Matrix(square_dense, sparse = FALSE)), as.matrix(upper)),
    dpp = list(pack(forceSymmetric(Matrix(square_dense, sparse = FALSE))),
               square_dense),
    ddi = list(Diagonal(12, x = 3), diag(3, 12)),
    ddi_unit = list(Diagonal(12), diag(12)),
    pMatrix = list(as(12:1, "pMatrix"), diag(12)[, 12:1]),
    logical = list(dense > 0, (dense > 0) + 0),
    table = list(as.table(dense), dense),
    classed = list(structure(dense, class = c("mine", "matrix")), dense),
    attributes = list(structure(dense, note = "x"), dense),
    delayed = list(DelayedArray::DelayedArray(sparse), dense),
    delayed_t = list(t(DelayedArray::DelayedArray(t(sparse))), dense),
    delayed_sum = list(DelayedArray::DelayedArray(sparse) + 1, dense + 1),
    delayed_log = list(round(log1p(DelayedArray::DelayedArray(sparse))),
                       round(log1p(dense))),
    delayed_cols = list(DelayedArray::DelayedArray(sparse)[, 40:1],
                        dense[, 40:1]),
    delayed_rows = list(DelayedArray::DelayedArray(dense)[12:1, ],
                        dense[12:1, ]),
    delayed_lgl = list(DelayedArray::DelayedArray(sparse) > 0,
                       (dense > 0) + 0),
    delayed_bind = list(BiocGenerics::cbind(DelayedArray::DelayedArray(sparse[, 1:20]),
                              DelayedArray::DelayedArray(dense[, 21:40])),
                        dense),
    Rle = list(as(dense, "RleMatrix"), dense),
    HDF5 = list(HDF5Array::writeHDF5Array(dense, h5_file, "a",
                                          with.dimnames = TRUE), dense),
    HDF5_columns = list(HDF5Array::HDF5Array(h5_file, "a")[, 40:1],
                        unname(dense[, 40:1]))
)
for (name in names(classes)) local({
    pair <- classes[[name]]
    bad(paste("class", name), train(pair[[1]]), train(pair[[2]]))
})
bad("delayed text", train(DelayedArray::DelayedArray(
    matrix("a", 12, 40)
)), blames = "x")
bad("delayed data that are gone", {
    file <- tempfile(fileext = ".h5")
    x <- HDF5Array::writeHDF5Array(dense, file, "a")
    unlink(file)
    train(x)
}, blames = "x")
bad("delayed data that are another's", {
    file <- tempfile(fileext = ".h5")
    x <- HDF5Array::writeHDF5Array(dense, file, "a")
    writeLines("other", file)
    train(x)
}, blames = "x")
bad("delayed by a function that fails", {
    x <- DelayedArray::DelayedArray(dense)
    x@seed <- new("DelayedUnaryIsoOpWithArgs", seed = dense,
                  OP = function(...) stop("no"))
    train(x)
}, blames = "x")

# ---- SummarizedExperiment ------------------------------------------------------

sce <- toy_sce(12, 2, 20)
edited <- function(edit) {
    x <- sce
    edit(x)
}
add_experiment <- function(name, x, ..., blames = "x") {
    bad(paste("SCE", name), train(x, ...), blames = blames)
    bad(paste("SCE for runSCVI", name), quick_run(x, ...), blames = blames)
    bad(paste("SCE as new cells", name), {
        latentRepresentation(train(sce), x)
    }, blames = blames)
}
add_experiment("no assay", edited(function(x) {
    SummarizedExperiment::assays(x) <- list()
    x
}), blames = "assay.type")
add_experiment("other assay", edited(function(x) {
    SummarizedExperiment::assayNames(x) <- "logcounts"
    x
}), blames = "assay.type")
add_experiment("assay without a name", edited(function(x) {
    SummarizedExperiment::assays(x) <- unname(SummarizedExperiment::assays(x))
    x
}), blames = "assay.type")
for (wrong in list(dense[, 1:10], dense[1:5, ], "text", NULL, 1:480,
                   as.data.frame(dense), list(1))) local({
    wrong <- wrong
    add_experiment(paste("assay is a", class(wrong)[1], paste(
        dim(wrong), collapse = " x "
    )), edited(function(x) {
        x@assays@data@listData$counts <- wrong
        x
    }), blames = c("x", "assay.type"))
})
add_experiment("cell table too short", edited(function(x) {
    x@colData <- x@colData[1:10, ]
    x
}))
add_experiment("cell table too long", edited(function(x) {
    x@colData <- rbind(x@colData, x@colData)
    x
}))
add_experiment("gene table too short", edited(function(x) {
    x@rowRanges <- x@rowRanges[1:5]
    x
}))
columns <- list(
    matrix = matrix(1:80, 40), list = as.list(1:40),
    frame = data.frame(a = 1:40), DataFrame = S4Vectors::DataFrame(a = 1:40),
    raw = as.raw(1:40), complex = complex(40),
    GRanges = GenomicRanges::GRanges("chr1", IRanges::IRanges(1:40, 50)),
    CharacterList = IRanges::CharacterList(as.list(rep("a", 40))),
    factorList = I(as.list(1:40)), `function` = I(rep(list(mean), 40)),
    Rle_missing = S4Vectors::Rle(rep(c(NA, "a"), 20)), NAs = rep(NA, 40)
)
for (kind in names(columns)) local({
    x <- sce
    x$odd <- columns[[kind]]
    for (argument in c("batch", "labels", "categorical_covariates",
                       "continuous_covariates", "size_factor")) local({
        argument <- argument
        bad(paste("column", kind, "as", argument), {
            do.call(train, stats::setNames(list(x, "odd"), c("x", argument)))
        }, blames = argument)
    })
})
bad("columns of one name", {
    x <- sce
    names(x@colData)[2] <- "batch"
    train(x, batch = "batch")
}, train(sce, batch = "batch"))
bad("Rle column", {
    x <- sce
    x$run <- S4Vectors::Rle(x$batch)
    train(x, batch = "run")
}, train(sce, batch = "batch"))
bad("plain SummarizedExperiment", {
    train(as(sce, "SummarizedExperiment"), batch = "batch")
}, train(sce, batch = "batch"))
bad("ranged, subset by nothing", train(sce[, FALSE]), blames = "x")
bad("genes of none", train(sce[FALSE, ]), blames = "x")
bad("subset with repeats", train(sce[, c(1:40, 1:40)]),
    train(dense_of <- as.matrix(SummarizedExperiment::assay(sce))[, c(1:40, 1:40)]))
bad("model of another kind in the metadata", {
    x <- sce
    S4Vectors::metadata(x)$scvigor <- list(scVI = "no model")
    latentRepresentation(x)
}, blames = c("object", "x", "name"))
bad("metadata that are no list", {
    x <- sce
    S4Vectors::metadata(x)$scvigor <- 1:3
    latentRepresentation(x)
}, blames = c("object", "x", "name"))
bad("no model", latentRepresentation(sce), blames = c("object", "x"))
bad("runSCVI on metadata that are no list", {
    x <- sce
    S4Vectors::metadata(x)$scvigor <- 1:3
    quick_run(x)
})

# ---- Seurat ------------------------------------------------------------------

if (requireNamespace("SeuratObject", quietly = TRUE)) {
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(
        sparse, meta.data = data.frame(
            donor = rep(c("a", "b"), 20), row.names = colnames(sparse)
        )
    ))
    by_donor <- function() train(dense, batch = rep(c("a", "b"), 20))
    bad("Seurat, cell table in another order", {
        x <- seurat
        x@meta.data <- x@meta.data[40:1, ]
        train(x, batch = "donor")
    }, by_donor())
    bad("Seurat, cell table too short", {
        x <- seurat
        x@meta.data <- x@meta.data[1:10, ]
        train(x, batch = "donor")
    }, blames = c("x", "batch"))
    bad("Seurat, cell table of others", {
        x <- seurat
        rownames(x@meta.data) <- paste0("other", 1:40)
        train(x, batch = "donor")
    }, blames = "x")
    bad("Seurat, no table", {
        x <- seurat
        x@meta.data <- data.frame()
        train(x)
    }, train(dense))
    bad("Seurat, no default assay", {
        x <- seurat
        x@active.assay <- "none"
        train(x)
    }, blames = "assay")
    bad("Seurat, default assay empty", {
        x <- seurat
        x@active.assay <- character()
        train(x)
    }, blames = "assay")
    bad("Seurat, no counts", {
        x <- seurat
        x@assays$RNA@counts <- sparse[0, 0]
        train(x)
    }, blames = c("assay.type", "x"))
    bad("Seurat, counts of other cells", {
        x <- seurat
        x@assays$RNA@counts <- sparse[, 1:10]
        train(x)
    }, blames = c("assay.type", "x"))
    bad("Seurat, counts in another order", {
        x <- seurat
        x@assays$RNA@counts <- x@assays$RNA@counts[, 40:1]
        train(x, batch = "donor")
    }, by_donor())
    bad("Seurat, counts damaged", {
        x <- seurat
        x@assays$RNA@counts@p[3] <- 2000000000L
        train(x)
    }, blames = "x")
    bad("Seurat, assay that is none", {
        x <- seurat
        x@assays$RNA <- 1:3
        train(x)
    }, blames = c("x", "assay"))
    bad("Seurat, assays gone", {
        x <- seurat
        x@assays <- list()
        train(x)
    }, blames = c("x", "assay"))
    bad("Seurat, scaled data", {
        x <- seurat
        train(x, assay.type = "scale.data")
    }, blames = "assay.type")
    bad("Seurat, runSCVI with a name that is none", {
        quick_run(seurat, name = "a b_c")
    }, blames = "name")
}

# ---- Lists -------------------------------------------------------------------

first <- dense[, 1:20]
second <- dense[, 21:40]
by_part <- function() {
    train(dense, batch = rep(c("a", "b"), each = 20))
}
bad("list", train(list(a = first, b = second)), by_part())
bad("list of classes", train(list(a = first, b = sparse[, 21:40])), by_part())
bad("list in another order of genes", {
    train(list(a = first, b = second[12:1, ]))
}, by_part())
bad("list sorted otherwise", train(list(b = first, a = second)), {
    train(dense, batch = rep(c("b", "a"), each = 20))
})
bad("list in a list", train(list(a = first, b = list(second))), by_part())
bad("list with more genes", {
    train(list(a = first, b = rbind(extra = 1, second)))
}, by_part())
for (odd in list(
    list(first, NULL), list(a = first, a = second), list(a = first, second),
    list(first, "text"), list(first, list()), list(first, 1:3),
    list(first, unname(second)), list(first, second[0, ]),
    list(first, second[, 0]), list(first, with_names(paste0("x", 1:12))),
    list(first, NA), list(mean, first), list(first, replace(second, 1, NA)),
    list(first, replace(second, 1, -1)), stats::setNames(list(first, second), c("a", NA))
)) local({
    odd <- odd
    bad(paste("list", length(cases)), train(odd), blames = "x")
})
