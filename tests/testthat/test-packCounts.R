sce <- toy_sce(30, per_batch = 100)
counts <- as(SummarizedExperiment::assay(sce), "dgCMatrix")
new_file <- function(env = parent.frame()) {
    withr::local_tempfile(fileext = ".counts", .local_envir = env)
}

latent_of <- function(x) {
    latentRepresentation(
        trainSCVI(x, max_epochs = 1, n_hidden = 16, seed = 1), x = x
    )
}

test_that("packed counts are the counts, in memory and in a file", {
    for (x in list(counts, as.matrix(counts))) {
        for (file in list(NULL, new_file())) {
            packed <- packCounts(x, file)
            expect_s4_class(packed, "PackedCounts")
            expect_identical(dim(packed), dim(counts))
            expect_identical(dimnames(packed), dimnames(counts))
            expect_identical(as(packed, "dgCMatrix"), counts)
            expect_identical(as.matrix(packed), as.matrix(counts))
            unlink(file)
        }
    }
    nameless <- counts
    dimnames(nameless) <- list(NULL, NULL)
    expect_identical(as(packCounts(nameless), "dgCMatrix"), nameless)
})

test_that("rows and columns are chosen as of a matrix", {
    packed <- packCounts(counts)
    expect_chosen <- function(i, j) {
        expect_identical(as.matrix(packed[i, j]),
                         as.matrix(counts[i, j, drop = FALSE]))
    }
    expect_chosen(1:3, c(5, 2, 2))
    expect_chosen(rev(rownames(counts)[4:9]), seq_len(ncol(counts)) %% 3 == 0)
    expect_chosen(-1, "cell_7")
    expect_identical(as.matrix(packed[, 4]),
                     as.matrix(counts[, 4, drop = FALSE]))
    expect_identical(as.matrix(packed[7, ][, 3:1]),
                     as.matrix(counts[7, 3:1, drop = FALSE]))
    expect_identical(dim(packed[integer(), FALSE]), c(0L, 0L))
    expect_argument_error(packed[c(1, 1), ], "i", "twice")
    expect_argument_error(packed[31, ], "i")
    expect_argument_error(packed[, "nobody"], "j", "nobody")
    expect_argument_error(packed[3], "i", "rows and columns")
    expect_argument_error(dimnames(packed) <- list("a", NULL), "value")
    rownames(packed)[1] <- "first"
    expect_identical(rownames(packed)[1:2], c("first", rownames(counts)[2]))
    expect_output(show(packed), "30 genes x 200 cells")
})

test_that("an assay is packed in its place", {
    file <- new_file()
    packed <- packCounts(sce, file)
    expect_s4_class(packed, "SingleCellExperiment")
    expect_identical(SummarizedExperiment::colData(packed),
                     SummarizedExperiment::colData(sce))
    expect_identical(as(SummarizedExperiment::assay(packed), "dgCMatrix"),
                     counts)
    some <- packed[5:1, 11:20]
    expect_identical(as(SummarizedExperiment::assay(some), "dgCMatrix"),
                     counts[5:1, 11:20])
    alternative <- sce
    SingleCellExperiment::altExp(alternative, "other") <- sce[1:4, ]
    found <- packCounts(alternative, altexp = "other")
    expect_s4_class(
        SummarizedExperiment::assay(
            SingleCellExperiment::altExp(found, "other")
        ), "PackedCounts"
    )
})

test_that("training and every verb give the same from packed counts", {
    file <- new_file()
    packed <- packCounts(sce, file)
    fit <- function(x) {
        trainSCVI(
            x, batch = "batch", max_epochs = 3, n_hidden = 16, seed = 1,
            subset.row = 25:3
        )
    }
    model <- fit(sce)
    other <- fit(packed)
    expect_identical(modelWeights(other), modelWeights(model))
    expect_identical(trainingHistory(other), trainingHistory(model))
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
        expect_identical(do.call(verb, c(arguments, list(x = packed))),
                         do.call(verb, c(arguments, list(x = sce))))
    }
    de <- function(x) {
        differentialExpression(model, x, groups = "labels", seed = 1)
    }
    expect_equal(de(packed), de(sce))
    check <- function(x) {
        posteriorPredictiveCheck(model, x, n_samples = 2, seed = 1)
    }
    expect_equal(zeroFraction(check(packed)), zeroFraction(check(sce)))
    expect_identical(
        modelWeights(continueTraining(other, packed, max_epochs = 1, seed = 1)),
        modelWeights(continueTraining(model, sce, max_epochs = 1, seed = 1))
    )
})

