# Files and paths of the kinds that users bring, each of which was once refused,
# read wrongly or explained badly. The forms of files themselves are tested in
# C++ (test_count_file_forms.cpp).

case_counts <- function(n_genes = 8, n_cells = 30) {
    withr::with_seed(1, matrix(
        as.integer(stats::rpois(n_genes * n_cells, 2)), n_genes,
        dimnames = list(
            paste0("g", seq_len(n_genes)), paste0("c", seq_len(n_cells))
        )
    ))
}

# A dense .h5ad; more parts as in write_h5().
write_case <- function(x = case_counts(), ..., attributes = list()) {
    parts <- c(list(
        "obs/_index" = colnames(case_counts()),
        "var/_index" = rownames(case_counts()), X = unname(x)
    ), list(...))
    write_h5(parts, attributes)
}

read_dense <- function(...) {
    as.matrix(SingleCellExperiment::counts(readCounts(...)))
}

expect_file_error <- function(object, ...) {
    error <- expect_error(object, class = "scvigor_file_error")
    for (part in c(...)) {
        expect_match(conditionMessage(error), part, fixed = TRUE)
    }
    invisible(error)
}

test_that("B09: zeros in place of counts give way to layers/counts", {
    counts <- case_counts()
    file <- write_case(0L * counts, "layers/counts" = unname(counts))
    expect_message(
        read <- read_dense(file), "nothing but zeros.*layers/counts",
        class = "scvigor_message"
    )
    expect_equal(read, counts)
    expect_warning(
        expect_message(readCounts(file, assay = "X"), NA), "but zeros",
        class = "scvigor_warning"
    )
    expect_warning(
        readCounts(write_case(0L * counts)), "holds nothing but zeros",
        class = "scvigor_warning"
    )
})

test_that("B11: X that only looks like counts gives way to layers/counts", {
    counts <- case_counts()
    cpm <- round(1000 * sweep(counts, 2, colSums(counts), "/"))
    storage.mode(cpm) <- "integer"
    for (x in list((counts > 0) + 0L, cpm)) {
        file <- write_case(x, "layers/counts" = unname(counts))
        expect_message(
            read <- read_dense(file), "layers/counts",
            class = "scvigor_message"
        )
        expect_equal(read, counts)
        expect_equal(read_dense(file, assay = "X"), x, ignore_attr = TRUE)
    }
    # the same counts twice, or a layer that only looks like counts
    file <- write_case(counts, "layers/counts" = unname(counts))
    expect_silent(expect_equal(read_dense(file), counts))
    file <- write_case(counts, "layers/counts" = unname((counts > 0) + 0L))
    expect_silent(expect_equal(read_dense(file), counts))
})

test_that("B11: 0 and 1 in X give way to larger counts in raw", {
    counts <- case_counts()
    file <- write_case(
        (counts > 0) + 0L, "raw/X" = unname(counts),
        "raw/var/_index" = rownames(counts)
    )
    expect_message(read <- read_dense(file), "raw/X", class = "scvigor_message")
    expect_equal(read, counts)
})

test_that("B13: a dense matrix in one chunk is read, and once", {
    x <- withr::with_seed(1, matrix(
        stats::rbinom(1200 * 2000, 2, 0.03) + 0, 2000
    ))
    # rhdf5 says that one chunk is not the best choice
    file <- suppressMessages(write_h5(list(
        "obs/_index" = paste0("c", seq_len(1200)),
        "var/_index" = paste0("g", seq_len(2000)), X = x
    )))
    expect_equal(read_dense(file), x, ignore_attr = TRUE)
})

