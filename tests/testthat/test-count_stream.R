# Counts that are on disk. The layouts of files are tested in C++
# (test_count_stream.cpp); here, that training and the verbs give the same.

sce <- toy_sce(30, per_batch = 100)
counts <- as(SummarizedExperiment::assay(sce), "dgCMatrix")
cells <- list(batch = sce$batch, labels = sce$labels)

fit <- function(x, ...) {
    quiet(trainSCVI(
        x, ..., max_epochs = 2, n_hidden = 16, seed = 1
    ))
}

test_that("a file is packed as its counts, in every layout", {
    for (form in c("cells", "genes", "dense")) {
        file <- write_h5ad(counts, form, obs = cells)
        before <- tools::md5sum(file)
        packed <- packCounts(file)
        expect_s4_class(packed, "SingleCellExperiment")
        expect_s4_class(SummarizedExperiment::assay(packed), "PackedCounts")
        expect_identical(
            as(SummarizedExperiment::assay(packed), "dgCMatrix"), counts
        )
        expect_identical(packed$batch, sce$batch)
        expect_identical(tools::md5sum(file), before)
        kept <- withr::local_tempfile(fileext = ".counts")
        packCounts(file, kept)
        expect_identical(as(packCounts(file = kept), "dgCMatrix"), counts)
    }
})

test_that("layers, raw counts and files of 10x and Matrix Market are packed", {
    expect_packed <- function(x, ...) {
        packed <- SummarizedExperiment::assay(packCounts(x, ...))
        expect_identical(as(packed, "dgCMatrix"), counts)
    }
    expect_packed(write_h5ad(counts, at = "raw/X"), assay.type = "raw")
    expect_packed(
        write_h5ad(counts, "genes", at = "layers/spliced"),
        assay.type = "spliced"
    )
    expect_packed(write_folder(counts))
    tenx <- write_h5(list(
        `matrix/data` = counts@x, `matrix/indices` = counts@i,
        `matrix/indptr` = counts@p, `matrix/shape` = dim(counts),
        `matrix/barcodes` = colnames(counts), `matrix/genes` = rownames(counts)
    ))
    expect_packed(tenx)
    expect_identical(
        as(SummarizedExperiment::assay(readCounts(write_folder(counts))),
           "dgCMatrix"), counts
    )
})

test_that("features that are not genes are left out", {
    types <- rep(c("Gene Expression", "Antibody Capture"), c(27, 3))
    folder <- write_folder(counts, types)
    expect_message(packed <- packCounts(folder), "3 features")
    expect_identical(
        as(SummarizedExperiment::assay(packed), "dgCMatrix"), counts[1:27, ]
    )
    expect_identical(
        SummarizedExperiment::rowData(packed)$Symbol,
        toupper(rownames(counts)[1:27])
    )
})

test_that("training from a path is training from its counts", {
    model <- fit(sce, batch = "batch", subset.row = 25:3)
    for (form in c("cells", "genes", "dense")) {
        file <- write_h5ad(counts, form, obs = cells)
        for (cache in c("memory", "disk")) {
            other <- fit(
                file, batch = "batch", subset.row = 25:3, cache = cache
            )
            expect_identical(modelWeights(other), modelWeights(model))
        }
    }
})

test_that("every verb reads from a path", {
    model <- fit(sce, batch = "batch")
    file <- write_h5ad(counts, "genes", obs = cells)
    verbs <- list(
        latentRepresentation, normalizedExpression, elbo, reconstructionError,
        marginalLogLik, posteriorPredictiveSample, likelihoodParameters,
        latentLibrarySize, featureCorrelation
    )
    for (verb in verbs) {
        arguments <- list(model, subset.col = 150:20)
        if ("seed" %in% names(formals(verb))) {
            arguments$seed <- 1
        }
        expect_identical(
            quiet(do.call(verb, c(arguments, x = file, cache = "disk"))),
            do.call(verb, c(arguments, list(x = sce)))
        )
    }
    expect_equal(
        quiet(differentialExpression(model, file, groups = "labels", seed = 1)),
        differentialExpression(model, sce, groups = "labels", seed = 1)
    )
    check <- function(x) {
        zeroFraction(quiet(
            posteriorPredictiveCheck(model, x, n_samples = 2, seed = 1)
        ))
    }
    expect_equal(check(file), check(sce))
    continue <- function(x) {
        modelWeights(quiet(
            continueTraining(model, x, max_epochs = 1, seed = 1)
        ))
    }
    expect_identical(continue(file), continue(sce))
    map <- function(x) {
        quiet(mapQuery(x, model, max_epochs = 1, seed = 1))
    }
    expect_identical(
        SingleCellExperiment::reducedDim(map(file)),
        SingleCellExperiment::reducedDim(map(sce))
    )
})

