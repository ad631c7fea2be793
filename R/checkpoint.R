# Checkpoints: files from which a run is resumed. One holds the configuration of
# the run (see fit.R) and the state of the core after an epoch, as plain data.

.checkpoint_format <- "scvigor_checkpoint"
.checkpoint_version <- 1L

# The file that `checkpoint` of trainSCVI() stands for; NULL stays NULL. A file
# that is something else is not overwritten without `overwrite`.
.checked_checkpoint_path <- function(checkpoint, overwrite) {
    .check_flag(overwrite, "checkpoint_overwrite")
    if (is.null(checkpoint)) {
        return(NULL)
    }
    path <- .checkpoint_path(checkpoint, "checkpoint")
    .check_folder(path, "checkpoint")
    if (file.exists(path) && !overwrite && !.is_checkpoint(path)) {
        .stop_argument(
            "checkpoint", "\"", path, "\" exists and is not a checkpoint of ",
            "scvigor, or a damaged one. Give another path, or ",
            "`checkpoint_overwrite = TRUE` to replace it."
        )
    }
    path
}

# A folder stands for a file in it.
.checkpoint_path <- function(path, argument) {
    path <- .check_path(path, argument, "file or folder")
    if (dir.exists(path)) {
        path <- file.path(path, paste0(.checkpoint_format, ".rds"))
    }
    normalizePath(path, mustWork = FALSE)
}

# Writes the states that the core hands over: a callback, and functions that
# describe the file in messages. `saved` epochs are in the file already.
.checkpoint_writer <- function(path, config, saved = NULL) {
    problem <- NULL
    write <- function(state) {
        # A full disk is no reason to lose the training. Ctrl-C waits, so that
        # what is said of the file is true of it.
        suspendInterrupts(tryCatch(
            {
                .write_checkpoint(path, config, state)
                saved <<- state$epochs
            },
            error = function(error) problem <<- conditionMessage(error)
        ))
    }
    status <- function() {
        if (is.null(path)) {
            return("")
        }
        if (is.null(saved)) {
            return(" No checkpoint had been written yet.")
        }
        paste0(
            " The checkpoint \"", path, "\" holds the run after epoch ",
            saved, "; resumeTraining() continues from there."
        )
    }
    warn <- function() {
        if (!is.null(problem)) {
            .warn("The checkpoint \"", path, "\" could not be written: ",
                  problem, ".")
        }
    }
    list(
        on_checkpoint = if (!is.null(path)) .interruptible(write),
        status = status, warn = warn
    )
}

# A reader never sees half a file: it is written beside and then renamed.
.write_checkpoint <- function(path, config, state) {
    temporary <- tempfile(
        paste0(.checkpoint_format, "_"), dirname(path), ".tmp"
    )
    on.exit(unlink(temporary))
    content <- list(
        format = .checkpoint_format, version = .checkpoint_version,
        scvigor = as.character(packageVersion("scvigor")),
        plan = config, state = state
    )
    connection <- gzfile(temporary, "wb", compression = 1)
    tryCatch(saveRDS(content, connection), finally = close(connection))
    if (!file.rename(temporary, path)) {
        stop("it cannot be renamed")
    }
}

.is_checkpoint <- function(path) {
    content <- tryCatch(.read_rds(path), scvigor_file_error = identity)
    is.list(content) && identical(content$format, .checkpoint_format)
}

.read_rds <- function(path) {
    damaged <- function(condition) {
        .stop_core("file", paste0(
            "\"", path, "\" is damaged, or not a checkpoint of scvigor: ",
            conditionMessage(condition), "."
        ))
    }
    tryCatch(readRDS(path), error = damaged, warning = damaged)
}

.read_checkpoint <- function(path) {
    if (!file.exists(path)) {
        .stop_core("file", paste0("There is no checkpoint \"", path, "\"."))
    }
    content <- .read_rds(path)
    if (!is.list(content) ||
        !identical(content$format, .checkpoint_format)) {
        .stop_core("file", paste0(
            "\"", path, "\" is not a checkpoint of scvigor; ",
            "resumeTraining() takes a file that trainSCVI(checkpoint =) wrote."
        ))
    }
    if (!isTRUE(content$version <= .checkpoint_version)) {
        .stop_core("file", paste0(
            "\"", path, "\" was written by a newer version of scvigor (",
            content$scvigor, "); this one is ", packageVersion("scvigor"),
            ". Update scvigor to resume it."
        ))
    }
    .check_checkpoint(content, path)
}

.check_checkpoint <- function(content, path) {
    expected <- list(
        plan = c("model_options", "train_options", "genes", "cells",
                 "registry", "codes", "split", "log_library", "seed"),
        state = c("seed", "epochs", "steps", "stopped", "lr", "weights",
                  "moments", "random", "plateau", "early_stopping", "best",
                  "split", "history")
    )
    for (part in names(expected)) {
        missing <- setdiff(expected[[part]], names(content[[part]]))
        if (length(missing)) {
            .stop_core("file", paste0(
                "The checkpoint \"", path, "\" is damaged: it lacks ",
                .quote_first(missing), "."
            ))
        }
    }
    content
}