test_that("B14: a 10x file whose values are one chunk is read in one pass", {
    n_cells <- 500L
    k <- 2000L
    withr::local_seed(1)
    values <- list(
        "matrix/data" = stats::rbinom(n_cells * k, 3, 0.2) + 1L,
        "matrix/indices" = unlist(lapply(seq_len(n_cells), function(i) {
            sort(sample.int(4000L, k)) - 1L
        })),
        "matrix/indptr" = 0:n_cells * k,
        "matrix/shape" = c(4000L, n_cells),
        "matrix/barcodes" = paste0("c", seq_len(n_cells)),
        "matrix/features/id" = paste0("g", seq_len(4000L)),
        "matrix/features/name" = paste0("g", seq_len(4000L))
    )
    file <- suppressMessages(write_h5(values))
    seconds <- system.time(sce <- readCounts(file))[["user.self"]]
    counts <- SingleCellExperiment::counts(sce)
    expect_identical(slot(counts, "i"), values[["matrix/indices"]])
    expect_equal(slot(counts, "x"), as.numeric(values[["matrix/data"]]))
    expect_lt(seconds, 5)
})

test_that("B16: categories in uns that are those of the other table", {
    skip_if_not_installed("rhdf5")
    file <- withr::local_tempfile(fileext = ".h5ad")
    rhdf5::h5createFile(file)
    rhdf5::h5write(
        data.frame(index = paste0("c", 1:30), kind = rep(0:1, 15)), file, "obs"
    )
    rhdf5::h5write(
        data.frame(index = paste0("g", 1:8), kind = 0L), file, "var"
    )
    rhdf5::h5createGroup(file, "uns")
    rhdf5::h5write("only", file, "uns/kind_categories")
    rhdf5::h5write(unname(case_counts()), file, "X")
    sce <- readCounts(file)
    expect_identical(sce$kind, rep(0:1, 15))
    # B37: a single category
    expect_identical(
        SummarizedExperiment::rowData(sce)$kind, factor(rep("only", 8))
    )
})

test_that("B37: a single category that is stored as a scalar", {
    skip_if_not_installed("rhdf5")
    file <- withr::local_tempfile(fileext = ".h5ad")
    rhdf5::h5createFile(file)
    rhdf5::h5write(
        data.frame(index = paste0("c", 1:30), kind = 0L), file, "obs"
    )
    rhdf5::h5write(data.frame(index = paste0("g", 1:8), n = 1L), file, "var")
    rhdf5::h5createGroup(file, "uns")
    handle <- rhdf5::H5Fopen(file)
    space <- rhdf5::H5Screate("H5S_SCALAR")
    type <- rhdf5::H5Tcopy("H5T_C_S1")
    rhdf5::H5Tset_size(type, 4)
    data <- rhdf5::H5Dcreate(handle, "uns/kind_categories", type, space)
    rhdf5::H5Dwrite(data, "only")
    rhdf5::h5closeAll()
    rhdf5::h5write(unname(case_counts()), file, "X")
    expect_identical(readCounts(file)$kind, factor(rep("only", 30)))
})

test_that("B18: numbers as categories that look alike", {
    file <- write_case(
        "obs/dose/categories" = c(0.3, 0.1 + 0.2),
        "obs/dose/codes" = rep(0:1, 15),
        attributes = list("obs/dose" = list(`encoding-type` = "categorical"))
    )
    dose <- readCounts(file)$dose
    expect_identical(levels(dose), c("0.3", "0.30000000000000004"))
    expect_identical(as.integer(dose), rep(1:2, 15))
})

test_that("B18: a column that cannot be read costs itself only", {
    file <- write_case(
        "obs/fine" = seq_len(30), "obs/short" = 1:7,
        "obs/wrong/categories" = c("a", "b"), "obs/wrong/codes" = rep(5L, 30),
        attributes = list("obs/wrong" = list(`encoding-type` = "categorical"))
    )
    warning <- expect_warning(
        sce <- readCounts(file), class = "scvigor_warning"
    )
    expect_match(conditionMessage(warning), "\"short\" (it has 7 values",
                 fixed = TRUE)
    expect_match(conditionMessage(warning), "\"wrong\" (", fixed = TRUE)
    expect_match(conditionMessage(warning), "holds code 5", fixed = TRUE)
    expect_identical(
        names(SummarizedExperiment::colData(sce)), "fine"
    )
    expect_equal(
        as.matrix(SingleCellExperiment::counts(sce)), case_counts()
    )
})

