# What R says of `num_threads` in a session of its own.
default_threads <- function(...) {
    code <- "cat(scvigor:::runtime_info()$num_threads)"
    out <- system2(
        file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)),
        stdout = TRUE, env = c(
            paste0("R_LIBS=", shQuote(paste(.libPaths(), collapse = ":"))), ...
        )
    )
    as.integer(out)
}

test_that("OMP_NUM_THREADS is the default number of threads", {
    expect_identical(default_threads("OMP_NUM_THREADS=1"), 1L)
    expect_identical(default_threads("OMP_NUM_THREADS=2"), 2L)
})