test_that("new cells may be packed, lack genes and have them in any order", {
    model <- trainSCVI(sce, max_epochs = 2, n_hidden = 16, seed = 1)
    new <- toy_sce(30, per_batch = 40)[30:4, ]
    map <- function(x) {
        suppressWarnings(suppressMessages(mapQuery(
            x, model, max_epochs = 1, seed = 1
        )))
    }
    latent <- function(x) latentRepresentation(map(x))
    expect_identical(latent(packCounts(new)), latent(new))
})

test_that("a list of objects may hold packed ones", {
    both <- suppressMessages(trainSCVI(
        list(a = sce[1:20, ], b = packCounts(sce[30:5, ])), max_epochs = 1,
        seed = 1, n_hidden = 16
    ))
    plain <- suppressMessages(trainSCVI(
        list(a = sce[1:20, ], b = sce[30:5, ]), max_epochs = 1, seed = 1,
        n_hidden = 16
    ))
    expect_identical(modelWeights(both), modelWeights(plain))
})

test_that("a DelayedMatrix is packed block by block", {
    skip_if_not_installed("DelayedArray")
    for (seed in list(counts, as.matrix(counts))) {
        delayed <- DelayedArray::DelayedArray(seed)[30:2, ]
        expect_identical(as(packCounts(delayed, new_file()), "dgCMatrix"),
                         counts[30:2, ])
    }
})

test_that("a DelayedMatrix with an invalid seed is refused", {
    skip_if_not_installed("DelayedArray")
    delayed <- DelayedArray::DelayedArray(counts)
    delayed@seed@i[3] <- 1000000L
    expect_argument_error(packCounts(delayed), "x", "not valid")
    expect_argument_error(selectGenes(delayed), "x", "not valid")
})

test_that("a file is opened again where it is needed", {
    file <- new_file()
    packed <- packCounts(sce, file)
    expect_identical(as(packCounts(file = file), "dgCMatrix"), counts)
    saved <- withr::local_tempfile(fileext = ".rds")
    saveRDS(packed, saved)
    again <- readRDS(saved)
    expect_identical(latent_of(again), latent_of(sce))
    # without the file
    unlink(file)
    expect_error(latent_of(readRDS(saved)), class = "scvigor_file_error")
    # with another one
    packCounts(sce[, 1:5], file)
    expect_argument_error(latent_of(readRDS(saved)), "x", "no longer the file")
    saveRDS(packCounts(sce), saved)
    expect_argument_error(latent_of(readRDS(saved)), "x", "another session")
})

test_that("existing files are kept", {
    file <- new_file()
    writeLines("mine", file)
    expect_argument_error(packCounts(sce, file), "file", "overwrite")
    expect_error(packCounts(file = file), class = "scvigor_file_error")
    packCounts(sce[, 1:5], file, overwrite = TRUE)
    expect_identical(ncol(packCounts(file = file)), 5L)
    # in place
    packCounts(packCounts(file = file)[, 4:2], file, overwrite = TRUE)
    expect_identical(colnames(packCounts(file = file)), colnames(sce)[4:2])
})

test_that("damage of an open file is an error that names it", {
    file <- new_file()
    packed <- packCounts(sce, file)
    model <- trainSCVI(packed, max_epochs = 1, n_hidden = 16)
    bytes <- readBin(file, "raw", file.size(file))
    bytes[500] <- xor(bytes[500], as.raw(1))
    connection <- file(file, "r+b")
    writeBin(bytes, connection)
    close(connection)
    expect_error(
        latentRepresentation(model, x = packed), "damaged",
        class = "scvigor_file_error"
    )
})

test_that("a file that is removed while it is open can still be trained on", {
    file <- new_file()
    packed <- packCounts(sce, file)
    unlink(file)
    fit <- function(x, ...) {
        modelWeights(trainSCVI(x, max_epochs = 1, n_hidden = 16, seed = 1, ...))
    }
    expect_identical(fit(packed), fit(sce))
    # by one thread: another one reads ahead
    expect_identical(fit(packed, num_threads = 1), fit(sce, num_threads = 1))
})

