# The scripts in bench/ do the measuring; here it is held against targets.

root <- normalizePath(testthat::test_path("..", ".."))
for (file in c("bands.R", "data.R", "map_query.R", "memory_use.R",
               "metrics.R", "score_model.R", "simulate.R")) {
    source(file.path(root, "bench", file), local = TRUE)
}

# Default folders are named from the root of the repository.
in_root <- function(code) {
    withr::with_dir(root, code)
}

skip_without_data <- function() {
    folder <- in_root(normalizePath(data_folder(), mustWork = FALSE))
    testthat::skip_if_not(
        dir.exists(folder), paste("SCVIGOR_DATA: there is no", folder)
    )
}

skip_without_bands <- function() {
    path <- in_root(normalizePath(bands_path(), mustWork = FALSE))
    testthat::skip_if_not(
        file.exists(path), paste("SCVIGOR_REFERENCE: there is no", path)
    )
}
