# Bad inputs are tried in R processes of their own; the files of
# longtests/bad-inputs make them. An input at which a process dies, or stays for
# too long, is noted, and another process goes on with the next.

bad_inputs_folder <- normalizePath(
    testthat::test_path("..", "bad-inputs")
)

# A guard for the machine: of an input that takes more, R says so.
address_space <- "ulimit -v 6000000;"

# The table of what became of the inputs of a category. `setup` are words of the
# shell in front of R, `env` environment variables.
try_bad_inputs <- function(category, env = character(), setup = character()) {
    log <- withr::local_tempfile()
    cases <- file.path(bad_inputs_folder, paste0(category, ".R"))
    outcomes <- NULL
    done <- 0
    for (session in seq_len(20)) {
        unlink(log)
        print <- run_bad_session(cases, log, done, env, setup)
        read <- read_bad_log(log)
        outcomes <- rbind(outcomes, read$outcomes)
        if (read$is_finished) {
            return(outcomes)
        }
        if (is.null(read$outcomes)) {
            stop(category, ": no input was tried: ",
                 paste(tail(print, 20), collapse = "\n"))
        }
        done <- max(outcomes$number)
    }
    stop(category, ": more than 20 processes died")
}

run_bad_session <- function(cases, log, done, env, setup) {
    script <- file.path(bad_inputs_folder, "session.R")
    printed <- withr::local_tempfile()
    libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
    command <- paste(
        c(address_space, setup, "env", paste0("R_LIBS=", shQuote(libraries)), shQuote(env),
          shQuote(file.path(R.home("bin"), "Rscript")), "--vanilla",
          shQuote(c(script, cases, log, done)), ">", shQuote(printed), "2>&1;",
          "echo exit $? >>", shQuote(log)),
        collapse = " "
    )
    system2("sh", c("-c", shQuote(command)), wait = FALSE)
    started <- Sys.time()
    repeat {
        Sys.sleep(0.2)
        lines <- if (file.exists(log)) readLines(log, warn = FALSE) else ""
        last <- lines[length(lines)]
        if (grepl("^exit", last)) {
            break
        }
        # the time limit inside the process comes first where R is asked
        idle <- as.numeric(Sys.time() - max(
            started, file.mtime(log), na.rm = TRUE
        ), units = "secs")
        is_trying <- any(startsWith(lines, "start"))
        if (idle > if (is_trying) 45 else 900) {
            pid <- sub("session\t", "", grep("^session", lines, value = TRUE))
            tools::pskill(as.integer(pid), tools::SIGKILL)
        }
    }
    if (file.exists(printed)) readLines(printed, warn = FALSE)
}

read_bad_log <- function(log) {
    lines <- strsplit(readLines(log, warn = FALSE), "\t", fixed = TRUE)
    kinds <- vapply(lines, `[`, "", 1)
    started <- do.call(rbind, lines[kinds == "start"])
    ended <- matrix(as.character(unlist(
        lapply(lines[kinds == "end"], `[`, 1:6)
    )), ncol = 6,
                    byrow = TRUE)
    outcomes <- if (!is.null(started)) {
        at <- match(started[, 2], ended[, 2])
        data.frame(
            number = as.integer(started[, 2]), name = started[, 3],
            found = ifelse(is.na(at), "R died", ended[at, 3]),
            seconds = as.numeric(ended[at, 4]),
            peak_mb = as.numeric(ended[at, 5]),
            detail = ifelse(is.na(at), "", ended[at, 6])
        )
    }
    list(outcomes = outcomes, is_finished = "finished" %in% kinds)
}

# Each input is refused with an error of a class of scvigor's, or gives the
# right number; in less than 30 seconds and 2 GB.
expect_bad_inputs_handled <- function(outcomes, at_least) {
    count <- table(factor(outcomes$found, c("refused", "right")))
    cat(sprintf(
        "\n%d inputs: %d refused, %d right; slowest %.1f s, largest %.0f MB\n",
        nrow(outcomes), count[["refused"]], count[["right"]],
        max(outcomes$seconds, na.rm = TRUE), max(outcomes$peak_mb, na.rm = TRUE)
    ))
    testthat::expect_gte(nrow(outcomes), at_least)
    testthat::expect_identical(anyDuplicated(outcomes$name), 0L)
    is_bad <- !outcomes$found %in% c("refused", "right")
    is_costly <- !is_bad &
        (outcomes$seconds > 30 | outcomes$peak_mb > 2048)
    faults <- outcomes[is_bad | is_costly, ]
    testthat::expect(nrow(faults) == 0, paste(
        faults$name, "->", faults$found, faults$seconds, "s", faults$peak_mb,
        "MB", faults$detail, collapse = "\n"
    ))
    invisible(outcomes)
}
