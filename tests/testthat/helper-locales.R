# What script-locales.R finds in a session of a locale, as bytes.
results_in_locale <- function(locale, env = character()) {
    result <- withr::local_tempfile(fileext = ".rds")
    script <- testthat::test_path("script-locales.R")
    libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
    out <- suppressWarnings(system2(
        file.path(R.home("bin"), "Rscript"),
        c("--vanilla", shQuote(normalizePath(script)), shQuote(result)),
        stdout = TRUE, stderr = TRUE,
        env = c(paste0("R_LIBS=", shQuote(libraries)), "LANGUAGE=en",
                paste0("LC_ALL=", locale), env)
    ))
    if (!file.exists(result)) {
        stop(paste(tail(out, 20), collapse = "\n"))
    }
    readRDS(result)
}

expect_same_in_locale <- function(found, expected, locale) {
    expect_identical(names(found), names(expected), info = locale)
    for (name in names(expected)) {
        expect_equal(found[[name]]$value, expected[[name]]$value,
                     tolerance = 1e-6, info = paste(locale, name))
        expect_identical(text_of_bytes(found[[name]]$said),
                         text_of_bytes(expected[[name]]$said),
                         info = paste(locale, name))
    }
}

text_of_bytes <- function(bytes) {
    vapply(strsplit(bytes, " ", fixed = TRUE), function(one) {
        text <- rawToChar(as.raw(as.integer(one)))
        Encoding(text) <- "UTF-8"
        text
    }, "")
}

installed_locales <- function() {
    known <- tryCatch(
        suppressWarnings(system2("locale", "-a", stdout = TRUE, stderr = FALSE)),
        error = function(error) character()
    )
    gsub("utf8$", "UTF-8", known)
}
