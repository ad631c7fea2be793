# Rscript tools/run-testthat.R TESTS [FILTER]: runs the testthat files in the
# folder TESTS (those whose name matches FILTER) against the installed package.
# The last line counts the tests; the status tells whether all went well. A
# warning that a test does not expect fails that test.
#
# TESTTHAT_CPUS (2) processes share the files. One, as with a FILTER, also names
# the slowest files.
arguments <- commandArgs(trailingOnly = TRUE)
is_parallel <- length(arguments) == 1 && Sys.getenv("TESTTHAT_CPUS") != "1"
Sys.setenv(NOT_CRAN = "true", TESTTHAT_PARALLEL = is_parallel)
own_library <- file.path("build", "library")
if (!nzchar(Sys.getenv("R_LIBS")) && dir.exists(own_library)) {
    .libPaths(c(normalizePath(own_library), .libPaths()))
}

# Messages that no test looks at are not shown.
run <- withCallingHandlers(
    testthat::test_dir(
        arguments[1],
        filter = if (length(arguments) > 1) arguments[2],
        package = "scvigor", load_package = "installed",
        reporter = "summary", stop_on_failure = FALSE
    ),
    scvigor_message = function(message) invokeRestart("muffleMessage")
)
results <- as.data.frame(run)
failed <- results$failed > 0 | results$error | results$warning > 0
skipped <- results$skipped & !failed
# why, a line each
for (test in run[skipped]) {
    is_skip <- vapply(test$results, inherits, NA, "expectation_skip")
    reason <- conditionMessage(test$results[is_skip][[1]])
    reason <- sub("^Reason: ", "", strsplit(reason, "\n")[[1]][1])
    cat("skipped: ", reason, "\n", sep = "")
}
if (!is_parallel) {
    seconds <- sort(tapply(results$real, results$file, sum), decreasing = TRUE)
    slowest <- head(seconds, 10)
    cat("slowest of ", round(sum(seconds)), " s: ", paste0(
        sub("^test-(.*)[.]R$", "\\1", names(slowest)), " ", round(slowest),
        collapse = ", "
    ), "\n", sep = "")
}
cat(sprintf("R tests: %d passed, %d failed, %d skipped\n",
    sum(!failed & !skipped), sum(failed), sum(skipped)))
quit(status = as.integer(any(failed) || nrow(results) == 0))
