# Checkpoints: files from which a run is resumed. One holds the configuration of
# the run (see fit.R) and the state of the core after an epoch, as plain data,
# in the form of a model file.

.checkpoint_format <- "scvigor_checkpoint"

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
        path <- .in_folder(path, paste0(.checkpoint_format, ".h5"))
    }
    normalizePath(path, mustWork = FALSE)
}

# The file to read; older releases had another one in a folder.
.checkpoint_to_read <- function(path) {
    found <- .checkpoint_path(path, "path")
    old <- sub("h5$", "rds", found)
    if (dir.exists(path) && !file.exists(found) && file.exists(old)) old else
        found
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
            .warn("A checkpoint could not be written. ", problem)
        }
    }
    list(
        on_checkpoint = if (!is.null(path)) .interruptible(write),
        status = status, warn = warn
    )
}

.write_checkpoint <- function(path, config, state) {
    write_checkpoint_file(
        path, .pack_value(list(config = config, state = state)),
        paste("scvigor", packageVersion("scvigor"))
    )
}

.is_checkpoint <- function(path) {
    .is_rds_checkpoint(path) || tryCatch(
        identical(read_file_format(path), .checkpoint_format),
        scvigor_file_error = function(error) FALSE
    )
}

.read_checkpoint <- function(path) {
    if (!file.exists(path)) {
        .stop_file("There is no checkpoint \"", path, "\".")
    }
    content <- if (.is_rds_checkpoint(path)) {
        .read_rds_checkpoint(path)
    } else {
        .read_h5_checkpoint(path)
    }
    tryCatch(.checked_checkpoint(content), error = function(error) {
        .stop_damaged(path, conditionMessage(error))
    })
}

.read_h5_checkpoint <- function(path) {
    tryCatch(read_file_format(path), scvigor_file_error = function(error) {
        .stop_file(
            "\"", path, "\" is not a checkpoint of scvigor, or a damaged one: ",
            conditionMessage(error)
        )
    })
    .unpack_value(read_checkpoint_file(path))
}

.stop_damaged <- function(path, why) {
    .stop_file(
        "The checkpoint \"", path, "\" is damaged: ", why
    )
}

# ---- What a checkpoint must hold --------------------------------------------

.checked_checkpoint <- function(content) {
    expected <- list(
        config = c("model_options", "train_options", "genes", "cells",
                   "registry", "codes", "split", "log_library", "seed"),
        state = setdiff(names(.state_checks), "average")
    )
    for (part in names(expected)) {
        missing <- setdiff(expected[[part]], names(content[[part]]))
        if (length(missing)) {
            stop("it lacks ", .quote_first(missing), ".", call. = FALSE)
        }
    }
    list(
        config = .checked_config(content$config, content$state),
        state = .checked_state(content$state)
    )
}

# A configuration has the slots of a model, but for a posterior, which only
# training of the decoder alone needs; the weights are in the state.
.checked_config <- function(config, state) {
    slots <- .checked_slots(list(
        options = config$model_options, train_options = config$train_options,
        weights = state$weights, genes = config$genes, cells = config$cells,
        registry = config$registry, codes = config$codes, split = config$split,
        log_library = config$log_library, posterior = config$posterior
    ), has_posterior = !is.null(config$posterior))
    if (!.is_number(config$seed)) {
        stop("its seed is not a number.", call. = FALSE)
    }
    config$model_options <- slots$options
    config$train_options <- slots$train_options
    config
}

# Older versions knew no average of the weights. The core compares lengths and
# shapes with the model, see restore() in src/core/train/checkpoint.cpp.
.checked_state <- function(state) {
    if (is.null(state$average)) {
        state$average <- list()
    }
    is_valid <- vapply(names(.state_checks), function(name) {
        isTRUE(.state_checks[[name]](state[[name]]))
    }, NA)
    if (!all(is_valid)) {
        stop("invalid: ", .quote_first(names(which(!is_valid))), ".",
             call. = FALSE)
    }
    state
}

.is_monitor <- function(value) {
    is.list(value) && .is_number(value$best) && .is_whole(value$waited)
}

.is_moments <- function(value) {
    is.list(value) && .is_whole(value$steps) && is.numeric(value$first) &&
        is.numeric(value$second)
}

.state_checks <- list(
    seed = .is_whole, epochs = .is_whole, steps = .is_whole,
    stopped = function(value) isTRUE(value) || isFALSE(value),
    lr = .is_number,
    weights = function(value) .is_list_of(value, is.numeric),
    average = function(value) .is_list_of(value, is.numeric),
    moments = function(value) .is_list_of(value, .is_moments),
    plateau = .is_monitor, early_stopping = .is_monitor,
    best = function(value) {
        is.list(value) && .is_whole(value$epoch) && .is_number(value$value) &&
            .is_list_of(value$weights, is.numeric)
    },
    split = function(value) {
        .is_list_of(value[.split_parts], is.numeric)
    },
    history = function(value) {
        .is_list_of(value, is.numeric) && length(unique(lengths(value))) < 2
    }
)
