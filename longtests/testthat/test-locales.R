# The script of tests/testthat/test-locales.R in locales that localedef makes:
# other encodings, and a language with case rules of its own.

tests_folder <- testthat::test_path("..", "..", "tests", "testthat")
source(file.path(tests_folder, "helper-locales.R"), local = TRUE)

make_locale <- function(name, charmap, folder) {
    status <- suppressWarnings(system2(
        "localedef", c("-i", name, "-f", charmap,
                       shQuote(file.path(folder, paste0(name, ".", charmap)))),
        stdout = FALSE, stderr = FALSE
    ))
    identical(status, 0L)
}

test_that("text is the same in Latin-1 and in a Turkish locale", {
    skip_if(Sys.which("localedef") == "", "There is no localedef.")
    folder <- withr::local_tempdir()
    charmaps <- c(en_US = "UTF-8", de_DE = "ISO-8859-1", tr_TR = "UTF-8")
    is_made <- mapply(make_locale, names(charmaps), charmaps, folder)
    skip_if_not(all(is_made), "localedef cannot make the locales.")
    locales <- paste0(names(charmaps), ".", charmaps)
    withr::with_dir(tests_folder, {
        env <- paste0("LOCPATH=", folder)
        expected <- results_in_locale(locales[1], env)
        for (locale in locales[-1]) {
            expect_same_in_locale(
                results_in_locale(locale, env), expected, locale
            )
        }
    })
})
