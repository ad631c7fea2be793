# What R says of `num_threads` in a session of its own.
default_threads <- function(..., before = "") {
    code <- paste(before, "cat(scvigor:::runtime_info()$num_threads)")
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

test_that("the default does not depend on what is called first", {
    skip_if(!nzchar(Sys.which("nproc")), "nproc, which counts processors")
    processors <- as.integer(system2("nproc", stdout = TRUE))
    training <- paste(
        "counts <- matrix(rpois(400, 2), 20);",
        "model <- scvigor::trainSCVI(counts, max_epochs = 1, n_hidden = 8);"
    )
    expect_identical(default_threads(before = training) > 1, processors > 1)
})
