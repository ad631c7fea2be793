skip_if_not_installed("ggplot2")
sce <- exampleSCE(n_genes = 40, n_cells = 90)
models <- list(`a <b>` = quick_train(sce, max_epochs = 2),
               poisson = quick_train(sce, gene_likelihood = "poisson"))

test_that("a page holds all checks of all models, and its pictures", {
    file <- withr::local_tempfile(fileext = ".html")
    returned <- criticismReport(
        models, sce, file, groups = "cell_type", n_samples = 2, seed = 1,
        title = "Two models & more"
    )
    expect_identical(returned, file)
    page <- readLines(file, encoding = "UTF-8")
    text <- paste(page, collapse = "\n")
    for (heading in c("Models", "Training", "Variation of genes",
                      "Variation of cells", "Zeros", "Calibration",
                      "Differences between groups")) {
        expect_match(text, paste0("<h2>", heading, "</h2>"), fixed = TRUE)
    }
    expect_match(text, "<title>Two models &amp; more</title>", fixed = TRUE)
    expect_match(text, "<th>a &lt;b&gt;</th><th>poisson</th>", fixed = TRUE)
    expect_match(text, "gene_likelihood</th><td>zinb</td><td>poisson</td>",
                 fixed = TRUE)
    # nothing is fetched, and every picture is one
    expect_false(grepl("(src|href)=\"?(http|//|file)", text))
    pictures <- regmatches(
        text, gregexpr("base64,[A-Za-z0-9+/=]+", text)
    )[[1]]
    expect_length(pictures, 7)
    skip_if_not_installed("jsonlite")
    for (picture in sub("base64,", "", pictures)) {
        expect_identical(jsonlite::base64_dec(picture)[2:4],
                         charToRaw("PNG"))
    }
    # an elbo of the page is that of the function
    expect_match(text, scvigor:::.one_decimal(
        elbo(models[[1]], sce, seed = 1)
    ), fixed = TRUE)
})

test_that("one model, chosen cells, no groups", {
    file <- withr::local_tempfile(fileext = ".html")
    run <- quick_run(sce)
    criticismReport(run, file = file, n_samples = 2, seed = 1,
                    subset.col = 1:30, subset.row = 1:10)
    page <- paste(readLines(file), collapse = "\n")
    expect_match(page, "30 cells, 10 genes, 2 samples")
    expect_no_match(page, "Differences between groups")
    expect_argument_error(criticismReport(run, file = file), "file", "exists")
    expect_no_error(criticismReport(
        run, file = file, n_samples = 2, overwrite = TRUE, subset.col = 5:20,
        groups = sce$cell_type
    ))
    expect_argument_error(criticismReport(run), "file", "Give")
    expect_argument_error(criticismReport(
        models[[1]], file = file, overwrite = TRUE
    ), "x")
})

test_that("base64 is that of RFC 4648", {
    expect_identical(scvigor:::.base64(charToRaw("M")), "TQ==")
    expect_identical(scvigor:::.base64(charToRaw("Ma")), "TWE=")
    expect_identical(scvigor:::.base64(charToRaw("Man")), "TWFu")
    expect_identical(scvigor:::.base64(as.raw(c(255, 254, 253, 0))),
                     "//79AA==")
})