test_that("a file that is cut off while it is open is an error", {
    file <- new_file()
    packed <- packCounts(sce, file)
    cut_off <- function() {
        bytes <- readBin(file, "raw", file.size(file))
        connection <- file(file, "r+b")
        truncate(connection)
        writeBin(head(bytes, length(bytes) %/% 2), connection)
        close(connection)
    }
    train <- function(...) {
        trainSCVI(packed, max_epochs = 5, n_hidden = 16, verbose = FALSE, ...)
    }
    model <- train(seed = 1)
    cut_off()
    # by one thread another one reads ahead
    for (threads in 1:2) {
        ended <- "ends too early: it was changed or cut off"
        expect_error(train(num_threads = threads), ended,
                     class = "scvigor_file_error")
        expect_error(latentRepresentation(model, packed, num_threads = threads),
                     ended, class = "scvigor_file_error")
    }
})

test_that("a killed training on a packed file loses one interval at most", {
    skip_if_not_installed("callr")
    file <- new_file()
    packCounts(sce, file)
    checkpoint <- withr::local_tempfile(fileext = ".h5")
    log <- withr::local_tempfile()
    # notes each epoch that is done
    train <- function(file, checkpoint, log) {
        progress <- function(verbose) {
            list(
                on_epoch = function(report) {
                    cat(report$epoch, "\n", file = log, append = TRUE)
                    FALSE
                },
                done = function() NULL
            )
        }
        utils::assignInNamespace(".new_progress", progress, "scvigor")
        scvigor::trainSCVI(
            scvigor::packCounts(file = file), max_epochs = 1e6, n_hidden = 16,
            batch_size = 32, seed = 1, checkpoint = checkpoint,
            checkpoint_every = 3
        )
    }
    process <- callr::r_bg(train, list(file, checkpoint, log))
    for (attempt in seq_len(1200)) {
        if (file.exists(checkpoint)) break
        Sys.sleep(0.1)
    }
    Sys.sleep(0.5)
    tools::pskill(process$get_pid(), tools::SIGKILL)
    process$wait()
    done <- length(readLines(log))
    saved <- scvigor:::.read_checkpoint(checkpoint)$state$epochs
    expect_gte(saved, done - 3)
    expect_identical(saved %% 3L, 0L)
    resumed <- resumeTraining(
        checkpoint, packCounts(file = file), max_epochs = saved + 2,
        verbose = FALSE
    )
    whole <- trainSCVI(
        sce, max_epochs = saved + 2, n_hidden = 16, batch_size = 32, seed = 1,
        verbose = FALSE
    )
    expect_identical(modelWeights(resumed), modelWeights(whole))
    # the file is as it was
    expect_identical(as(packCounts(file = file), "dgCMatrix"), counts)
})

test_that("mistakes in the arguments are explained", {
    expect_argument_error(packCounts(), "x", "file")
    expect_error(packCounts("sce"), "no file", class = "scvigor_file_error")
    expect_argument_error(packCounts(NA_character_), "x")
    expect_argument_error(packCounts(sce, 3), "file")
    expect_argument_error(packCounts(sce, tempdir()), "file", "folder")
    expect_argument_error(packCounts(sce, "/nowhere/x"), "file")
    expect_argument_error(packCounts(sce, assay.type = "scaled"), "assay.type")
    expect_argument_error(packCounts(sce, foo = 1), "foo")
    expect_argument_error(packCounts(sce, overwrite = NA), "overwrite")
    expect_argument_error(packCounts(sce, verbose = 2), "verbose")
    text <- matrix("a", 2, 2)
    expect_argument_error(packCounts(text), "x", "numbers")
})

test_that("values that are no counts are found in packed counts, too", {
    bad <- counts
    bad[3, 4] <- -1
    expect_argument_error(trainSCVI(packCounts(bad)), "x", "negative")
    bad[3, 4] <- NaN
    expect_argument_error(trainSCVI(packCounts(bad)), "x", "missing")
    logs <- packCounts(log1p(counts))
    expect_warning(
        trainSCVI(logs, max_epochs = 1, n_hidden = 16), "fraction"
    )
})
