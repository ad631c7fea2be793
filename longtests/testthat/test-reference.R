# Numbers that scvi-tools computes anew, of other configurations, sizes and
# names than the fixtures: every quick test that reads such files reads these.

python <- Sys.getenv("SCVIGOR_PYTHON", "")
root <- normalizePath(test_path("..", ".."))

make_reference <- function(folder, seed) {
    # R's own path would give Python's torch another LibTorch.
    withr::local_envvar(LD_LIBRARY_PATH = "")
    output <- system2(
        python, c(shQuote(file.path(root, "longtests", "make_reference")),
                  "--seed", seed, shQuote(folder)),
        stdout = TRUE, stderr = FALSE
    )
    expect_null(attr(output, "status"))
}

# The end of what a command says, and whether it went well.
run_in_root <- function(command, arguments) {
    withr::local_dir(root)
    output <- system2(command, arguments, stdout = TRUE, stderr = TRUE)
    status <- attr(output, "status")
    expect_null(status, info = paste(tail(output, 60), collapse = "\n"))
}

test_that("numbers of scvi-tools are matched for any seed", {
    skip_if(!nzchar(python), "SCVIGOR_PYTHON names no Python with scvi-tools")
    tests <- file.path(root, "build", "cpp", "scvigor_tests")
    skip_if_not(file.exists(tests), "the C++ tests are not built: make test")
    seed <- as.integer(Sys.time()) %% 1000000L
    message("seed of the numbers of scvi-tools: ", seed)
    folder <- withr::local_tempdir()
    make_reference(folder, seed)
    expect_gt(length(list.files(folder, recursive = TRUE)), 30)
    withr::local_envvar(SCVIGOR_REFERENCE = folder)
    run_in_root(tests, shQuote("[reference]"))
    run_in_root("Rscript", c(
        "tools/run-testthat.R", "tests/testthat",
        shQuote("reference|importScviTools")
    ))
})
