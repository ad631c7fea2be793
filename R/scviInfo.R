#' What scvigor runs on
#'
#' Versions and hardware that results, speed and errors depend on; what to add
#' to the report of a problem.
#'
#' scvigor loads the LibTorch that it was built for. A process that already has
#' another one, because of the R package torch or because of Python's torch in
#' reticulate, would be ended by the second: `library(scvigor)` then is an error
#' that names both. Use scvigor in a session of its own, or install it for the
#' other LibTorch with `LIBTORCH_HOME=<folder> R CMD INSTALL scvigor`.
#'
#' @return A list of class `scviInfo`, which is printed as text:
#' \describe{
#'   \item{scvigor, R}{their versions}
#'   \item{libtorch}{a list: `version`; `built_for`, the version at
#'     installation; `file`, the library that is in use; `from`, how it was
#'     found; `cxx11_abi`, TRUE for today's C++ ABI}
#'   \item{cpu}{a list: `level`, the instructions that are used (`"base"`,
#'     `"avx2"`, `"avx512"`, `"amx"`); `matmul_precision`, the settings of
#'     [trainSCVI()] that differ here; `processors`; `threads`, how many are
#'     used unless `num_threads` says otherwise}
#'   \item{blas}{a list: the libraries of linear algebra of `R` and of
#'     `libtorch`}
#'   \item{openmp}{a data frame with a row per OpenMP runtime in the process:
#'     `file`, and `threads`, its present number of threads}
#'   \item{cuda}{a list: `available`; `devices`, their number; `version`, the
#'     CUDA that LibTorch was built with, or `""`}
#'   \item{hdf5}{a list: `version`; `built_for`}
#' }
#' @examples
#' scviInfo()
#' scviInfo()$libtorch$version
#' @export
scviInfo <- function() {
    runtime <- runtime_info()
    built <- .built_libtorch(system.file("libtorch.dcf", package = "scvigor"))
    structure(class = "scviInfo", list(
        scvigor = as.character(packageVersion("scvigor")),
        R = as.character(getRversion()),
        libtorch = list(
            version = if (nzchar(runtime$libtorch)) runtime$libtorch else
                runtime$libtorch_built,
            built_for = runtime$libtorch_built, file = runtime$libtorch_file,
            from = built$from, cxx11_abi = runtime$cxx11_abi
        ),
        cpu = list(
            level = runtime$cpu_level,
            matmul_precision = runtime$matmul_precision,
            processors = machine_info()$n_processors,
            threads = runtime$num_threads
        ),
        blas = list(
            R = unname(extSoftVersion()["BLAS"]),
            libtorch = runtime$libtorch_blas
        ),
        openmp = as.data.frame(runtime$openmp),
        cuda = list(
            available = runtime$cuda, devices = runtime$cuda_devices,
            version = runtime$cuda_version
        ),
        hdf5 = list(version = runtime$hdf5, built_for = runtime$hdf5_built)
    ))
}

#' @export
format.scviInfo <- function(x, ...) {
    known <- function(text) if (nzchar(text)) text else "unknown"
    line <- function(name, ...) paste0(format(name, width = 10), ...)
    c(
        line("scvigor", x$scvigor, ", R ", x$R),
        line("LibTorch", x$libtorch$version, " (", x$libtorch$from, ", ",
             if (x$libtorch$cxx11_abi) "C++11 ABI" else "old C++ ABI",
             if (x$libtorch$version != x$libtorch$built_for) {
                 paste0(", built for ", x$libtorch$built_for)
             }, ")"),
        line("", known(x$libtorch$file)),
        line("CPU", x$cpu$level, ", ",
             .pluralize(x$cpu$processors, "processor"), ", ",
             .pluralize(x$cpu$threads, "thread")),
        line("", "matmul_precision: ",
             paste(x$cpu$matmul_precision, collapse = ", ")),
        line("BLAS", "R: ", known(x$blas$R)),
        line("", "LibTorch: ", known(x$blas$libtorch)),
        if (nrow(x$openmp)) {
            line(c("OpenMP", character(nrow(x$openmp) - 1)), x$openmp$file)
        } else {
            line("OpenMP", "none")
        },
        line("CUDA", .cuda_text(x$cuda)),
        line("HDF5", x$hdf5$version,
             if (x$hdf5$version != x$hdf5$built_for) {
                 paste0(" (built for ", x$hdf5$built_for, ")")
             })
    )
}

.cuda_text <- function(cuda) {
    if (cuda$available) {
        paste0(cuda$version, ", ", .pluralize(cuda$devices, "device"))
    } else if (nzchar(cuda$version)) {
        paste0(cuda$version, ", no device")
    } else {
        "not in this LibTorch"
    }
}

#' @export
print.scviInfo <- function(x, ...) {
    cat(format(x), sep = "\n")
    invisible(x)
}
