# The package's library is loaded here and not by NAMESPACE, which would do so
# before any R code runs. It needs the LibTorch that it was built for: another
# one in the same process, of the R package torch or of Python, ends R.

.onLoad <- function(libname, pkgname) {
    built <- .built_libtorch(file.path(libname, pkgname, "libtorch.dcf"))
    .check_loaded_libtorch(built, .loaded_libtorch())
    .check_libtorch_version(built, .libtorch_version(built$include))
    library <- tryCatch(
        library.dynam("scvigor", pkgname, libname),
        error = function(error) .stop_not_loadable(built, error)
    )
    # as useDynLib(scvigor, .registration = TRUE) does
    routines <- getDLLRegisteredRoutines(library)[[".Call"]]
    list2env(unclass(routines), topenv())
    .check_libtorch_version(built, libtorch_in_use())
    problem <- cpu_level_warning()
    if (nzchar(problem)) {
        .warn(problem)
    }
    .join_batchelor()
}

# What configure found: `version`, `folder` (of the libraries), `include`,
# `from`.
.built_libtorch <- function(file) {
    found <- read.dcf(file)[1, ]
    setNames(as.list(unname(found)), tolower(names(found)))
}

# ---- Another LibTorch in the process ----------------------------------------

.libtorch_files <- "^lib(torch|torch_cpu|torch_cuda|c10|c10_cuda)[.](so|dylib)"

# Paths of the LibTorch files that this process has loaded, whoever did it.
# Where the system does not list them, those that R loaded itself.
.loaded_libtorch <- function() {
    maps <- "/proc/self/maps"
    loaded <- if (file.exists(maps)) {
        # address, permissions, offset, device, inode, path
        sub("^([^ ]+ +){5}", "", grep("/", readLines(maps), value = TRUE))
    } else {
        vapply(getLoadedDLLs(), function(dll) dll[["path"]], "")
    }
    unique(unname(loaded[grepl(.libtorch_files, basename(loaded))]))
}

.check_loaded_libtorch <- function(built, loaded) {
    own <- list.files(built$folder, .libtorch_files, full.names = TRUE)
    others <- loaded[!normalizePath(loaded, mustWork = FALSE) %in%
                         normalizePath(own)]
    if (!length(others)) {
        return(invisible())
    }
    home <- dirname(dirname(others[1]))
    .stop_loading(
        "This R process has loaded another LibTorch than the one that scvigor ",
        "was built for, ", .libtorch_owner(home), ":\n  loaded     ", others[1],
        "\n  built for  LibTorch ", built$version, " in ", built$folder,
        "\nTwo of them in one process end R. Use scvigor in an R session ",
        "without the other one, for instance callr::r()",
        if (dir.exists(file.path(home, "include"))) {
            paste0(", or install scvigor for it:\n  LIBTORCH_HOME=",
                   shQuote(home), " R CMD INSTALL scvigor")
        } else {
            "."
        }
    )
}

.libtorch_owner <- function(home) {
    if (file.exists(file.path(home, "__init__.py"))) {
        "that of Python's torch (reticulate)"
    } else if (file.exists(file.path(home, "DESCRIPTION")) ||
               "torch" %in% loadedNamespaces()) {
        "that of the R package torch"
    } else {
        "of another package or program"
    }
}

# ---- Another LibTorch in its place ------------------------------------------

# The version that LibTorch's headers state; "" without them.
.libtorch_version <- function(include) {
    files <- file.path(include, c(
        "torch/csrc/api/include/torch/version.h", "torch/headeronly/version.h"
    ))
    lines <- unlist(lapply(files[file.exists(files)], readLines, warn = FALSE))
    numbers <- vapply(c("MAJOR", "MINOR", "PATCH"), function(part) {
        pattern <- paste0("^#define TORCH_VERSION_", part, " +([0-9]+).*")
        sub(pattern, "\\1", grep(pattern, lines, value = TRUE)[1])
    }, "")
    if (anyNA(numbers)) "" else paste(numbers, collapse = ".")
}

# LibTorch keeps its C++ interface within 1.13, 2.0, 2.1 and so on.
.check_libtorch_version <- function(built, found) {
    minor <- function(version) sub("^([0-9]+[.][0-9]+).*", "\\1", version)
    if (nzchar(found) && minor(found) != minor(built$version)) {
        .stop_loading(
            "scvigor was built for LibTorch ", built$version, ", but the one ",
            "in ", built$folder, " is ", found, " now. Install scvigor again."
        )
    }
}

.stop_not_loadable <- function(built, error) {
    missing <- !length(list.files(built$folder, .libtorch_files))
    .stop_loading(
        "The library of scvigor cannot be loaded. It was built for LibTorch ",
        built$version, " in ", built$folder,
        if (missing) {
            ", which is no longer there"
        } else {
            paste(", which may have another version or C++ ABI now, or lack a",
                  "library that it needs")
        },
        ". Install scvigor again, with LIBTORCH_HOME=<folder> for a LibTorch ",
        "in another place.\n", conditionMessage(error)
    )
}

.stop_loading <- function(...) {
    .stop_core("load", paste0(...))
}
