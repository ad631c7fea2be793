# Progress of training. `on_epoch` is what the core calls after every epoch; it
# returns TRUE to stop, which is what Ctrl-C means while R code is running.

.new_progress <- function(verbose) {
    if (!verbose) {
        return(list(on_epoch = NULL, done = function() NULL))
    }
    if (cli::is_dynamic_tty()) .progress_bar() else .progress_lines()
}

.interruptible <- function(show) {
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
    start <- function(max_epochs) {
        # at once: cli waits two seconds otherwise
        before <- options(cli.progress_show_after = 0)
        on.exit(options(before))
        id <<- cli::cli_progress_bar(
            total = max_epochs, clear = FALSE, .auto_close = FALSE,
            .envir = environment, format = paste(
                "{cli::pb_bar} {cli::pb_current}/{cli::pb_total} | {status}",
                "| ETA {cli::pb_eta}"
            )
        )
    }
    show <- function(report) {
        if (is.null(id)) {
            start(report$max_epochs)
        }
        status <<- .epoch_summary(report, "val")
        last <- report$epoch >= report$max_epochs
        cli::cli_progress_update(set = report$epoch, id = id, force = last,
                                 .envir = environment)
    }
    done <- function() {
        if (!is.null(id)) {
            cli::cli_progress_done(id = id, .envir = environment)
        }
    }
    list(on_epoch = .interruptible(show), done = done)
}

# Where a line cannot be rewritten: about ten lines per run.
.progress_lines <- function() {
    started <- proc.time()[["elapsed"]]
    show <- function(report) {
        every <- max(1, round(report$max_epochs / 10))
        if (report$epoch %% every && report$epoch < report$max_epochs) {
            return()
        }
        elapsed <- proc.time()[["elapsed"]] - started
        left <- elapsed / report$epoch * (report$max_epochs - report$epoch)
        .inform(
            "Epoch ", report$epoch, "/", report$max_epochs, " | ",
            .epoch_summary(report, "validation"), " | ETA ", ceiling(left),
            "s"
        )
    }
    list(on_epoch = .interruptible(show), done = function() NULL)
}

.epoch_summary <- function(report, validation) {
    elbo <- paste("ELBO", .one_decimal(-report$elbo_train))
    if (!is.finite(report$elbo_validation)) {
        return(elbo)
    }
    paste0(elbo, " (", validation, " ",
           .one_decimal(-report$elbo_validation), ")")
}

.one_decimal <- function(x) {
    formatC(x, format = "f", digits = 1, decimal.mark = ".")
}
