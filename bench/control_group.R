# Control groups of Linux, as containers use them to limit processors.

# The folder of a new group with a quota of so many processors, or NULL where
# this process may not make one.
make_group <- function(processors) {
    name <- paste0("scvigor_", Sys.getpid())
    v1 <- file.path("/sys/fs/cgroup/cpu", name)
    v2 <- file.path("/sys/fs/cgroup", name)
    folder <- if (dir.exists(dirname(v1))) v1 else v2
    if (!dir.create(folder, showWarnings = FALSE)) {
        return(NULL)
    }
    quota <- format(1e5 * processors, scientific = FALSE)
    file <- file.path(
        folder, if (folder == v1) "cpu.cfs_quota_us" else "cpu.max"
    )
    text <- if (folder == v1) quota else paste(quota, "100000")
    if (!file.exists(file) || system(paste("echo", text, ">", file)) != 0) {
        unlink(folder, recursive = TRUE)
        return(NULL)
    }
    folder
}

# A script that starts Rscript within such a group, or NULL.
rscript_with_quota <- function(processors) {
    folder <- make_group(processors)
    if (is.null(folder)) {
        return(NULL)
    }
    script <- tempfile("rscript")
    writeLines(c(
        "#!/bin/sh", paste0("echo $$ > ", folder, "/cgroup.procs"),
        paste0("exec ", file.path(R.home("bin"), "Rscript"), " \"$@\"")
    ), script)
    Sys.chmod(script, "755")
    script
}
