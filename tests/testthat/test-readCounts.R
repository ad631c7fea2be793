# The forms of files are tested in C++ (test_count_file.cpp); here, what R
# makes of them.

small_counts <- function() {
    values <- matrix(
        c(1, 0, 2, 0, 0, 0, 0, 3, 300, 4, 0, 0), 3,
        dimnames = list(c("g1", "g2", "g3"), c("c1", "c2", "c3", "c4"))
    )
    as(values, "dgCMatrix")
}

write_small_h5ad <- function(x = slot(small_counts(), "x"), extra = list(),
                             obs = character(), genes = c("g1", "g2", "g3"),
                             cells = c("c1", "c2", "c3", "c4"),
                             attributes = list()) {
    counts <- small_counts()
    parts <- c(list(
        "X/data" = x, "X/indices" = slot(counts, "i"),
        "X/indptr" = slot(counts, "p"), "obs/_index" = cells,
        "var/_index" = genes
    ), extra)
    write_h5(parts, c(list(
        X = list(`encoding-type` = "csr_matrix", shape = c(4L, 3L)),
        obs = frame_attributes(obs), var = frame_attributes()
    ), attributes))
}

write_tenx <- function(types) {
    counts <- small_counts()
    write_h5(list(
        "matrix/barcodes" = colnames(counts),
        "matrix/data" = as.integer(slot(counts, "x")),
        "matrix/indices" = slot(counts, "i"),
        "matrix/indptr" = slot(counts, "p"), "matrix/shape" = dim(counts),
        "matrix/features/id" = rownames(counts),
        "matrix/features/name" = c("Actb", "Actb", "Cd3"),
        "matrix/features/feature_type" = types
    ))
}

test_that("an h5ad becomes a SingleCellExperiment", {
    file <- write_small_h5ad(
        extra = list(
            "obs/batch/categories" = c("ctrl", "stim"),
            "obs/batch/codes" = c(1L, 0L, -1L, 1L),
            "obs/depth" = c(0.5, 1, 2, 4), "obs/note" = c("a", "b", "", "d")
        ),
        obs = c("depth", "batch", "note"),
        attributes = list(
            "obs/batch" = list(`encoding-type` = "categorical")
        )
    )
    sce <- readCounts(file)
    expect_s4_class(sce, "SingleCellExperiment")
    expect_identical(SummarizedExperiment::assayNames(sce), "counts")
    expect_identical(SingleCellExperiment::counts(sce), small_counts())
    expect_identical(
        as.list(SummarizedExperiment::colData(sce)),
        list(
            depth = c(0.5, 1, 2, 4),
            batch = factor(c("stim", "ctrl", NA, "stim")),
            note = c("a", "b", "", "d")
        )
    )
})

test_that("it says what it read when verbose", {
    file <- write_small_h5ad()
    expect_message(
        readCounts(file, verbose = TRUE), "4 cells x 3 genes from X",
        class = "scvigor_message"
    )
    expect_silent(readCounts(file, verbose = FALSE))
})

test_that("values that are not counts must be requested", {
    file <- write_small_h5ad(x = c(0.5, 1, 2, 3, 4))
    expect_error(
        readCounts(file), "holds no counts", class = "scvigor_file_error"
    )
    expect_warning(
        sce <- readCounts(file, assay = "X"), "1 value that cannot be counts",
        class = "scvigor_warning"
    )
    expect_equal(sum(SingleCellExperiment::counts(sce)), 10.5)
    expect_error(
        readCounts(file, assay = "raw"), "has no `raw`",
        class = "scvigor_file_error"
    )
})

test_that("features that are not genes are alternative experiments", {
    gene <- "Gene Expression"
    all_genes <- readCounts(write_tenx(c(gene, gene, gene)))
    expect_identical(SingleCellExperiment::counts(all_genes), small_counts())
    expect_identical(
        SummarizedExperiment::rowData(all_genes)$ID, c("g1", "g2", "g3")
    )
    sce <- readCounts(write_tenx(c(gene, gene, "Antibody Capture")))
    expect_identical(
        SingleCellExperiment::counts(sce), small_counts()[1:2, ]
    )
    antibodies <- SingleCellExperiment::altExp(sce, "Antibody Capture")
    expect_identical(rownames(antibodies), "g3")
})

