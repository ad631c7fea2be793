# Loading the package beside another LibTorch, or after LibTorch has changed.

skip_on_os(c("windows", "mac"))

test_that("another LibTorch in the process is named, and R goes on", {
    folder <- withr::local_tempdir()
    cases <- list(
        list(home = "torch", mark = "DESCRIPTION",
             owner = "that of the R package torch"),
        list(home = "python", mark = "__init__.py",
             owner = "that of Python's torch (reticulate)"),
        list(home = "other", mark = "README", owner = "of another package")
    )
    files <- vapply(cases, function(case) {
        home <- file.path(folder, case$home)
        file <- fake_libtorch(file.path(home, "lib"))
        writeLines("Package: torch", file.path(home, case$mark))
        file
    }, "")
    with_headers <- fake_libtorch(file.path(folder, "headers", "lib"))
    dir.create(file.path(folder, "headers", "include"))
    said <- load_after_each(c(files, with_headers))
    for (k in seq_along(cases)) {
        expect_match(said[k], "has loaded another LibTorch than the one that")
        expect_match(said[k], cases[[k]]$owner, fixed = TRUE)
        expect_match(said[k], files[k], fixed = TRUE)
        expect_match(said[k], "Use scvigor in an R session without",
                     fixed = TRUE)
        # the headers are not there: nothing to install it for
        expect_no_match(said[k], "LIBTORCH_HOME")
    }
    expect_match(
        said[length(said)],
        paste0("LIBTORCH_HOME='", dirname(dirname(with_headers)), "'"),
        fixed = TRUE
    )
})

test_that("every library of LibTorch is recognized, and no other", {
    folder <- withr::local_tempdir()
    names <- c("libc10.so", "libtorch.so", "libtorch_cuda.so",
               "libtorchaudio.so")
    said <- load_after_each(vapply(names, fake_libtorch, "", folder = folder))
    expect_match(said[1:3], "another LibTorch")
    expect_match(said[4], "loaded *$")
})

test_that("scvigor's own LibTorch may be there before", {
    file <- scviInfo()$libtorch$file
    skip_if(!file.exists(file), "the file of LibTorch, which nobody names")
    expect_match(tail(load_after(file)$out, 1), "^loaded")
})

test_that("a LibTorch of another version is refused, a later patch is not", {
    include <- withr::local_tempdir()
    headers <- file.path(include, "torch/csrc/api/include/torch")
    dir.create(headers, recursive = TRUE)
    built <- list(version = "2.6.0", folder = "/lib", include = include)
    expect_identical(scvigor:::.libtorch_version(include), "")
    found <- function(major, minor) {
        writeLines(
            paste("#define TORCH_VERSION_", c("MAJOR", "MINOR", "PATCH"), " ",
                  c(major, minor, 1), sep = ""),
            file.path(headers, "version.h")
        )
        scvigor:::.libtorch_version(include)
    }
    check <- scvigor:::.check_libtorch_version
    expect_silent(check(built, ""))
    expect_silent(check(built, found(2, 6)))
    expect_silent(check(built, "2.6.0+cpu"))
    for (version in c(found(2, 7), found(1, 6), "2.60.0")) {
        expect_error(check(built, version),
                     "was built for LibTorch 2.6.0, .* Install scvigor again",
                     class = "scvigor_load_error")
    }
})

test_that("a library that cannot be loaded says what it was built for", {
    problem <- simpleError("undefined symbol: at::add")
    expect_error(
        scvigor:::.stop_not_loadable(
            list(version = "2.6.0", folder = withr::local_tempdir()), problem
        ),
        "LibTorch 2.6.0 in .*, which is no longer there.*undefined symbol",
        class = "scvigor_load_error"
    )
    folder <- dirname(scviInfo()$libtorch$file)
    skip_if(!dir.exists(folder), "the folder of LibTorch, which nobody names")
    expect_error(
        scvigor:::.stop_not_loadable(
            list(version = "2.6.0", folder = folder), problem
        ),
        "another version or C\\+\\+ ABI now", class = "scvigor_load_error"
    )
})
