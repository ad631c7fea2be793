.onLoad <- function(libname, pkgname) {
    problem <- cpu_level_warning()
    if (nzchar(problem)) {
        .warn(problem)
    }
}
