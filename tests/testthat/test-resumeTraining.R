sce <- toy_sce(20, per_batch = 60)

# All that can change along the way does.
eventful <- function(..., x = sce, max_epochs = 6) {
    quick_train(
        x, batch = "batch", max_epochs = max_epochs, batch_size = 32,
        reduce_lr_on_plateau = TRUE, lr_patience = 1, lr_threshold = 1e6, ...
    )
}

quick_resume <- function(path, x = sce, ...) {
    resumeTraining(path, x, ..., verbose = FALSE)
}

# What is the same in a resumed and an uninterrupted run.
contents <- function(model) {
    run <- model@run
    run$seconds <- NULL
    list(
        modelWeights(model), trainingHistory(model), trainingSplit(model),
        latentRepresentation(model), trainOptions(model),
        modelOptions(model), modelRegistry(model), run
    )
}

local_checkpoint <- function(..., env = parent.frame()) {
    file <- withr::local_tempfile(fileext = ".h5", .local_envir = env)
    eventful(..., checkpoint = file)
    file
}

epochs_in <- function(file) scvigor:::.read_checkpoint(file)$state$epochs

# The same checkpoint as earlier releases wrote it; `change` is a function of
# the content.
as_rds <- function(file, to = withr::local_tempfile(fileext = ".rds",
                                                    .local_envir = env),
                   change = identity, env = parent.frame()) {
    content <- scvigor:::.read_checkpoint(file)
    old <- list(
        format = "scvigor_checkpoint", version = 1L, scvigor = "0.99.0",
        plan = content$config,
        # the generator's state, which is not used any more
        state = c(content$state, list(random = as.raw(1:8)))
    )
    connection <- gzfile(to, "wb", compression = 1)
    saveRDS(change(old), connection)
    close(connection)
    to
}

test_that("TR20 a resumed run is the uninterrupted run, bit for bit", {
    for (threads in 1:2) {
        whole <- eventful(num_threads = threads)
        file <- local_checkpoint(num_threads = threads, max_epochs = 3)
        longer <- quick_resume(file, max_epochs = 6)
        expect_identical(contents(longer), contents(whole))
        # its file holds the longer run now
        expect_identical(contents(quick_resume(file)), contents(whole))
    }
})

test_that("TR20 a run that was killed resumes from its checkpoint", {
    skip_if_not_installed("callr")
    file <- withr::local_tempfile(fileext = ".h5")
    process <- callr::r_bg(function(sce, file) {
        scvigor::trainSCVI(
            sce, batch = "batch", max_epochs = 1e6, n_hidden = 16,
            n_latent = 5, batch_size = 32, seed = 1, verbose = FALSE,
            reduce_lr_on_plateau = TRUE, lr_patience = 1, lr_threshold = 1e6,
            checkpoint = file, checkpoint_every = 2
        )
    }, list(sce = sce, file = file))
    for (attempt in seq_len(1200)) {
        if (file.exists(file)) break
        Sys.sleep(0.1)
    }
    process$kill()
    done <- epochs_in(file)
    expect_identical(done %% 2L, 0L)
    # the file is whole, whatever was written beside it
    expect_length(
        list.files(dirname(file), paste0("^", basename(file), "$")), 1
    )
    resumed <- quick_resume(file, max_epochs = done + 3)
    expect_identical(
        contents(resumed),
        contents(eventful(max_epochs = done + 3, checkpoint_every = 2))
    )
})

test_that("a checkpoint of further training keeps the whole history", {
    model <- eventful(max_epochs = 2)
    file <- withr::local_tempfile()
    further <- function(max_epochs, ...) {
        continueTraining(model, sce, max_epochs, seed = 3, verbose = FALSE,
                         ...)
    }
    whole <- further(4)
    further(2, checkpoint = file)
    expect_identical(
        contents(quick_resume(file, max_epochs = 4)), contents(whole)
    )
})

