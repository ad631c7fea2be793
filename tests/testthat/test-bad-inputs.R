# What the generated inputs of longtests/bad-inputs have found.

counts <- toy_counts(12, 40)
sparse <- as(counts, "dgCMatrix")
sce <- toy_sce(12, 2, 20)

test_that("pointers beyond the values are refused without the memory for them", {
    for (last in c(2e9, 1e9, 1e6)) {
        bad <- sparse
        bad@p[length(bad@p)] <- as.integer(last)
        expect_null(scvigor:::.with_sorted_rows(bad))
        expect_argument_error(quick_train(bad), "x", "not a valid dgCMatrix")
    }
})

test_that("an assay that does not fit its tables is an error", {
    for (wrong in list(counts[1:5, ], counts[, 1:10], "text", 1:480, list(1))) {
        x <- sce
        x@assays@data@listData$counts <- wrong
        expect_argument_error(quick_train(x), "x", "Assay \"counts\"")
        expect_argument_error(quick_run(x), "x", "Assay \"counts\"")
    }
    x <- sce
    x@rowRanges <- x@rowRanges[1:5]
    expect_argument_error(quick_train(x), "x", "gene table has 5 rows")
})

test_that("what is no model among the models of an object is passed over", {
    for (other in list(list(scVI = "no model"), 1:3, "text", list())) {
        x <- sce
        S4Vectors::metadata(x)$scvigor <- other
        expect_argument_error(latentRepresentation(x), "object", "no scVI model")
    }
    x <- quick_run(sce)
    S4Vectors::metadata(x)$scvigor$other <- "no model"
    expect_identical(latentRepresentation(x, seed = 1),
                     latentRepresentation(quick_run(sce), seed = 1))
})

test_that("a Seurat object without assays is an error", {
    skip_if_not_installed("SeuratObject")
    x <- suppressWarnings(SeuratObject::CreateSeuratObject(sparse))
    x@assays <- list()
    expect_argument_error(quick_train(x), "assay", "there are none")
})

test_that("a name that Seurat changes is refused before training", {
    skip_if_not_installed("SeuratObject")
    x <- suppressWarnings(SeuratObject::CreateSeuratObject(sparse))
    for (name in c("a b", "1st", "my-scvi")) {
        expect_argument_error(quick_run(x, name = name), "name",
                              "Seurat calls it|cannot be stored under")
    }
})

test_that("a DelayedMatrix of text is an error", {
    skip_if_not_installed("DelayedArray")
    x <- DelayedArray::DelayedArray(matrix("a", 12, 40))
    expect_no_warning(
        expect_argument_error(quick_train(x), "x", "numbers, not character")
    )
})

test_that("empty labels are an error", {
    latent <- latentRepresentation(quick_train(counts))
    for (labels in list(character(), data.frame(row.names = rownames(latent)))) {
        expect_argument_error(transferLabels(latent, latent, labels, k = 3),
                              "labels", "empty")
    }
})

test_that("options of a class are not taken for the numbers below it", {
    odd <- list(factor("a"), Sys.Date(), as.difftime(1, units = "secs"),
                data.frame(a = 1))
    for (option in c("n_hidden", "n_layers", "lr", "batch_size", "eps",
                     "max_epochs", "train_size", "early_stopping_patience")) {
        for (value in odd) {
            given <- list(counts, value)
            names(given) <- c("x", option)
            expect_argument_error(do.call(trainSCVI, given), option, "plain")
        }
    }
    expect_argument_error(
        trainSCVI(counts, plan_kwargs = list(weight_decay = factor("a"))),
        "weight_decay", "plain"
    )
})

test_that("arguments of an odd kind are errors that name them", {
    expect_argument_error(quick_train(sce, assay.type = matrix(1)),
                          "assay.type")
    expect_argument_error(quick_train(sce, accelerator = "Z\xfcrich"),
                          "accelerator")
    for (argument in c("categorical_covariates", "continuous_covariates")) {
        given <- list(sce, new.env())
        names(given) <- c("x", argument)
        expect_argument_error(do.call(quick_train, given), argument)
    }
    for (argument in c("batch", "labels", "size_factor")) {
        given <- list(sce, quote(a + b))
        names(given) <- c("x", argument)
        expect_argument_error(do.call(trainSCVI, given, quote = TRUE), argument)
    }
})

