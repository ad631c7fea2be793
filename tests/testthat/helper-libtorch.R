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
    run_session(c(dyn_load_code(files), try_scvigor_code))
}

# What loading scvigor says while each of `files` is loaded, one after the other
# in one session. Nothing of LibTorch may be loaded by any but the last.
load_after_each <- function(files) {
    mark <- "---- next"
    code <- lapply(files, function(file) {
        c(dyn_load_code(file), try_scvigor_code,
          sub("load", "unload", dyn_load_code(file)),
          paste0("cat('", mark, "\\n')"))
    })
    session <- run_session(unlist(code))
    stopifnot(session$status == 0)
    is_mark <- session$out == mark
    said <- split(session$out[!is_mark], cumsum(is_mark)[!is_mark])
    vapply(said, paste, "", collapse = "\n", USE.NAMES = FALSE)
}

dyn_load_code <- function(files) {
    paste0("dyn.load(", encodeString(files, quote = "\""), ")")
}
try_scvigor_code <- c(
    "loaded <- tryCatch({ library(scvigor); 'loaded' },",
    "                   error = conditionMessage)",
    "cat(loaded, '\n')"
)
