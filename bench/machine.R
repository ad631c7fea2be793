# What the timings were taken on, as lines of Markdown.

describe_machine <- function(versions) {
    core <- scvigor:::runtime_info()
    lines <- c(
        paste0("processor: ", cpu_model(), ", ", parallel::detectCores(),
               " cores"),
        paste0("scvigor ", utils::packageVersion("scvigor"), ", LibTorch ",
               core$libtorch),
        if (!is.null(versions)) {
            paste0("scvi-tools ", versions[["scvi-tools"]], ", torch ",
                   versions[["torch"]])
        },
        paste0("OPENBLAS_CORETYPE: ", Sys.getenv("OPENBLAS_CORETYPE", "unset")),
        paste0("load before: ", load_average())
    )
    paste("-", lines)
}

cpu_model <- function() {
    path <- "/proc/cpuinfo"
    if (!file.exists(path)) {
        return(Sys.info()[["machine"]])
    }
    lines <- grep("^model name", readLines(path), value = TRUE)
    if (length(lines)) sub(".*: ", "", lines[1]) else Sys.info()[["machine"]]
}

# Processes that want a processor, mean over the last minute.
load_average <- function() {
    path <- "/proc/loadavg"
    if (file.exists(path)) strsplit(readLines(path), " ")[[1]][1] else "?"
}
