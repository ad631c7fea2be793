# Rscript tools/run-testthat.R TESTS [COUNTS]: runs the testthat files in TESTS
# against the installed package; writes "passed failed skipped" (numbers of
# tests) to COUNTS. Fails when a test does.
arguments <- commandArgs(trailingOnly = TRUE)
Sys.setenv(NOT_CRAN = "true")

results <- as.data.frame(testthat::test_dir(
    arguments[1],
    package = "scvigor", load_package = "installed",
    reporter = "summary", stop_on_failure = FALSE
))
failed <- results$failed > 0 | results$error
skipped <- results$skipped & !failed
counts <- c(sum(!failed & !skipped), sum(failed), sum(skipped))
cat(sprintf("R tests: %d passed, %d failed, %d skipped\n",
    counts[1], counts[2], counts[3]))
if (length(arguments) > 1) {
    writeLines(paste(counts, collapse = " "), arguments[2])
}
quit(status = as.integer(any(failed) || nrow(results) == 0))