test_that("genes are called by any column of rowData", {
    file <- write_tenx(rep("Gene Expression", 3))
    expect_warning(
        sce <- readCounts(file, row.names = "symbol"), "\"Actb\"",
        class = "scvigor_warning"
    )
    expect_identical(rownames(sce), c("Actb", "Actb.1", "Cd3"))
    expect_argument_error(
        readCounts(file, row.names = "nope"), "row.names", "\"Symbol\""
    )
})

test_that("repeated names warn; genes get a suffix, cells stay", {
    file <- write_small_h5ad(genes = c("a", "b", "a"))
    expect_warning(sce <- readCounts(file), "genes .* \"a\"")
    expect_identical(rownames(sce), c("a", "b", "a.1"))
    file <- write_small_h5ad(cells = c("x", "x", "y", "z"))
    expect_warning(sce <- readCounts(file), "cells .* \"x\"")
    expect_identical(colnames(sce), c("x", "x", "y", "z"))
})

test_that("wrong arguments and files are errors of their class", {
    for (wrong in list(NULL, NA_character_, c("a", "b"), 1)) {
        expect_argument_error(readCounts(wrong), "file", "path of one file")
    }
    file <- withr::local_tempfile()
    expect_error(
        readCounts(file), "There is no file", class = "scvigor_file_error"
    )
    writeLines("gene,cell", file)
    expect_error(
        readCounts(file), "not an HDF5 file", class = "scvigor_file_error"
    )
    expect_argument_error(readCounts(file, assay = 1), "assay")
    expect_argument_error(readCounts(file, verbose = NA), "verbose")
})

test_that("damaged files are errors, and leave R alone", {
    file <- write_small_h5ad()
    bytes <- readBin(file, "raw", file.size(file))
    damaged <- withr::local_tempfile(fileext = ".h5ad")
    classes <- vapply(seq_len(40), function(k) {
        changed <- withr::with_seed(k, {
            at <- sample(length(bytes), 16)
            replace(bytes, at, as.raw(sample(0:255, 16, TRUE)))
        })
        writeBin(changed, damaged)
        tryCatch(
            class(readCounts(damaged))[1],
            error = function(condition) class(condition)[1],
            warning = function(condition) class(condition)[1]
        )
    }, character(1))
    known <- c("scvigor_file_error", "SingleCellExperiment", "scvigor_warning")
    expect_identical(setdiff(classes, known), character())
    expect_gt(sum(classes == "scvigor_file_error"), 10)
    writeBin(head(bytes, length(bytes) / 2), damaged)
    expect_error(readCounts(damaged), class = "scvigor_file_error")
})

test_that("the real data sets are read whole", {
    folders <- Sys.getenv("SCVIGOR_DATA")
    if (!nzchar(folders)) {
        up <- c("../..", "../../..", "../../../..")
        folders <- file.path(up, "shared/data")
    }
    files <- list.files(folders, "\\.h5ad$", full.names = TRUE)
    skip_if_not(length(files) > 0, "no .h5ad files; set SCVIGOR_DATA")
    for (file in files) {
        sce <- readCounts(file)
        counts <- SingleCellExperiment::counts(sce)
        expect_true(validObject(counts))
        expect_true(all(slot(counts, "x") >= 1))
        expect_s3_class(sce$cell_type, "factor")
        expect_false(anyNA(sce$batch))
        expect_false(anyDuplicated(rownames(sce)) > 0)
    }
})

test_that("counts may stay in the file", {
    skip_if_not_installed("HDF5Array")
    sce <- toy_sce(30, per_batch = 50)
    counts <- as(SummarizedExperiment::assay(sce), "dgCMatrix")
    for (form in c("cells", "genes", "dense")) {
        for (at in c("X", "raw/X", "layers/counts")) {
            file <- write_h5ad(
                counts, form, at, obs = list(batch = sce$batch)
            )
            expect_silent(found <- readCounts(file, at, on_disk = TRUE))
            expect_s4_class(
                SummarizedExperiment::assay(found), "DelayedMatrix"
            )
            whole <- readCounts(file, at)
            expect_identical(
                SummarizedExperiment::colData(found),
                SummarizedExperiment::colData(whole)
            )
            expect_identical(
                as(as.matrix(SummarizedExperiment::assay(found)), "dgCMatrix"),
                SummarizedExperiment::assay(whole)
            )
            expect_false(is.null(.stream_of_array(
                SummarizedExperiment::assay(found)
            )))
        }
    }
    expect_argument_error(
        readCounts(write_folder(counts), on_disk = TRUE), "on_disk",
        "packCounts"
    )
})