test_that("pipes are not waited for, and paths have an end", {
    skip_on_os("windows")
    pipe <- withr::local_tempfile()
    system2("mkfifo", shQuote(pipe))
    expect_error(loadSCVI(pipe), class = "scvigor_file_error")
    expect_error(readCounts(pipe), class = "scvigor_file_error")
    expect_error(resumeTraining(pipe, counts), class = "scvigor_file_error")
    expect_argument_error(quick_train(counts, checkpoint = pipe), "checkpoint")
    for (path in c(strrep("a", 5000), strrep("a/", 3000))) {
        expect_no_warning({
            expect_argument_error(loadSCVI(path), "path", "bytes")
            expect_argument_error(readCounts(path), "file", "bytes")
            expect_argument_error(importScviTools(path), "dir", "bytes")
            expect_argument_error(resumeTraining(path, counts), "path", "bytes")
        })
    }
})

test_that("a latent space that is not finite is an error", {
    for (lr in c(3e9, 2^53)) {
        error <- expect_error(quick_train(counts, lr = lr, n_hidden = 8),
                              class = "scvigor_numeric_error")
        expect_identical(as.numeric(error$epoch), 1)
    }
})

test_that("a folder in which nothing can be made is found before training", {
    skip_if_not(dir.exists("/proc/self"))
    for (folder in c("/proc", "/proc/self")) {
        file <- file.path(folder, "run.h5")
        expect_argument_error(quick_train(counts, checkpoint = file),
                              "checkpoint", "cannot be written to")
        expect_argument_error(saveSCVI(quick_train(counts), file), "path",
                              "cannot be written to")
    }
})

test_that("options of the session change no number in a text", {
    sce <- toy_sce(12, 2, 20)
    ask <- function() {
        model <- quick_train(sce, batch = "batch")
        list(
            utils::capture.output(show(model))[-5],
            names(differentialExpression(
                model, sce, groups = "batch", n_samples_overall = 20, seed = 1
            ))
        )
    }
    expected <- ask()
    withr::local_options(OutDec = ",", scipen = -9, digits = 3, warn = 2)
    expect_identical(ask(), expected)
})

test_that("billions of draws end with a time limit", {
    sce <- toy_sce(12, 2, 20)
    model <- quick_train(sce, batch = "batch")
    end_in_time <- function(call) {
        started <- Sys.time()
        setTimeLimit(elapsed = 0.5, transient = TRUE)
        withr::defer(setTimeLimit())
        expect_error(call, "time limit")
        setTimeLimit()
        expect_lt(as.numeric(Sys.time() - started, units = "secs"), 20)
    }
    for (library_size in list(1, "latent")) {
        end_in_time(normalizedExpression(
            model, sce, n_samples = 3e9, library_size = library_size
        ))
    }
    end_in_time(likelihoodParameters(
        model, sce, n_samples = 3e9, give_mean = TRUE
    ))
    end_in_time(marginalLogLik(model, sce, n_mc_samples = 3e9))
})

test_that("unused names and functions that fail are errors", {
    sce <- toy_sce(12, 2, 20)
    model <- quick_train(sce, batch = "batch")
    for (name in list(NA, 1, mean, "", character())) {
        expect_argument_error(latentRepresentation(model, name = name), "name")
        expect_argument_error(scviModel(model, name = name), "name")
    }
    de <- function(...) {
        differentialExpression(model, sce, groups = "batch", seed = 1,
                               n_samples_overall = 20, ...)
    }
    for (levels in list(mean, quote(x), globalenv(), "a")) {
        expect_argument_error(de(cred_interval_lvls = levels),
                              "cred_interval_lvls")
    }
    expect_argument_error(de(change_fn = function(a, b, c) stop("no")),
                          "change_fn", "failed: no")
    expect_argument_error(
        continueTraining(model, sce, max_epochs = Sys.Date()), "max_epochs"
    )
    for (epochs in c(1e18, 2^60)) {
        expect_argument_error(quick_train(sce, batch_size = epochs),
                              "batch_size", "at most 9007199254740992")
    }
})