test_that("runSCVI() takes a path and several", {
    file <- write_h5ad(counts, obs = cells)
    arguments <- list(max_epochs = 1, n_hidden = 16, seed = 1)
    run <- function(...) quiet(do.call(runSCVI, c(list(...), arguments)))
    found <- run(file, batch = "batch")
    expect_identical(
        SingleCellExperiment::reducedDim(found, "scVI"),
        SingleCellExperiment::reducedDim(run(sce, batch = "batch"), "scVI")
    )
    expect_identical(found$labels, sce$labels)
    other <- write_h5ad(counts[30:5, 1:40], obs = lapply(cells, head, 40))
    quiet(expect_message(
        both <- runSCVI(
            c(a = file, b = other), max_epochs = 1, n_hidden = 16, seed = 1
        ), "26 genes are common"
    ))
    expect_identical(dim(both), c(26L, 240L))
    expect_identical(levels(both$file), c("a", "b"))
    plain <- quiet(trainSCVI(
        list(a = sce, b = sce[30:5, 1:40]), max_epochs = 1, n_hidden = 16,
        seed = 1
    ))
    expect_identical(modelWeights(scviModel(both)), modelWeights(plain))
})

test_that("the place of the counts is said, and follows the option", {
    file <- write_h5ad(counts)
    pack <- function(...) .count_data(file, ...)$counts
    expect_message(pack(cache = "disk"), "temporary file")
    expect_message(pack(cache = "memory"), "in memory")
    expect_message(pack(), "in memory.*MB")
    withr::with_options(list(scvigor.cache_memory = 1000), {
        expect_message(pack(), "temporary file")
        expect_message(pack(cache = "memory"), "in memory")
    })
    withr::with_options(list(scvigor.cache_memory = "much"), {
        expect_argument_error(pack(), "cache", "number")
    })
    expect_argument_error(fit(file, cache = "ram"), "cache", "memory")
})

test_that("arrays of HDF5Array are read in C++, through chosen rows and cells", {
    skip_if_not_installed("HDF5Array")
    expect_same <- function(array, expected) {
        expect_false(is.null(.stream_of_array(array)))
        packed <- packCounts(array)
        expect_identical(as(packed, "dgCMatrix"), as(expected, "dgCMatrix"))
    }
    subsets <- function(array) {
        expect_same(array, counts)
        expect_same(array[25:3, ], counts[25:3, ])
        expect_same(array[, c(50:2, 2, 7)], counts[, c(50:2, 2, 7)])
        expect_same(array[3:25, ][c(9, 2, 5), 10:20],
                    counts[3:25, ][c(9, 2, 5), 10:20])
    }
    named <- function(array) {
        dimnames(array) <- dimnames(counts)
        array
    }
    dense <- withr::local_tempfile(fileext = ".h5")
    subsets(named(HDF5Array::writeHDF5Array(as.matrix(counts), dense, "counts",
                                            chunkdim = c(7, 20))))
    dense <- write_h5ad(counts, "dense")
    subsets(named(HDF5Array::HDF5Array(dense, "X")))
    for (form in c("cells", "genes")) {
        subsets(array_on_disk(counts, form))
    }
    # any other operation: block by block
    doubled <- array_on_disk(counts) * 2
    expect_null(.stream_of_array(doubled))
    expect_identical(as(packCounts(doubled), "dgCMatrix"), counts * 2)
    joined <- DelayedArray::cbind(
        array_on_disk(counts)[, 1:9], array_on_disk(counts, "genes")[, 10:200]
    )
    expect_identical(as(packCounts(joined), "dgCMatrix"), counts)
})

test_that("training from objects with counts on disk is the same", {
    skip_if_not_installed("HDF5Array")
    on_disk <- sce
    SummarizedExperiment::assay(on_disk, withDimnames = FALSE) <-
        array_on_disk(counts, "genes")
    model <- fit(sce, batch = "batch")
    expect_message(
        trainSCVI(on_disk, max_epochs = 1, n_hidden = 16, cache = "disk"),
        "temporary file"
    )
    expect_identical(
        modelWeights(fit(on_disk, batch = "batch")), modelWeights(model)
    )
    expect_identical(
        quiet(latentRepresentation(model, on_disk)),
        latentRepresentation(model, sce)
    )
    both <- function(x) {
        modelWeights(fit(list(a = x[1:20, ], b = x[30:5, 150:3])))
    }
    expect_identical(both(on_disk), both(sce))
})

