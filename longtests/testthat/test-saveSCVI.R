sce <- toy_sce(30, per_batch = 60)
model <- quick_train(sce, batch = "batch", max_epochs = 1)

# What becomes of reading a file: a class, or "crash" when R has gone.
outcome_of <- function(read) {
    tryCatch(
        class(read())[1],
        error = function(condition) class(condition)[1],
        warning = function(condition) class(condition)[1]
    )
}

test_that("1,000 damaged model files are errors or models, in time", {
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file, x = sce)
    bytes <- readBin(file, "raw", file.size(file))
    weights <- modelWeights(model)
    results <- lapply(seq_len(1000), function(k) {
        writeBin(damaged_bytes(bytes, k), file)
        found <- NULL
        seconds <- system.time(outcome <- outcome_of(function() {
            found <<- loadSCVI(file)
        }))[["elapsed"]]
        same <- is.null(found) || identical(modelWeights(found), weights)
        list(outcome = outcome, seconds = seconds, same = same)
    })
    outcome <- vapply(results, `[[`, "", "outcome")
    expect_true(all(outcome %in% c(
        "scvigor_file_error", "SCVIModel", "scvigor_warning"
    )))
    expect_gt(mean(outcome == "scvigor_file_error"), 0.5)
    expect_lt(max(vapply(results, `[[`, 0, "seconds")), 10)
    # weights have checksums: they are right or not there
    expect_true(all(vapply(results, `[[`, NA, "same")))
})

test_that("a process that is killed while it saves leaves the old file", {
    skip_if_not_installed("callr")
    folder <- withr::local_tempdir()
    file <- file.path(folder, "model.h5")
    large <- quick_train(toy_sce(400, per_batch = 60), n_hidden = 256)
    saveSCVI(large, file)
    rounds <- vapply(seq_len(15), function(k) {
        process <- callr::r_bg(function(model, file) {
            repeat scvigor::saveSCVI(model, file, overwrite = TRUE)
        }, list(model = large, file = file))
        started <- file.mtime(file)
        for (attempt in seq_len(200)) {
            if (file.mtime(file) > started) break
            Sys.sleep(0.05)
        }
        Sys.sleep(0.037 * k)
        process$kill()
        identical(modelWeights(loadSCVI(file)), modelWeights(large))
    }, NA)
    expect_true(all(rounds))
})
