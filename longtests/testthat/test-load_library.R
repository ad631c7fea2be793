# Loading the package beside a real LibTorch of PyPI, laid out as the R package
# torch lays out its own: <library>/torch/lib. SCVIGOR_OTHER_LIBTORCH names the
# folder that holds its lib/; else it is looked for in python3.

skip_on_os(c("windows", "mac"))

other_libtorch <- function() {
    home <- Sys.getenv("SCVIGOR_OTHER_LIBTORCH")
    if (!nzchar(home) && nzchar(Sys.which("python3"))) {
        home <- suppressWarnings(system2("python3", c("-c", shQuote(paste(
            "import importlib.util as u; s = u.find_spec('torch');",
            "print(s.submodule_search_locations[0] if s else '')"
        ))), stdout = TRUE, stderr = FALSE))
    }
    if (length(home) == 1 && nzchar(home)) home else ""
}

# R looks for libraries in the system's folders first. One that is loaded
# already is not looked for.
libtorch_in <- function(home) {
    file.path(home, "lib", c("libc10.so", "libtorch_cpu.so"))
}

test_that("a LibTorch of PyPI in the process is named, and R goes on", {
    home <- other_libtorch()
    skip_if(!file.exists(file.path(home, "lib/libtorch_cpu.so")),
            "a LibTorch of PyPI (SCVIGOR_OTHER_LIBTORCH)")
    skip_if(dirname(scviInfo()$libtorch$file) ==
                normalizePath(file.path(home, "lib")),
            "a LibTorch other than scvigor's own")
    torch <- file.path(withr::local_tempdir(), "torch")
    dir.create(file.path(torch, "lib"), recursive = TRUE)
    writeLines("Package: torch", file.path(torch, "DESCRIPTION"))
    files <- list.files(file.path(home, "lib"), "[.]so", full.names = TRUE)
    # Without links: the system names the file that a link stands for.
    expect_true(all(file.copy(files, file.path(torch, "lib"))))
    run <- load_after(libtorch_in(torch))
    text <- paste(run$out, collapse = "\n")
    expect_identical(run$status, 0L, info = text)
    expect_match(text, "another LibTorch")
    expect_match(text, "that of the R package torch", fixed = TRUE)
    expect_match(text, file.path(torch, "lib"), fixed = TRUE)
    run <- load_after(libtorch_in(home))
    text <- paste(run$out, collapse = "\n")
    expect_identical(run$status, 0L, info = text)
    expect_match(text, "Python's torch")
    expect_match(text, paste0("LIBTORCH_HOME='", home))
})