test_that("layers of a Seurat object on disk are joined without a copy", {
    skip_if_not_installed("HDF5Array")
    array <- array_on_disk(counts, "genes")
    layers <- list(array[1:20, 101:200], array[30:5, 1:100])
    joined <- quiet(.join_layers(
        layers, rownames(counts), colnames(counts), "Layer"
    ))
    expected <- .join_layers(
        lapply(layers, as, "dgCMatrix"), rownames(counts), colnames(counts),
        "Layer"
    )
    expect_s4_class(joined, "PackedCounts")
    expect_identical(as(joined, "dgCMatrix"), expected)
})

test_that("objects of anndataR are read through their interface", {
    anndata <- structure(list2env(list(
        X = Matrix::t(log1p(counts)), obs = as.data.frame(cells),
        layers = list(counts = Matrix::t(counts)),
        obs_names = colnames(counts), var_names = rownames(counts)
    )), class = c("InMemoryAnnData", "AbstractAnnData", "R6"))
    expect_identical(
        modelWeights(fit(anndata, batch = "batch")),
        modelWeights(fit(sce, batch = "batch"))
    )
    expect_argument_error(
        fit(anndata, assay.type = "spliced"), "assay.type", "spliced"
    )
})

test_that("what is wrong is said, with its place", {
    bad <- counts
    bad[3, 4] <- -1
    file <- write_h5ad(bad)
    expect_error(fit(file), "no counts", class = "scvigor_file_error")
    expect_warning(
        expect_argument_error(fit(file, assay.type = "X"), "x", "negative"),
        "gene_2.*cell_3"
    )
    expect_error(fit("nowhere.h5ad"), "no file", class = "scvigor_file_error")
    expect_argument_error(fit(file, altexp = "ab"), "altexp")
    expect_error(fit(file, assay.type = "spliced"), "spliced",
                 class = "scvigor_file_error")
    expect_argument_error(fit(write_h5ad(counts), batch = "sample"), "batch")
    expect_argument_error(fit(character()), "x", "empty")
})

test_that("a full disk is an error that leaves nothing behind", {
    skip_if_not_installed("callr")
    big <- do.call(cbind, rep(list(counts), 40))
    colnames(big) <- paste0("cell_", seq_len(ncol(big)))
    file <- write_h5ad(big)
    folder <- withr::local_tempdir()
    script <- withr::local_tempfile(fileext = ".R")
    writeLines(c(
        "library(scvigor)",
        sprintf("tryCatch(packCounts('%s', '%s/x.counts'),", file, folder),
        "    scvigor_file_error = function(e) cat(conditionMessage(e)))",
        sprintf("tryCatch(trainSCVI('%s', cache = 'disk', verbose = FALSE),",
                file),
        "    scvigor_file_error = function(e) cat(conditionMessage(e)))",
        "cat(' left:', length(list.files(tempdir())))"
    ), script)
    # a limit to the size of files stands for a full disk
    found <- system2(
        "sh", c("-c", shQuote(paste(
            "ulimit -f 100;", file.path(R.home("bin"), "Rscript"), script
        ))), stdout = TRUE, stderr = FALSE,
        env = paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))
    )
    found <- paste(found, collapse = " ")
    expect_match(found, "Cannot write .*/x.counts\": File too large")
    expect_match(found, "Cannot write .*/counts-.*\": File too large")
    expect_match(found, "left: 0")
    expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE),
                     character())
})

test_that("Ctrl-C ends the reading of a large file at once", {
    skip_if_not_installed("callr")
    skip_if_not_installed("rhdf5")
    file <- withr::local_tempfile(fileext = ".h5ad")
    write_ones(file, n_genes = 2000, n_cells = 40000)
    for (target in c("disk", "file")) {
        folder <- withr::local_tempdir()
        started <- file.path(withr::local_tempdir(), "started")
        process <- callr::r_bg(function(file, target, folder, started) {
            library(scvigor)
            file.create(started)
            tryCatch(
                {
                    if (target == "file") {
                        packCounts(file, file.path(folder, "x"))
                    } else {
                        trainSCVI(file, max_epochs = 1, cache = target)
                    }
                    NULL
                },
                interrupt = function(condition) Sys.time()
            )
        }, list(file, target, folder, started))
        for (attempt in seq_len(600)) {
            if (file.exists(started)) break
            Sys.sleep(0.1)
        }
        Sys.sleep(1)
        pressed <- Sys.time()
        process$interrupt()
        process$wait(20000)
        ended <- process$get_result()
        expect_s3_class(ended, "POSIXct")
        expect_lt(as.numeric(ended - pressed, units = "secs"), 1)
        expect_identical(list.files(folder), character())
    }
})

test_that("genes are selected from a path", {
    file <- write_h5ad(counts, "genes", obs = cells)
    expect_identical(
        quiet(selectGenes(file, 5, batch = "batch")),
        selectGenes(sce, 5, batch = "batch")
    )
})
