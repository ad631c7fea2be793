# Checks of arguments that do not travel as options to the core, which checks
# its own.

# What a verb's `...` caught, although the verb takes no such argument.
.check_dots <- function(dots, known) {
    if (!length(dots)) {
        return(invisible())
    }
    name <- names(dots)[1]
    if (is.null(name) || !nzchar(name)) {
        .stop_argument("...", "There is an unexpected argument without a name.")
    }
    .stop_argument(
        name, "There is no argument `", name, "`",
        .did_you_mean(name, setdiff(known, c("...", "x", "object")))
    )
}

# The same where `...` may say how to read `x`.
.check_reading_arguments <- function(dots, known) {
    reads <- vapply(seq_along(dots), function(k) {
        isTRUE(names(dots)[k] %in% .reading_arguments)
    }, NA)
    .check_dots(dots[!reads], c(known, .reading_arguments))
}

.check_not_missing <- function(is_missing, argument, what) {
    if (is_missing) {
        .stop_argument(argument, "Give ", what, " as `", argument, "`.")
    }
}

.check_flag <- function(value, argument) {
    if (!isTRUE(value) && !isFALSE(value)) {
        .stop_argument(argument, "`", argument, "` must be TRUE or FALSE.")
    }
    value
}

.check_count <- function(value, argument, min = 1) {
    is_valid <- is.numeric(value) && length(value) == 1 && is.finite(value) &&
        value == floor(value) && value >= min
    if (!is_valid) {
        .stop_argument(
            argument, "`", argument, "` must be one whole number of at least ",
            min, "."
        )
    }
    value
}

.check_proportion <- function(value, argument) {
    is_valid <- is.numeric(value) && length(value) == 1 && !is.na(value) &&
        value >= 0 && value <= 1
    if (!is_valid) {
        .stop_argument(
            argument, "`", argument, "` must be one number from 0 to 1."
        )
    }
    value
}

.check_choice <- function(value, choices, argument) {
    if (!is.character(value) || length(value) != 1 ||
        !value %in% choices) {
        .stop_argument(
            argument, "`", argument, "` must be ",
            paste0("\"", choices, "\"", collapse = " or "), "."
        )
    }
    value
}

.check_name <- function(value, argument) {
    if (!is.character(value) || length(value) != 1 || is.na(value)) {
        .stop_argument(argument, "`", argument, "` must be one name.")
    }
    value
}

.check_path <- function(path, argument, what = "file") {
    if (!is.character(path) || length(path) != 1 || is.na(path) ||
        !nzchar(path)) {
        .stop_argument(
            argument, "`", argument, "` must be the path of one ", what, "."
        )
    }
    path.expand(path)
}

# The folder of a file that is to be written.
.check_folder <- function(path, argument) {
    folder <- dirname(path)
    if (!dir.exists(folder) || file.access(folder, 2) != 0) {
        .stop_argument(
            argument, "The folder \"", folder, "\" of `", argument, "` ",
            if (dir.exists(folder)) {
                "cannot be written to; choose another, or get write permission."
            } else if (file.exists(folder)) {
                "is a file; give the path of a folder."
            } else {
                "does not exist; make it with dir.create()."
            }
        )
    }
}

# 0 stands for the number of threads in use.
.check_threads <- function(num_threads) {
    if (is.null(num_threads)) {
        return(0L)
    }
    as.integer(.check_count(num_threads, "num_threads"))
}

# Where a call computes, as the core takes it.
.compute_options <- function(num_threads, accelerator) {
    list(num_threads = .check_threads(num_threads), accelerator = accelerator)
}

# The one draw from R's stream that a run takes when no seed is given.
.check_seed <- function(seed) {
    if (is.null(seed)) {
        return(sample.int(.Machine$integer.max, 1))
    }
    .check_count(seed, "seed", min = 0)
}

# Positions that `subset` selects among `n` things, in the given order.
.positions <- function(subset, n, names, argument, things) {
    if (is.null(subset)) {
        return(seq_len(n))
    }
    if (is.factor(subset)) {
        subset <- as.character(subset)
    }
    if (is.character(subset)) {
        found <- match(subset, names)
        if (anyNA(found)) {
            .stop_argument(
                argument, "`", argument, "` names unknown ", things, ": ",
                .quote_first(subset[is.na(found)]), "; there ",
                .or_choices(names), "."
            )
        }
    } else if (is.logical(subset)) {
        if (length(subset) != n || anyNA(subset)) {
            .stop_argument(
                argument, "A logical `", argument, "` must hold TRUE or FALSE ",
                "for each of the ", n, " ", things, "; it has ",
                length(subset), " values and ", sum(is.na(subset)), " NA."
            )
        }
        found <- which(subset)
    } else if (is.numeric(subset)) {
        wrong <- is.na(subset) | subset < 1 | subset > n |
            subset != floor(subset)
        if (any(wrong)) {
            .stop_argument(
                argument, "`", argument, "` must hold positions from 1 to ",
                n, ", not ", .quote_first(subset[wrong]), "."
            )
        }
        found <- as.integer(subset)
    } else {
        .stop_argument(
            argument, "`", argument, "` must hold positions, names or TRUE ",
            "and FALSE, not ", class(subset)[1], "."
        )
    }
    if (!length(found)) {
        .stop_argument(argument, "`", argument, "` selects no ", things, ".")
    }
    found
}
