# What an input is, and what becomes of it. See session.R.

# An input: a call with something bad in it. Either it is refused, with the
# argument `blames` where that is known, or its value is that of the call
# `same`, whose input is clean, or passes the test `right`. Both calls are bodies
# of functions, so that they may set something and on.exit() set it back.
cases <- list()
bad <- function(name, call, same = NULL, right = NULL, blames = NULL) {
    as_function <- function(code, env) {
        eval(as.call(list(as.name("function"), NULL, code)), env)
    }
    caller <- parent.frame()
    cases[[length(cases) + 1]] <<- list(
        name = name, call = as_function(substitute(call), caller),
        same = as_function(substitute(same), caller), right = right,
        blames = blames, has_same = !missing(same)
    )
}

# What is compared of a value: of a model all that training decides.
content_of <- function(value) {
    if (is(value, "SCVIModel")) {
        codes <- lapply(value@codes, function(code) as.numeric(unlist(code)))
        # the logarithm of an empty cell's total is infinite
        return(list(modelWeights(value), codes, value@posterior,
                    exp(unname(value@log_library))))
    }
    if (is(value, "SingleCellExperiment")) {
        return(lapply(SingleCellExperiment::reducedDims(value), unname))
    }
    if (is(value, "DataFrame")) as.data.frame(value) else value
}

numbers_in <- function(value) {
    if (is.numeric(value)) return(as.vector(value))
    if (is.list(value)) return(unlist(lapply(value, numbers_in)))
    numeric()
}

# Words of R's, C++'s or LibTorch's own in a message to users.
foreign_words <- paste(
    "subscript out of bounds", "argument is of length zero",
    "missing value where", "non-numeric argument", "cannot coerce",
    "invalid 'type'", "object of type", "non-conformable", "\\$ operator",
    "attempt to", "incorrect number of", "no applicable method",
    "unable to find an inherited", "std::", "c10::", "Exception raised",
    "bad_alloc", "basic_string", "vector::", "invalid argument to unary",
    "arguments imply differing", "unused argument", "condition has length",
    "must be length", "replacement has", "could not find function",
    "not meaningful for", sep = "|"
)

verdict_on_error <- function(error, case) {
    message <- conditionMessage(error)
    if (!inherits(error, "scvigor_error")) {
        return(c("R error", message))
    }
    if (grepl(foreign_words, message)) {
        return(c("unclear", message))
    }
    argument <- error$argument
    if (!is.null(case$blames) &&
        !any(startsWith(as.character(argument), case$blames))) {
        return(c("blames another", paste0(
            if (length(argument)) argument else class(error)[1], ": ", message
        )))
    }
    c("refused", message)
}

verdict_on_value <- function(value, case) {
    # before what it is compared with
    force(value)
    if (!is.null(case$right)) {
        return(if (isTRUE(case$right(value))) "right" else "wrong")
    }
    if (!case$has_same) {
        return(c("accepted", class(value)[1]))
    }
    expected <- tryCatch(
        content_of(suppressMessages(suppressWarnings(case$same()))),
        error = function(error) paste("clean:", conditionMessage(error))
    )
    value <- content_of(value)
    equal <- all.equal(value, expected, tolerance = 1e-5,
                       check.attributes = FALSE)
    if (isTRUE(equal) && all(is.finite(numbers_in(value)))) {
        return("right")
    }
    c("wrong", if (isTRUE(equal)) "not finite" else equal[1],
      if (is.character(expected)) expected)
}

seconds_allowed <- 30
verdict_on <- function(case) {
    warned <- NULL
    setTimeLimit(elapsed = seconds_allowed, transient = TRUE)
    on.exit(setTimeLimit())
    found <- tryCatch(
        withCallingHandlers(
            verdict_on_value(case$call(), case),
            warning = function(warning) {
                if (!inherits(warning, "scvigor_warning") && is.null(warned)) {
                    warned <<- conditionMessage(warning)
                }
                tryInvokeRestart("muffleWarning")
            },
            message = function(message) tryInvokeRestart("muffleMessage")
        ),
        error = function(error) verdict_on_error(error, case),
        interrupt = function(condition) c("interrupted", "")
    )
    if (!is.null(warned) && found[1] %in% c("right", "refused")) {
        found <- c("R warning", warned)
    }
    c(found[1], paste(found[-1], collapse = " "))
}

# The largest size of this process since it was last asked.
peak_mb <- function() {
    lines <- readLines("/proc/self/status")
    peak <- as.numeric(gsub("[^0-9]", "", grep("^VmHWM", lines, value = TRUE)))
    try(cat("5", file = "/proc/self/clear_refs"), silent = TRUE)
    round(peak / 1024)
}
