# Levels of any text, number or type, in any encoding and locale.

counts <- toy_counts(20, 60)
levels_of <- function(model) model@registry$batch$levels
text_of <- function(...) scvigor:::.level_text(...)

test_that("B04: text that is not ASCII trains, wherever it is given", {
    sheet <- withr::local_tempfile(fileext = ".csv")
    writeLines(enc2utf8(c("site", rep(c("Z\u00fcrich", "Bern"), 30))), sheet,
               useBytes = TRUE)
    site <- read.csv(sheet)$site
    expected <- c("Bern", "Z\u00fcrich")
    model <- quick_train(counts, batch = site)
    expect_identical(levels_of(model), expected)
    labeled <- quick_train(counts, labels = readLines(sheet)[-1],
                           categorical_covariates = site)
    expect_identical(labeled@registry$labels$levels, expected)
    expect_identical(labeled@registry$categorical$covariate_1$levels, expected)
    # in verbs
    found <- differentialExpression(
        model, counts, batch = site, groups = site, n_samples_overall = 100,
        seed = 1
    )
    expect_setequal(found$group1, expected)
    expect_identical(
        colnames(differentialAbundance(model, sample = site)), expected
    )
    expect_identical(
        normalizedExpression(model, transform_batch = site[1], seed = 1),
        normalizedExpression(model, transform_batch = "Z\u00fcrich", seed = 1)
    )
})

test_that("B04: every encoding of a text is the same level", {
    utf8 <- rep(c("Z\u00fcrich", "Bern"), 30)
    latin1 <- iconv(utf8, "UTF-8", "latin1")
    expect_identical(unique(Encoding(latin1)), c("latin1", "unknown"))
    unknown <- utf8
    Encoding(unknown) <- "unknown"
    bytes <- utf8
    Encoding(bytes) <- "bytes"
    model <- quick_train(counts, batch = utf8)
    for (batch in list(latin1, unknown, bytes, factor(latin1))) {
        expect_identical(
            levels_of(quick_train(counts, batch = batch)), levels_of(model)
        )
        expect_equal(latentRepresentation(model, counts, batch = batch),
                     latentRepresentation(model), tolerance = 1e-6)
    }
    # also as the name of a column
    sce <- toy_sce(20, 1, 60)
    sce[["gr\u00f6\u00dfe"]] <- utf8
    by_column <- quick_train(sce, batch = iconv("gr\u00f6\u00dfe", "UTF-8",
                                                "latin1"))
    expect_identical(levels_of(by_column), levels_of(model))
    expect_equal(latentRepresentation(by_column, sce),
                 latentRepresentation(by_column), tolerance = 1e-6)
})

test_that("B04: in the C locale levels are the same", {
    file <- withr::local_tempfile(fileext = ".h5")
    model <- quick_train(counts, batch = rep(c("Z\u00fcrich", "Bern"), 30))
    saveSCVI(model, file)
    sheet <- withr::local_tempfile(fileext = ".csv")
    writeLines(enc2utf8(c("gr\u00f6\u00dfe", rep(c("Z\u00fcrich", "Bern"), 30))),
               sheet, useBytes = TRUE)
    data <- withr::local_tempfile(fileext = ".rds")
    saveRDS(counts, data)
    session <- run_session(c(
        "suppressPackageStartupMessages(library(scvigor))",
        sprintf("counts <- readRDS('%s')", data),
        sprintf("site <- read.csv('%s', check.names = FALSE)[[1]]", sheet),
        "model <- trainSCVI(counts, batch = site, max_epochs = 1, seed = 1,",
        "    n_hidden = 16, n_latent = 5)",
        "levels <- modelRegistry(model)$level",
        "cat(vapply(levels, function(x) paste(charToRaw(x), collapse = ''),",
        "    ''), '\\n')",
        sprintf("old <- loadSCVI('%s')", file),
        "cat(isTRUE(all.equal(latentRepresentation(old),",
        "    latentRepresentation(model), tolerance = 1e-5)), '\\n')",
        "found <- latentRepresentation(old, counts, batch = site)",
        "cat(isTRUE(all.equal(found, latentRepresentation(old),",
        "    tolerance = 1e-5)), '\\n')",
        "cells <- S4Vectors::DataFrame(site = site)",
        "names(cells) <- 'gr\\xc3\\xb6\\xc3\\x9fe'",
        "sce <- SingleCellExperiment::SingleCellExperiment(",
        "    list(counts = counts), colData = cells)",
        "colnames(sce)[1] <- 'Z\\xc3\\xbcrich_1'",
        "sce <- runSCVI(sce, batch = 'gr\\xc3\\xb6\\xc3\\x9fe', seed = 1,",
        "    max_epochs = 1, n_hidden = 16, n_latent = 5)",
        "cat(all(is.finite(SingleCellExperiment::reducedDim(sce))), '\\n')",
        sprintf("saveSCVI(sce, '%s', overwrite = TRUE)", file)
    ), env = "LC_ALL=C")
    expect_identical(session$status, 0L, info = session$out)
    expect_identical(
        trimws(tail(session$out, 4)),
        c("4265726e 5ac3bc72696368", "TRUE", "TRUE", "TRUE"),
        info = session$out
    )
    back <- loadSCVI(file)
    expect_identical(levels_of(back), c("Bern", "Z\u00fcrich"))
    expect_identical(back@registry$batch$column, "gr\u00f6\u00dfe")
    expect_identical(back@cells[1], "Z\u00fcrich_1")
})

