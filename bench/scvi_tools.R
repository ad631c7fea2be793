# scvi-tools in a Python process of its own, which stays from one timing to the
# next. SCVIGOR_PYTHON names the interpreter; else it is python3 on the PATH.

# The process, or NULL with a message when scvi-tools is missing.
start_scvi_tools <- function() {
    python <- Sys.getenv("SCVIGOR_PYTHON", Sys.which("python3"))
    absent <- function(...) {
        message(
            "scvi-tools is not timed: ", ..., ". SCVIGOR_PYTHON=path names ",
            "a Python that has it."
        )
        NULL
    }
    if (!nzchar(python) || !nzchar(Sys.which(python))) {
        return(absent("Python is missing"))
    }
    if (!requireNamespace("processx", quietly = TRUE)) {
        return(absent("the R package processx is missing"))
    }
    log <- tempfile("scvi-tools", fileext = ".log")
    # R's own LD_LIBRARY_PATH could give Python's torch another LibTorch.
    process <- processx::process$new(
        python, file.path("bench", "scvi_tools_worker.py"),
        stdin = "|", stdout = "|", stderr = log, cleanup = TRUE,
        env = c("current", LD_LIBRARY_PATH = "")
    )
    versions <- read_answer(process)
    if (is.null(versions)) {
        last <- utils::tail(readLines(log, warn = FALSE), 1)
        return(absent(python, " says \"", trimws(last), "\""))
    }
    list(process = process, versions = versions)
}

# One line, as named texts; NULL when the process has ended.
read_answer <- function(process) {
    repeat {
        line <- process$read_output_lines(n = 1)
        if (length(line)) {
            break
        }
        if (!process$is_alive()) {
            return(NULL)
        }
        process$poll_io(1000)
    }
    if (startsWith(line, "error=")) {
        stop("scvi-tools: ", sub("^error=", "", line), call. = FALSE)
    }
    words <- strsplit(strsplit(line, " ")[[1]], "=")
    stats::setNames(
        lapply(words, `[`, 2), vapply(words, `[`, "", 1)
    )
}

# Seconds a cell for one request, in the form of a figure.
time_scvi_tools <- function(scvi_tools, figure) {
    model <- figure$model
    if (length(model)) {
        names(model) <- paste0("model.", names(model))
    }
    asked <- c(
        "do", "batch_size", "threads", "epochs", "calls", "groups", "group1"
    )
    request <- c(
        figure[intersect(asked, names(figure))],
        data = data_path(figure$data), model
    )
    words <- paste0(names(request), "=", vapply(request, format, ""))
    scvi_tools$process$write_input(
        paste0(paste(shQuote(words), collapse = " "), "\n")
    )
    answer <- read_answer(scvi_tools$process)
    if (is.null(answer)) {
        stop("the scvi-tools process ended", call. = FALSE)
    }
    as.numeric(answer$seconds) / as.numeric(answer$cells)
}
