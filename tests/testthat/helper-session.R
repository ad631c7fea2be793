# A session takes seconds: the quick tests try the first of `values`, those of
# longtests/ all.
values_in_sessions <- function(values) {
    if (nzchar(Sys.getenv("SCVIGOR_LONG_TESTS"))) values else values[1]
}

# R code in a session of its own, with environment variables, run by a command
# like c("taskset", "-c", "0") if there is one: what it printed.
run_session <- function(code, env = character(), command = character()) {
    script <- withr::local_tempfile(fileext = ".R")
    writeLines(enc2utf8(code), script, useBytes = TRUE)
    libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
    command <- c(
        command, file.path(R.home("bin"), "Rscript"), "--vanilla", shQuote(script)
    )
    out <- suppressWarnings(system2(
        command[1], command[-1],
        stdout = TRUE, stderr = TRUE,
        env = c(paste0("R_LIBS=", shQuote(libraries)), env)
    ))
    status <- attr(out, "status")
    list(out = as.vector(out), status = if (is.null(status)) 0L else status)
}

# Another function in place of one of the package's, for the caller's time.
local_replaced <- function(name, value, env = parent.frame()) {
    namespace <- asNamespace("scvigor")
    replace <- function(value) {
        unlockBinding(name, namespace)
        assign(name, value, namespace)
        lockBinding(name, namespace)
    }
    before <- get(name, namespace)
    withr::defer(replace(before), env)
    replace(value)
}