test_that("B39: bytes that are not UTF-8 are named, and what to do", {
    bad <- rep(c("Z\xfcrich", "Bern"), 30)
    for (argument in c("batch", "labels", "categorical_covariates")) {
        expect_argument_error(
            do.call(quick_train, c(list(counts), setNames(list(bad), argument))),
            argument, "Z\\\\xfcrich.*iconv"
        )
    }
    named <- counts
    rownames(named)[3] <- "g\xfc"
    expect_argument_error(quick_train(named), "x", "gene name.*g\\\\xfc")
    named <- counts
    colnames(named)[3] <- "c\xfc"
    expect_argument_error(quick_train(named), "x", "cell name.*c\\\\xfc")
    model <- quick_train(counts)
    expect_argument_error(
        differentialExpression(model, counts, groups = bad), "groups", "xfc"
    )
})

test_that("B39: types without levels are refused in words", {
    refused <- function(batch, regexp) {
        expect_argument_error(quick_train(counts, batch = batch), "batch",
                              regexp)
    }
    refused(as.raw(rep(1:2, 30)), "not raw")
    refused(complex(real = rep(1:2, 30)), "not complex")
    refused(as.list(rep(1:2, 30)), "not list")
    refused(data.frame(a = rep(1:2, 30)), "data.frame")
    refused(matrix(1, 60, 2), "matrix of 60 x 2")
    refused(function(x) x, "function")
    damaged <- factor(rep(c("a", "b"), 30))
    attr(damaged, "levels") <- NULL
    refused(damaged, "damaged factor")
    sce <- toy_sce(20, 1, 60)
    sce$many <- matrix(1, 60, 2)
    sce$list <- as.list(rep(1:2, 30))
    expect_argument_error(quick_train(sce, batch = "many"), "batch",
                          "60 x 2")
    expect_argument_error(quick_train(sce, batch = "list"), "batch", "list")
    model <- quick_train(sce)
    expect_argument_error(
        differentialExpression(model, sce, groups = "list"), "groups", "list"
    )
    expect_argument_error(
        differentialAbundance(model, sample = as.raw(rep(1:2, 30))), "sample",
        "raw"
    )
})

test_that("B39: other vectors of one value per cell have levels", {
    times <- as.POSIXct("2024-01-01 12:00:00", tz = "UTC") + c(0, 0.25)
    kinds <- list(
        as.Date("2024-01-01") + 0:1, as.POSIXlt(times[1] + c(0, 60)), times,
        as.difftime(1:2, units = "hours"), c(FALSE, TRUE), I(c("a", "b")),
        factor(c("b", "a"), levels = c("b", "a")), ordered(c("lo", "hi"))
    )
    for (kind in kinds) {
        model <- quick_train(counts, batch = rep(kind, 30))
        expect_length(unique(model@codes$batch), 2)
        expect_length(levels_of(model), 2)
    }
    expect_identical(
        levels_of(quick_train(counts, batch = S4Vectors::Rle(
            factor(rep(c("b", "a"), 30), levels = c("b", "a"))
        ))),
        c("b", "a")
    )
    column <- matrix(rep(c("a", "b"), 30), 60, 1)
    expect_identical(levels_of(quick_train(counts, batch = column)),
                     c("a", "b"))
})

test_that("B10: numbers of any size are told apart and written exactly", {
    expect_identical(
        text_of(c(1e5, 2^53, 1e15, 2024010112000001, 123456789012, -1e6, -0)),
        c("100000", "9007199254740992", "1000000000000000",
          "2024010112000001", "123456789012", "-1000000", "0")
    )
    fractions <- c(0.3, 0.1 + 0.2, 1 / 3, 1e-300, pi * 1e10, 2.5)
    expect_identical(as.numeric(text_of(fractions)), fractions)
    expect_false(anyDuplicated(text_of(fractions)) > 0)
    expect_identical(text_of(fractions[c(1, 6)]), c("0.3", "2.5"))
    withr::with_options(list(scipen = -9, digits = 3, OutDec = ","), {
        expect_identical(text_of(c(100000, 0.25)), c("100000", "0.25"))
    })
    run <- rep(c(2024010112000001, 2024010112000002), 30)
    model <- quick_train(counts, batch = run)
    expect_identical(levels_of(model), c("2024010112000001",
                                         "2024010112000002"))
    expect_identical(as.vector(table(model@codes$batch)), c(30L, 30L))
    expect_identical(
        normalizedExpression(model, transform_batch = run[2], seed = 1),
        normalizedExpression(model, transform_batch = "2024010112000002",
                             seed = 1)
    )
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    expect_equal(latentRepresentation(file, counts, batch = run),
                 latentRepresentation(model), tolerance = 1e-6)
})

