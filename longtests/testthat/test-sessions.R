# The quick tests that start R sessions, with all of their values.

withr::local_envvar(SCVIGOR_LONG_TESTS = "true")
for (name in c("cases-slots", "cpu-level", "threads")) {
    source(testthat::test_path(
        "..", "..", "tests", "testthat", paste0("test-", name, ".R")
    ), local = TRUE)
}