# MuData puts 512 bytes of text before the HDF5.
write_mudata <- function(modalities) {
    parts <- unlist(lapply(names(modalities), function(name) {
        x <- modalities[[name]]
        stats::setNames(
            list(colnames(x), rownames(x), unname(x)),
            paste0("mod/", name, c("/obs/_index", "/var/_index", "/X"))
        )
    }), recursive = FALSE)
    file <- write_h5(c(list(
        "obs/_index" = colnames(modalities[[1]]),
        "var/_index" = unlist(lapply(modalities, rownames), use.names = FALSE)
    ), parts))
    bytes <- readBin(file, "raw", file.size(file))
    mudata <- withr::local_tempfile(
        fileext = ".h5mu", .local_envir = parent.frame()
    )
    writeBin(c(
        charToRaw(formatC("MuData (format-version=0.1.0)", width = -512)),
        bytes
    ), mudata)
    mudata
}

test_that("B19: a modality of an .h5mu is read", {
    rna <- case_counts()
    protein <- case_counts(3)
    file <- write_mudata(list(rna = rna, prot = protein))
    expect_file_error(readCounts(file), "several modalities", "prot, rna")
    expect_equal(read_dense(file, assay = "rna"), rna)
    expect_equal(read_dense(file, assay = "prot/X"), protein)
    expect_file_error(readCounts(file, assay = "atac"), "`atac`", "prot, rna")
    expect_equal(read_dense(write_mudata(list(rna = rna))), rna)
})

test_that("B20: a path that the locale cannot show", {
    folder <- file.path(withr::local_tempdir(), "donn\u00e9es")
    dir.create(folder)
    path <- file.path(folder, "a.h5ad")
    file.copy(write_case(), path)
    expect_equal(read_dense(path), case_counts())
    model <- trainSCVI(case_counts(), max_epochs = 1, n_hidden = 4, seed = 1)
    saved <- file.path(folder, "mod\u00e8le.h5")
    bytes <- function(text) {
        Encoding(text) <- "bytes"
        Encoding(text) <- "unknown"
        text
    }
    withr::with_locale(c(LC_CTYPE = "C"), {
        # as list.files() and commandArgs() give it, and as UTF-8
        for (given in list(bytes, identity)) {
            expect_equal(read_dense(given(path)), case_counts())
            saveSCVI(model, given(saved), overwrite = TRUE)
            expect_s4_class(loadSCVI(given(saved)), "SCVIModel")
            exportScviTools(model, given(folder), overwrite = TRUE)
            expect_s4_class(importScviTools(given(folder)), "SCVIModel")
        }
        expect_file_error(
            readCounts(bytes(file.path(folder, "b.h5ad"))), "There is no file"
        )
    })
    expect_true(file.exists(saved))
    expect_setequal(
        list.files(folder), c("a.h5ad", "mod\u00e8le.h5", "model.pt")
    )
})

test_that("B25: room to spare behind the entries of a sparse matrix", {
    file <- write_h5(list(
        "obs/_index" = paste0("c", 1:3), "var/_index" = paste0("g", 1:2),
        "X/data" = c(1, 2, 3, 0, 0), "X/indices" = c(0L, 1L, 0L, 0L, 7L),
        "X/indptr" = 0:3
    ), list(X = list(`encoding-type` = "csr_matrix", shape = 3:2)))
    expect_equal(
        read_dense(file), matrix(c(1, 0, 0, 2, 3, 0), 2), ignore_attr = TRUE
    )
})

