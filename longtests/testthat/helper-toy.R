# The made-up data, files and the grid of models of the quick tests.
for (file in c("helper-toy.R", "helper-grid.R", "helper-disk.R")) {
    source(testthat::test_path("..", "..", "tests", "testthat", file),
           local = TRUE)
}