test_that("load_best_on_end returns to the best epoch, resumed too", {
    best <- function(...) {
        eventful(lr = 0.2, load_best_on_end = TRUE, ...)
    }
    whole <- best()
    history <- trainingHistory(whole)
    epoch <- which.min(history$elbo_validation)
    expect_equal(whole@run$best_epoch, epoch)
    expect_equal(nrow(history), 6)
    expect_output(print(whole), paste("weights of epoch", epoch))
    there <- eventful(lr = 0.2, max_epochs = epoch)
    expect_identical(modelWeights(whole), modelWeights(there))
    file <- local_checkpoint(lr = 0.2, load_best_on_end = TRUE,
                             max_epochs = 3)
    expect_identical(
        contents(quick_resume(file, max_epochs = 6)), contents(whole)
    )
    expect_argument_error(
        quick_train(sce, load_best_on_end = TRUE, train_size = 1),
        "load_best_on_end", "validation"
    )
    expect_argument_error(
        eventful(checkpointing_monitor = "accuracy"),
        "checkpointing_monitor", "elbo_validation"
    )
})

test_that("TR20 with a NaN the message names the path; the run is restorable", {
    # the third epoch's steps are too large
    file <- local_checkpoint(max_epochs = 2)
    error <- expect_error(
        quick_resume(file, max_epochs = 6, lr = 1e30), basename(file),
        fixed = TRUE, class = "scvigor_numeric_error"
    )
    expect_match(conditionMessage(error), "holds the run after epoch 2")
    expect_identical(error$checkpoint, normalizePath(file))
    expect_identical(
        contents(quick_resume(file, max_epochs = 2)),
        contents(eventful(max_epochs = 2))
    )
    smaller <- quick_resume(file, max_epochs = 3, lr = 1e-5)
    expect_equal(trainingHistory(smaller)$lr, c(1e-3, 1e-3, 1e-5))
})

test_that("TR20 a NaN before the first checkpoint says so", {
    file <- withr::local_tempfile()
    expect_error(
        eventful(lr = 1e30, checkpoint = file), "No checkpoint had been",
        class = "scvigor_numeric_error"
    )
    expect_false(file.exists(file))
})

test_that("TR20 with load_best_on_end a NaN leaves the best epoch's model", {
    file <- local_checkpoint(max_epochs = 2, load_best_on_end = TRUE)
    good <- quick_resume(file)
    warned <- expect_warning(
        model <- quick_resume(file, max_epochs = 6, lr = 1e30),
        "its best", class = "scvigor_warning"
    )
    expect_identical(modelWeights(model), modelWeights(good))
    expect_output(print(model), "not finite")
    expect_true(all(is.finite(latentRepresentation(model))))
})

test_that("files that are not checkpoints are kept", {
    file <- withr::local_tempfile(fileext = ".h5")
    writeLines("precious", file)
    expect_argument_error(eventful(checkpoint = file), "checkpoint",
                          "not a checkpoint")
    expect_identical(readLines(file), "precious")
    saveRDS(1:3, file)
    expect_argument_error(eventful(checkpoint = file), "checkpoint")
    expect_identical(readRDS(file), 1:3)
    eventful(checkpoint = file, checkpoint_overwrite = TRUE, max_epochs = 1)
    expect_equal(quick_resume(file)@run$epochs, 1)
    # one of ours is replaced
    eventful(checkpoint = file, max_epochs = 2)
    expect_equal(quick_resume(file)@run$epochs, 2)
})

test_that("a folder stands for a file in it", {
    folder <- withr::local_tempdir()
    eventful(checkpoint = folder, max_epochs = 1)
    expect_identical(list.files(folder), "scvigor_checkpoint.h5")
    expect_equal(quick_resume(folder)@run$epochs, 1)
})

test_that("bad values name the argument", {
    wrong <- function(argument, ...) {
        expect_argument_error(eventful(...), argument)
    }
    wrong("checkpoint", checkpoint = 1)
    wrong("checkpoint", checkpoint = c("a", "b"))
    wrong("checkpoint", checkpoint = "")
    wrong("checkpoint", checkpoint = file.path(tempdir(), "none", "here"))
    wrong("checkpoint_every", checkpoint_every = 0)
    wrong("checkpoint_overwrite", checkpoint_overwrite = NA)
    wrong("load_best_on_end", load_best_on_end = "yes")
    expect_argument_error(quick_resume(7), "path")
    file <- local_checkpoint(max_epochs = 2)
    resumed <- function(argument, regexp = NULL, ...) {
        expect_argument_error(quick_resume(file, ...), argument, regexp)
    }
    resumed("max_epochs", "2 epochs already", max_epochs = 1)
    resumed("max_epochs", max_epochs = 2.5)
    resumed("lr", lr = -1)
    resumed("num_threads", num_threads = 0)
    resumed("batch_size", "no argument", batch_size = 3)
    resumed("...", NULL, sce, 4, 5)
    expect_argument_error(resumeTraining(file, sce, verbose = NA), "verbose")
})