test_that("B33: files and folders of other formats are named", {
    folder <- withr::local_tempdir()
    make <- function(name, ...) {
        path <- file.path(folder, name)
        dir.create(path)
        for (file in c(...)) {
            file.create(file.path(path, file))
        }
        path
    }
    expect_file_error(
        readCounts(make("a.zarr", ".zgroup")), "zarr", "write_h5ad"
    )
    expect_file_error(
        readCounts(make("cells", "matrix.mtx.gz", "barcodes.tsv.gz")),
        "Line 1", "empty"
    )
    expect_file_error(loadSCVI(file.path(folder, "cells")), "readCounts()")
    expect_file_error(
        readCounts(make("saved", "se.rds", "assays.h5")),
        "loadHDF5SummarizedExperiment()"
    )
    expect_file_error(readCounts(make("some", "a.h5ad")), "\"a.h5ad\"")
    expect_file_error(readCounts(make("geo", "GSM1_matrix.mtx.gz")),
                      "\"GSM1_matrix.mtx.gz\"")
    make("outs")
    make("outs/filtered_feature_bc_matrix", "matrix.mtx.gz")
    expect_file_error(readCounts(file.path(folder, "outs")), "a folder in it",
                      "\"filtered_feature_bc_matrix\"")
    rds <- file.path(folder, "x.rds")
    for (compress in list(TRUE, FALSE)) {
        saveRDS(1:3, rds, compress = compress)
        expect_file_error(readCounts(rds), "readRDS()")
        expect_file_error(loadSCVI(rds), "readRDS()")
    }
    save(rds, file = file.path(folder, "x.rda"))
    expect_file_error(readCounts(file.path(folder, "x.rda")), "load()")
    mtx <- file.path(folder, "m.mtx.gz")
    con <- gzfile(mtx, "w")
    writeLines("%%MatrixMarket matrix coordinate integer general", con)
    close(con)
    expect_file_error(readCounts(mtx), "m.mtx.gz", "incomplete")
    expect_file_error(loadSCVI(mtx), "Matrix Market", "readCounts()")
    csv <- file.path(folder, "m.csv")
    writeLines("gene,c1\nA,1", csv)
    expect_file_error(readCounts(csv), "a text", "read.table()")
    loom <- write_h5(list(
        matrix = case_counts(), "row_attrs/Gene" = "a", "col_attrs/CellID" = "b"
    ))
    expect_file_error(readCounts(loom), "loom", "LoomExperiment::import()")
    h5seurat <- write_h5(list("cell.names" = "a", "meta.data/x" = 1))
    expect_file_error(readCounts(h5seurat), "LoadH5Seurat()")
})

test_that("a checkpoint in place of a model is named", {
    checkpoint <- withr::local_tempfile(fileext = ".rds")
    model <- trainSCVI(
        case_counts(), max_epochs = 1, n_hidden = 4, seed = 1,
        checkpoint = checkpoint
    )
    expect_file_error(loadSCVI(checkpoint), "resumeTraining()")
    expect_file_error(readCounts(checkpoint), "resumeTraining()")
    saved <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, saved)
    expect_file_error(readCounts(saved), "loadSCVI()")
    expect_file_error(loadSCVI(write_case()), "readCounts()")
})

test_that("paths that lead to no file are errors in words", {
    skip_on_os("windows")
    folder <- withr::local_tempdir()
    pipe <- file.path(folder, "pipe")
    skip_if(system2("mkfifo", shQuote(pipe)) != 0)
    expect_file_error(readCounts(pipe), "is a pipe")
    expect_file_error(readCounts("/dev/null"), "a device")
    empty <- file.path(folder, "empty.h5ad")
    file.create(empty)
    expect_file_error(readCounts(empty), "it is empty")
    long <- strrep("x", 300)
    expect_file_error(readCounts(long), "Cannot look at", "too long")
    file <- write_case()
    bytes <- readBin(file, "raw", file.size(file))
    cut <- file.path(folder, "cut.h5ad")
    writeBin(head(bytes, length(bytes) - 100), cut)
    expect_file_error(readCounts(cut), "is incomplete")
})