test_that("B10: 64-bit integers are numbers", {
    # as the package bit64 keeps them: integers in the bits of a double
    bits <- function(low, high) {
        structure(
            readBin(writeBin(as.vector(rbind(low, high)), raw()), "double",
                    length(low)),
            class = "integer64"
        )
    }
    run <- rep(bits(c(7L, -1L, 0L), c(0L, 0L, 1L)), 20)
    class(run) <- "integer64"
    model <- quick_train(counts, batch = run)
    expect_identical(levels_of(model), c("7", "4294967295", "4294967296"))
    expect_argument_error(
        quick_train(counts, batch = structure(
            rep(unclass(bits(1:2, c(2^30, 2^30))), 30), class = "integer64"
        )),
        "batch", "as.character"
    )
    missing <- structure(unclass(run), class = "integer64")
    missing[2] <- unclass(bits(0L, NA_integer_))
    expect_argument_error(quick_train(counts, batch = missing), "batch",
                          "1 missing")
})

test_that("B27: a query's numeric batch is one level", {
    sce <- toy_sce(20, 2, 40)
    sce$run <- rep(c(100000, 200000), 40)
    reference <- quick_run(sce, batch = "run")
    query <- toy_sce(20, 1, 50, seed = 4)
    query$run <- 300000
    expect_no_warning(
        mapped <- mapQuery(query, reference, max_epochs = 1, seed = 1,
                           verbose = FALSE)
    )
    model <- scviModel(mapped)
    expect_identical(levels_of(model), c("100000", "200000", "300000"))
    expect_identical(unique(model@codes$batch), 2L)
    query$run <- 100000
    again <- loadQuery(query, reference)
    expect_identical(levels_of(again), c("100000", "200000"))
})

test_that("Unicode's normal forms are kept apart, with a warning", {
    composed <- "Z\u00fcrich"
    decomposed <- "Zu\u0308rich"
    expect_warning(
        model <- quick_train(counts, batch = rep(c(composed, decomposed), 30)),
        "only in how Unicode"
    )
    expect_length(levels_of(model), 2)
    expect_identical(as.vector(table(model@codes$batch)), c(30L, 30L))
    model <- quick_train(counts, batch = rep(c(composed, "Bern"), 30))
    expect_argument_error(
        latentRepresentation(model, counts,
                             batch = rep(c(decomposed, "Bern"), 30)),
        "batch", "two ways"
    )
    expect_argument_error(
        normalizedExpression(model, transform_batch = decomposed),
        "transform_batch", "two ways"
    )
})

test_that("canonical equivalence is that of Unicode", {
    same <- function(a, b) scvigor:::canonical_matches(c(a, b))[2] == 1L
    expect_true(same("\u00e9", "e\u0301"))
    expect_true(same("\u1ebf", "e\u0302\u0301"))
    expect_true(same("\u1ebf", "\u00ea\u0301"))
    expect_true(same("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af"))
    expect_true(same("\u212b", "\u00c5"))
    expect_true(same("a\u0323\u0307", "a\u0307\u0323"))
    expect_false(same("e", "\u00e9"))
    expect_false(same("\u00e8", "\u00e9"))
    skip_if_not_installed("stringi")
    some <- intToUtf8(c(0xC0:0x17F, 0x386:0x3CE, 0x1E00:0x1EFF), TRUE)
    forms <- stringi::stri_trans_nfd(some)
    expect_true(all(mapply(same, some, forms)))
})

test_that("B39: durations keep their unit and their order", {
    minutes <- as.difftime(rep(c(10, 2), 30), units = "mins")
    model <- quick_train(counts, batch = minutes)
    expect_identical(levels_of(model), c("2 mins", "10 mins"))
    hours <- as.difftime(rep(c(10, 2), 30), units = "hours")
    expect_argument_error(
        latentRepresentation(model, counts, batch = hours), "batch", "hours"
    )
})

test_that("B27: a number in another form is a level of its own, and told of", {
    run <- rep(c(100000, 300000), 30)
    model <- quick_train(counts, batch = run)
    expect_argument_error(
        normalizedExpression(model, transform_batch = "1e+05"),
        "transform_batch", "\"100000\" \\(the same number\\)"
    )
    expect_warning(
        loadQuery(counts, model, batch = factor(rep(300000, 60))),
        "same numbers.*\"3e\\+05\" and \"300000\""
    )
})
