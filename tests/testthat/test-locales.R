# One script in sessions of several locales: models, tables, names and messages
# are the same. longtests/testthat/test-locales.R has other encodings.

test_that("text is the same in every locale, the C locale included", {
    locales <- intersect(c("C.UTF-8", "en_US.UTF-8"), installed_locales())
    skip_if_not(length(locales) > 0, "There is no UTF-8 locale.")
    expected <- results_in_locale(locales[1])
    # most calls succeed, and say nothing
    is_fine <- vapply(expected, function(one) length(one$value) > 0, NA)
    expect_gt(sum(is_fine), 50)
    for (locale in c("C", locales[-1])) {
        expect_same_in_locale(results_in_locale(locale), expected, locale)
    }
})
