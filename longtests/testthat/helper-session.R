# R sessions of their own, and libraries in them, as in the quick tests.
for (file in c("helper-session.R", "helper-libtorch.R")) {
    source(testthat::test_path("..", "..", "tests", "testthat", file),
           local = TRUE)
}
