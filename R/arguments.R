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
        .argument_hint(name, setdiff(known, "..."))
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

.is_number <- function(value) {
    is.numeric(value) && length(value) == 1 && !is.na(value)
}

.is_whole <- function(value) {
    .is_number(value) && is.finite(value) && value >= 0 &&
        value == floor(value)
}

.is_list_of <- function(value, is_element) {
    is.list(value) && all(vapply(value, is_element, NA))
}

.check_flag <- function(value, argument) {
    if (!isTRUE(value) && !isFALSE(value)) {
        .stop_argument(argument, "`", argument, "` must be TRUE or FALSE.")
    }
    value
}

# `max`: beyond 2^53 numbers are not exact.
.check_count <- function(value, argument, min = 1, max = 2^53) {
    is_valid <- .is_whole(value) && value >= min
    if (!is_valid || value > max) {
        .stop_argument(
            argument, "`", argument, "` must be one whole number of at least ",
            min, if (is_valid) paste(" and at most", .number_text(max)), "."
        )
    }
    value
}

.check_proportion <- function(value, argument) {
    if (!.is_number(value) || value < 0 || value > 1) {
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

# A device by the names that others give it.
.check_accelerator <- function(accelerator) {
    known <- c("auto", "cpu", "cuda")
    if (is.character(accelerator) && length(accelerator) == 1 &&
        .lower_case(.mark_utf8(accelerator)) %in%
            c("gpu", "cuda:0", "nvidia")) {
        .stop_argument(
            "accelerator", "`accelerator` = \"", accelerator, "\" is called ",
            "\"cuda\" here; there are ", .quote_first(known), "."
        )
    }
    .check_choice(accelerator, known, "accelerator")
}

.check_name <- function(value, argument) {
    if (!is.character(value) || length(value) != 1 || is.na(value) ||
        !nzchar(value)) {
        .stop_argument(argument, "`", argument, "` must be one name.")
    }
    .to_utf8(unname(value), paste0("`", argument, "`"), argument)
}

.check_path <- function(path, argument, what = "file") {
    if (!is.character(path) || length(path) != 1 || is.na(path) ||
        !nzchar(path)) {
        .stop_argument(
            argument, "`", argument, "` must be the path of one ", what, "."
        )
    }
    n_bytes <- nchar(path, "bytes")
    if (n_bytes > .max_path_bytes) {
        .stop_argument(
            argument, "`", argument, "` has ", n_bytes, " bytes; no path has ",
            "more than ", .max_path_bytes, "."
        )
    }
    .native_path(path)
}

# Linux allows 4096, of which some are kept for a suffix.
.max_path_bytes <- 4000

.native_path <- function(path) {
    path.expand(.native_bytes(path))
}

# The bytes by which the file system knows a path, in text that R does not
# translate any more. In a session that cannot show some of the characters, as
# one with LC_ALL=C, R's own translation would spell them out as "<U+00E9>".
.native_bytes <- function(text) {
    encoding <- Encoding(text)
    if (encoding %in% c("UTF-8", "latin1")) {
        native <- iconv(text, encoding, "")
        text <- if (is.na(native)) enc2utf8(text) else native
    }
    Encoding(text) <- "unknown"
    text
}

.in_folder <- function(folder, name) {
    # file.path() refuses bytes that are no text of the locale
    paste0(folder, "/", name)
}

# Permissions do not tell: root has them, where nothing can be made.
.can_write_in <- function(folder) {
    if (!dir.exists(folder)) {
        return(FALSE)
    }
    probe <- .in_folder(folder, basename(tempfile(".scvigor-")))
    on.exit(unlink(probe))
    suppressWarnings(file.create(probe))
}

# The folder of a file that is to be written.
.check_folder <- function(path, argument) {
    folder <- dirname(path)
    if (!.can_write_in(folder)) {
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

# 0 stands for the number of threads in use. More than there are processors
# would take turns.
.check_threads <- function(num_threads) {
    if (is.null(num_threads)) {
        return(0L)
    }
    .check_count(num_threads, "num_threads", max = .Machine$integer.max)
    processors <- machine_info()$n_processors
    if (num_threads > processors) {
        .inform(
            "`num_threads` = ", .number_text(num_threads), ", but there ",
            if (processors == 1) "is " else "are ",
            .pluralize(processors, "processor"), ": ", processors,
            if (processors == 1) " is used." else " are used."
        )
        num_threads <- processors
    }
    as.integer(num_threads)
}

# What a call would hold in memory at once.
.check_memory <- function(bytes, argument, what, instead = NULL) {
    limit <- machine_info()$memory_limit
    if (bytes > limit) {
        .stop_argument(
            argument, what, " would take ", .gigabytes(bytes), " of memory; ",
            .gigabytes(limit), " are available.", instead
        )
    }
}

.gigabytes <- function(bytes) {
    paste(formatC(bytes / 1e9, format = "f", big.mark = ",", decimal.mark = ".",
                  digits = if (bytes < 1e10) 1 else 0), "GB")
}

# Where a call computes, as the core takes it.
.compute_options <- function(num_threads, accelerator) {
    list(
        num_threads = .check_threads(num_threads),
        accelerator = .check_accelerator(accelerator)
    )
}

# The one draw from R's stream that a run takes when no seed is given.
.check_seed <- function(seed) {
    if (is.null(seed)) {
        return(sample.int(.Machine$integer.max, 1))
    }
    .check_count(seed, "seed", min = 0)
}

# Positions that `subset` selects among `n` things, in the given order. Names
# of logical or numeric values must say the same as their positions, or say
# where logical ones belong.
.positions <- function(subset, n, names, argument, things) {
    if (is.null(subset)) {
        return(seq_len(n))
    }
    if (is.factor(subset)) {
        subset <- as.character(subset)
    }
    if (is(subset, "Rle")) {
        subset <- S4Vectors::decode(subset)
    }
    found <- if (is.character(subset)) {
        .positions_of_names(subset, names, argument, things)
    } else if (is.logical(subset)) {
        .positions_of_true(subset, n, names, argument, things)
    } else if (is.numeric(subset)) {
        .positions_of_numbers(subset, n, names, argument, things)
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

.positions_of_names <- function(subset, names, argument, things) {
    subset <- .to_utf8(unname(subset), paste0("`", argument, "`"), argument)
    found <- match(subset, names)
    if (anyNA(found)) {
        unknown <- subset[is.na(found)]
        .stop_argument(
            argument, "`", argument, "` names unknown ", things, ": ",
            .quote_first(unknown), "; there ", .or_choices(names),
            .near_miss(unknown, names)
        )
    }
    ambiguous <- unique(names[duplicated(names)])
    if (any(subset %in% ambiguous)) {
        .stop_argument(
            argument, "`", argument, "` names several ", things, " at once: ",
            .quote_first(intersect(subset, ambiguous), 3), ". Give positions."
        )
    }
    found
}

.positions_of_true <- function(subset, n, names, argument, things) {
    what <- paste0("A logical `", argument, "`")
    order <- .positions_by_name(
        names(subset), names, length(subset), argument, what, things
    )
    if (!is.null(order)) {
        subset <- subset[order]
    }
    if (length(subset) != n || anyNA(subset)) {
        .stop_argument(
            argument, what, " must hold TRUE or FALSE for each of the ", n,
            " ", things, "; it has ", length(subset), " values and ",
            sum(is.na(subset)), " NA."
        )
    }
    which(unname(subset))
}

.positions_of_numbers <- function(subset, n, names, argument, things) {
    wrong <- is.na(subset) | subset < 1 | subset > n | subset != floor(subset)
    if (any(wrong)) {
        .stop_argument(
            argument, "`", argument, "` must hold positions from 1 to ",
            n, ", not ", .quote_first(subset[wrong]), "."
        )
    }
    found <- as.integer(subset)
    # which() of a named vector gives positions with the names of what was TRUE
    said <- .real_names(names(subset))
    if (!is.null(said) && !is.null(names) && all(said %in% names) &&
        !identical(.mark_utf8(said), names[found])) {
        at <- which(.mark_utf8(said) != names[found])[1]
        .stop_argument(
            argument, "`", argument, "` has positions with names that are ",
            "others': position ", found[at], " is called \"", said[at],
            "\", but is \"", names[found[at]], "\" in `x`. Give the names, ",
            "or unname() the positions."
        )
    }
    found
}
