# Progress of training: what the core calls after every epoch. Returns TRUE to
# stop, which is what Ctrl-C means while R code is running.

.epoch_reporter <- function(verbose) {
    if (!verbose) {
        return(NULL)
    }
    .stoppable(
        if (cli::is_dynamic_tty()) .progress_bar() else .progress_lines()
    )
}

.stoppable <- function(show) {
    function(report) {
        tryCatch(
            {
                show(report)
                FALSE
            },
            interrupt = function(condition) TRUE
        )
    }
}

.progress_bar <- function() {
    id <- NULL
    status <- ""
    environment <- environment()
    function(report) {
        status <<- .epoch_summary(report)
        if (is.null(id)) {
            id <<- cli::cli_progress_bar(
                total = report$max_epochs, clear = FALSE,
                format = paste(
                    "Training {cli::pb_bar} {cli::pb_current}/{cli::pb_total}",
                    "epochs | {status} | ETA {cli::pb_eta}"
                ),
                .auto_close = FALSE, .envir = environment
            )
        }
        cli::cli_progress_update(set = report$epoch, id = id,
                                 .envir = environment)
        if (report$epoch >= report$max_epochs) {
            cli::cli_progress_done(id = id, .envir = environment)
        }
    }
}

# Where a line cannot be rewritten: about ten lines a run.
.progress_lines <- function() {
    started <- proc.time()[["elapsed"]]
    function(report) {
        every <- max(1, round(report$max_epochs / 10))
        if (report$epoch %% every && report$epoch < report$max_epochs) {
            return()
        }
        elapsed <- proc.time()[["elapsed"]] - started
        left <- elapsed / report$epoch * (report$max_epochs - report$epoch)
        .inform(
            "Epoch ", report$epoch, "/", report$max_epochs, " | ",
            .epoch_summary(report), " | ETA ", ceiling(left), "s"
        )
    }
}

.epoch_summary <- function(report) {
    elbo <- paste("ELBO", .one_decimal(-report$elbo_train))
    if (!is.finite(report$elbo_validation)) {
        return(elbo)
    }
    paste0(elbo, " (validation ", .one_decimal(-report$elbo_validation), ")")
}

.one_decimal <- function(x) formatC(x, format = "f", digits = 1)
