# A shared library that is called as LibTorch's, but holds nothing. Returns its
# path; skips where nothing can be compiled.
fake_libtorch <- function(folder, name = "libtorch_cpu.so") {
    r_config <- function(name) {
        system2(file.path(R.home("bin"), "R"), c("CMD", "config", name),
                stdout = TRUE)
    }
    compiler <- r_config("CC")
    skip_if(
        !nzchar(Sys.which(strsplit(compiler, " ")[[1]][1])),
        "there is no C compiler"
    )
    dir.create(folder, recursive = TRUE, showWarnings = FALSE)
    source <- withr::local_tempfile(fileext = ".c")
    writeLines("int scvigor_test_fake_libtorch(void) { return 1; }", source)
    file <- file.path(folder, name)
    status <- system(paste(
        compiler, "-shared -fPIC", paste0("-Wl,-soname,", name), "-o",
        shQuote(file), shQuote(source)
    ))
    stopifnot(status == 0)
    normalizePath(file)
}

# Loads `files`, then scvigor, in a session of its own. The text that it
# printed, and its status.
load_after <- function(files) {
    run_session(c(
        paste0("dyn.load(", encodeString(files, quote = "\""), ")"),
        "loaded <- tryCatch({ library(scvigor); 'loaded' },",
        "                   error = conditionMessage)",
        "cat(loaded, '\\n')"
    ))
}
