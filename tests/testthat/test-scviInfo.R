test_that("versions and hardware are known", {
    info <- scviInfo()
    expect_s3_class(info, "scviInfo")
    expect_identical(info$scvigor,
                     as.character(utils::packageVersion("scvigor")))
    expect_identical(info$R, as.character(getRversion()))
    is_version <- "^[0-9]+[.][0-9]+[.][0-9]+"
    expect_match(info$libtorch$version, is_version)
    expect_match(info$libtorch$built_for, is_version)
    expect_true(file.exists(info$libtorch$file))
    expect_true(nzchar(info$libtorch$from))
    expect_true(info$libtorch$cxx11_abi %in% c(TRUE, FALSE))
    expect_true(info$cpu$level %in% c("base", "avx2", "avx512", "amx"))
    settings <- c("highest", "high", "medium")
    expect_true("highest" %in% info$cpu$matmul_precision)
    expect_true(all(info$cpu$matmul_precision %in% settings))
    if (info$cpu$level == "amx") {
        expect_identical(info$cpu$matmul_precision, settings)
    }
    expect_gte(info$cpu$processors, 1)
    expect_gte(info$cpu$threads, 1)
    expect_true(nzchar(info$blas$R))
    expect_type(info$blas$libtorch, "character")
    expect_named(info$openmp, c("file", "threads"))
    expect_true(all(file.exists(info$openmp$file)))
    expect_identical(info$cuda$available, info$cuda$devices > 0)
    expect_match(info$hdf5$version, is_version)
    expect_match(info$hdf5$built_for, is_version)
})

test_that("it prints one line per thing", {
    info <- scviInfo()
    text <- format(info)
    expect_output(print(info), text[1], fixed = TRUE)
    for (name in c("scvigor", "LibTorch", "CPU", "BLAS", "OpenMP", "CUDA",
                   "HDF5")) {
        expect_length(grep(paste0("^", name), text), 1)
    }
    info$openmp <- info$openmp[0, ]
    info$cuda <- list(available = TRUE, devices = 2L, version = "12.4")
    info$libtorch$built_for <- "1.0.0"
    text <- paste(format(info), collapse = "\n")
    expect_match(text, "OpenMP    none")
    expect_match(text, "CUDA      12.4, 2 devices")
    expect_match(text, "built for 1.0.0")
    info$cuda <- list(available = FALSE, devices = 0L, version = "12.4")
    expect_match(paste(format(info), collapse = "\n"), "12.4, no device")
})

test_that("a second OpenMP runtime rests in training, and is as before then", {
    skip_on_os(c("windows", "mac"))
    first <- scviInfo()$openmp$file
    skip_if(!length(first), "an OpenMP runtime, which R has none of here")
    copy <- file.path(withr::local_tempdir(), "libgomp-copy.so.1")
    file.copy(first[1], copy)
    run <- run_session(c(
        paste0("dyn.load(", encodeString(copy, quote = "\""), ")"),
        "library(scvigor)",
        "threads <- function() scviInfo()$openmp$threads",
        "before <- threads()",
        "counts <- matrix(rpois(400, 2), 20)",
        "within <- NULL",
        "withCallingHandlers(",
        "    trainSCVI(counts, max_epochs = 1, n_hidden = 8, verbose = TRUE),",
        "    message = function(message) {",
        "        if (grepl('^Epoch', conditionMessage(message)))",
        "            within <<- threads()",
        "    })",
        "stopifnot(length(before) >= 2, length(within) == length(before),",
        "          within == 1, identical(threads(), before))",
        "cat('as before')"
    ), "OMP_NUM_THREADS=2")
    expect_match(paste(run$out, collapse = "\n"), "as before$")
})