test_that("damaged, foreign and newer files are clear errors", {
    file <- local_checkpoint(max_epochs = 1)
    expect_file_error <- function(regexp, path = file) {
        expect_error(quick_resume(path), regexp, class = "scvigor_file_error")
    }
    content <- scvigor:::.read_checkpoint(file)
    expect_file_error("no checkpoint", tempfile())
    bytes <- readBin(file, "raw", file.size(file))
    writeBin(bytes[seq_len(length(bytes) %/% 2)], file)
    expect_file_error("not a checkpoint of scvigor, or a damaged one")
    for (place in c(0.3, 0.5, 0.7)) {
        damaged <- bytes
        at <- as.integer(place * length(bytes)) + 0:9
        damaged[at] <- xor(damaged[at], as.raw(255))
        writeBin(damaged, file)
        expect_file_error("damaged|checksum|Fletcher|read")
    }
    saveRDS(list(format = "other"), file)
    expect_file_error("not a checkpoint")
    saveSCVI(eventful(max_epochs = 1), file, overwrite = TRUE)
    expect_file_error("a model that saveSCVI\\(\\) wrote; loadSCVI\\(\\) reads it")
    write_content <- function(config = content$config, state = content$state) {
        scvigor:::.write_checkpoint(file, config, state)
    }
    for (name in names(content$state)) {
        write_content(state = content$state[setdiff(names(content$state), name)])
        # older versions knew no average of the weights
        if (name != "average") {
            expect_file_error(paste0("damaged: it lacks \"", name, "\""))
        }
        state <- content$state
        state[[name]] <- list("?")
        write_content(state = state)
        expect_file_error("damaged")
    }
    for (name in c("genes", "cells", "codes", "log_library")) {
        config <- content$config
        config[[name]] <- lapply(as.list(config[[name]]), head, 3)
        if (!is.list(content$config[[name]])) {
            config[[name]] <- head(content$config[[name]], 3)
        }
        write_content(config)
        expect_error(quick_resume(file), class = "scvigor_error")
    }
    config <- content$config
    config$split$train[1] <- length(config$log_library) + 1L
    write_content(config)
    expect_file_error("slot `split` must hold positions")
    state <- content$state
    state$moments[[1]]$first <- state$moments[[1]]$first[-1]
    write_content(state = state)
    expect_file_error("damaged")
})

test_that("a checkpoint where a model is expected, and the reverse", {
    file <- local_checkpoint(max_epochs = 1)
    expect_error(loadSCVI(file), "a checkpoint of scvigor; resumeTraining",
                 class = "scvigor_file_error")
})

test_that("checkpoints of earlier releases resume", {
    file <- local_checkpoint(max_epochs = 3)
    whole <- eventful()
    old <- as_rds(file)
    expect_true(scvigor:::.is_rds_checkpoint(old))
    expect_false(scvigor:::.is_rds_checkpoint(file))
    expect_identical(contents(quick_resume(old, max_epochs = 6)),
                     contents(whole))
    # the run goes on in today's form
    expect_identical(scvigor:::read_file_format(old), "scvigor_checkpoint")
    expect_identical(contents(quick_resume(old)), contents(whole))
    folder <- withr::local_tempdir()
    as_rds(file, file.path(folder, "scvigor_checkpoint.rds"))
    expect_identical(contents(quick_resume(folder, max_epochs = 6)),
                     contents(whole))
    # without compression, and with options that came later
    plain <- withr::local_tempfile(fileext = ".rds")
    content <- readRDS(as_rds(file))
    content$plan$train_options$lr_min <- NULL
    saveRDS(content, plain, compress = FALSE)
    expect_identical(contents(quick_resume(plain, max_epochs = 6)),
                     contents(whole))
})

