# The machine that timings are taken on, and how busy others keep it.

# What it is, as lines of Markdown.

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

# Clock ticks that the processors have worked so far, for all programs and for
# these processes, and that have passed; zeros where Linux's /proc is missing.
processor_ticks <- function(processes) {
    if (!file.exists("/proc/stat")) {
        return(c(all = 0, own = 0, passed = 0))
    }
    fields <- scan(
        "/proc/stat", "", nlines = 1, quiet = TRUE, sep = " "
    )
    ticks <- as.numeric(fields[grepl("^[0-9]+$", fields)])[1:8]
    # user, nice, system, idle, waiting for input, interrupts (2), stolen
    own <- vapply(processes, function(process) {
        line <- readLines(file.path("/proc", process, "stat"))
        after_name <- strsplit(sub(".*\\) ", "", line), " ")[[1]]
        sum(as.numeric(after_name[12:13]))
    }, 0)
    c(all = sum(ticks[-(4:5)]), own = sum(own), passed = sum(ticks))
}

share_of_others <- function(before, processes) {
    spent <- processor_ticks(processes) - before
    if (spent[["passed"]] == 0) {
        return(0)
    }
    max(0, spent[["all"]] - spent[["own"]]) / spent[["passed"]]
}