test_that("a dense H5ADMatrix, with a way to a sparse matrix or not, is read", {
    skip_if_not_installed("HDF5Array")
    dense <- HDF5Array::H5ADMatrix(write_case())
    expect_equal(as.matrix(.count_data(dense)$counts), case_counts())
    expect_s4_class(
        trainSCVI(dense, max_epochs = 1, n_hidden = 4, seed = 1), "SCVIModel"
    )
})

test_that("a folder of matrix.mtx lacks names, or its first line", {
    folder <- withr::local_tempdir()
    write <- function(name, ...) {
        writeLines(c(...), file.path(folder, name), useBytes = TRUE)
    }
    banner <- "%%MatrixMarket matrix coordinate integer general"
    entries <- c("3 2 3", "1 1 1", "2 2 2", "3 1 4")
    write("matrix.mtx", banner, entries)
    # in the byte order mark of some programs
    write("barcodes.tsv", "\ufeffcell-1", "cell-2")
    expect_message(sce <- readCounts(folder), "does not name its genes")
    expect_null(rownames(sce))
    expect_identical(colnames(sce), c("cell-1", "cell-2"))
    expect_equal(as.matrix(SummarizedExperiment::assay(sce)),
                 matrix(c(1, 0, 4, 0, 2, 0), 3), ignore_attr = TRUE)
    lone <- file.path(folder, "GSM1_matrix.mtx")
    file.copy(file.path(folder, "matrix.mtx"), lone)
    expect_message(readCounts(lone), "does not name its genes")
    write("features.tsv", "g1")
    expect_file_error(readCounts(folder), "names 1 gene,")
    write("matrix.mtx", "<html>", entries)
    expect_file_error(readCounts(folder), "Line 1", "<html>", "begins with")
    expect_file_error(loadSCVI(folder), "readCounts() reads it")
})

test_that("a matrix of a file is named by `assay` in every verb", {
    layered <- write_h5(
        list(
            "X/data" = c(1, 2, 3), "X/indices" = c(0L, 1L, 0L),
            "X/indptr" = c(0L, 2L, 3L, 3L),
            "layers/spliced/data" = c(2, 1, 1),
            "layers/spliced/indices" = c(0L, 1L, 0L),
            "layers/spliced/indptr" = c(0L, 2L, 3L, 3L),
            "obs/_index" = c("a", "b", "c"), "var/_index" = c("g", "h")
        ),
        list(
            X = list(`encoding-type` = "csr_matrix", shape = 3:2),
            "layers/spliced" = list(`encoding-type` = "csr_matrix",
                                    shape = 3:2)
        )
    )
    as_dense <- function(packed) {
        as.matrix(as(SummarizedExperiment::assay(packed), "dgCMatrix"))
    }
    expect_identical(
        as_dense(packCounts(layered, assay = "spliced", verbose = FALSE)),
        as_dense(packCounts(layered, assay.type = "spliced", verbose = FALSE))
    )
    expect_file_error(packCounts(layered, assay = "none", verbose = FALSE),
                      "Set `assay`")
})

test_that("a DelayedMatrix whose file is gone is an error that names it", {
    skip_if_not_installed("HDF5Array")
    path <- withr::local_tempfile(fileext = ".h5")
    counts <- toy_counts(20, 60)
    delayed <- HDF5Array::writeHDF5Array(counts, path, "counts")
    unlink(path)
    expect_argument_error(quick_train(delayed), "x", "not there any more")
})

test_that("a back end that cannot hold a result is an error in words", {
    skip_if_not_installed("HDF5Array")
    model <- quick_train(toy_counts(20, 60))
    withr::local_options(warn = -1)  # of rhdf5
    result <- tryCatch(
        normalizedExpression(model, toy_counts(20, 60), sink = "TENxMatrix",
                             seed = 1),
        error = identity
    )
    expect_true(methods::is(result, "DelayedMatrix") ||
        inherits(result, "scvigor_argument_error"))
})