# Epochs that the file holds are as they were. What follows has the numbers that
# the seed has from that step on, not those of the old generator.
test_that("a file that scvigor 0.99.0 wrote resumes to the run's end", {
    counts <- outer(1:6, 1:24, function(gene, cell) {
        (gene * cell * 7 + cell) %% 11 + 1
    })
    dimnames(counts) <- list(paste0("g", 1:6), paste0("c", 1:24))
    file <- withr::local_tempfile(fileext = ".rds")
    file.copy(test_path("checkpoint-0.99.0.rds"), file)
    model <- resumeTraining(
        file, counts, batch = rep(c("a", "b"), 12), max_epochs = 4,
        verbose = FALSE
    )
    elbo <- trainingHistory(model)$elbo_train
    # the uninterrupted run of that version
    old <- c(20.7644292441281, 20.5854043933478, 20.7941746115685,
             20.4585713364861)
    expect_length(elbo, 4)
    expect_equal(elbo[1:2], old[1:2], tolerance = 1e-12)
    expect_equal(elbo, old, tolerance = 0.05)
})

test_that("an .rds file is read only if it began as a checkpoint", {
    file <- local_checkpoint(max_epochs = 1)
    expect_file_error <- function(regexp, change) {
        expect_error(quick_resume(as_rds(file, change = change)), regexp,
                     class = "scvigor_file_error")
    }
    set <- function(...) {
        function(content) utils::modifyList(content, list(...))
    }
    expect_file_error("newer version of scvigor \\(9.9\\)",
                      set(version = 99L, scvigor = "9.9"))
    expect_file_error("more than data", set(scvigor = globalenv()))
    expect_file_error("more than data", set(plan = list(seed = quote(stop()))))
    expect_file_error("more than data", set(state = factor("a")))
    expect_file_error("it lacks", function(content) {
        content$plan <- list(seed = 1)
        content
    })
    expect_file_error("not a checkpoint", function(content) content[-1])
    expect_file_error("not a checkpoint", function(content) content[5:1])
    expect_file_error("invalid", set(state = list(lr = "a")))
    half <- as_rds(file)
    bytes <- readBin(half, "raw", file.size(half))
    writeBin(bytes[seq_len(length(bytes) %/% 2)], half)
    expect_error(quick_resume(half), "damaged", class = "scvigor_file_error")
})

test_that("other genes, cells, counts or covariates are clear errors", {
    file <- local_checkpoint(max_epochs = 1)
    refused <- function(x, argument, regexp) {
        expect_argument_error(quick_resume(file, x), argument, regexp)
    }
    refused(sce[1:10, ], "x", "lacks 10")
    refused(sce[, -1], "x", "119 cells")
    other <- sce
    SummarizedExperiment::assay(other)[1, 5] <- 1e3
    refused(other, "x", "differ from those of training")
    other <- sce
    other$batch <- rev(other$batch)
    refused(other, "batch", "differs")
})

test_that("Ctrl-C while checkpoints are kept names the file", {
    skip_on_os("windows")
    skip_if_not_installed("callr")
    file <- withr::local_tempfile(fileext = ".h5")
    process <- callr::r_bg(function(sce, file) {
        loadNamespace("scvigor")
        tryCatch(
            scvigor::trainSCVI(
                sce, max_epochs = 1e6, n_hidden = 16, verbose = FALSE,
                checkpoint = file, checkpoint_every = 2
            ),
            scvigor_warning = conditionMessage
        )
    }, list(sce = sce, file = file))
    interrupt_when_started(process, file)
    warned <- process$get_result()
    expect_match(warned, "interrupted after")
    expect_match(warned, basename(file), fixed = TRUE)
    done <- epochs_in(file)
    expect_match(warned, paste("holds the run after epoch", done))
})

test_that("a checkpoint that cannot be written is a warning at the end", {
    path <- file.path(tempdir(), "no such folder", "run.rds")
    writer <- scvigor:::.checkpoint_writer(path, list())
    # FALSE: training continues
    expect_false(suppressWarnings(writer$on_checkpoint(list(epochs = 3))))
    warning <- expect_warning(writer$warn(), class = "scvigor_warning")
    expect_match(conditionMessage(warning), path, fixed = TRUE)
    expect_match(writer$status(), "No checkpoint")
})
