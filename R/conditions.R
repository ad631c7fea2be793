#' Errors, warnings and messages of scvigor
#'
#' Whatever goes wrong is an R condition with a class, so that programs can tell
#' what it was and handle it.
#'
#' \describe{
#'   \item{`scvigor_argument_error`}{An argument, or something in it, is not
#'     what the function needs. The field `argument` has its name.}
#'   \item{`scvigor_file_error`}{A file cannot be read or written.}
#'   \item{`scvigor_numeric_error`}{A loss, gradient or weight was not finite.
#'     The field `epoch` says when.}
#'   \item{`scvigor_interrupted_error`}{Ctrl-C, or a time limit, before there
#'     was a result.}
#'   \item{`scvigor_error`}{All of these, and any other error.}
#'   \item{`scvigor_warning`}{A warning.}
#'   \item{`scvigor_message`}{A message, which `suppressMessages(classes =
#'     "scvigor_message")` turns off.}
#' }
#'
#' @return The help page of conditions has no value.
#' @examples
#' tryCatch(
#'     trainSCVI(exampleSCE(), batch = "lane"),
#'     scvigor_argument_error = function(error) error$argument
#' )
#' @name conditions
#' @aliases scvigor_error scvigor_warning scvigor_message
NULL

# Classed conditions: scvigor_argument_error (with the
# field `argument`), scvigor_file_error, scvigor_numeric_error (with `epoch`),
# all scvigor_error; scvigor_warning; scvigor_message.

.stop_core <- function(kind, message, fields = list()) {
    stop(.condition(
        c(paste0("scvigor_", kind, "_error"), "scvigor_error", "error"),
        message, fields
    ))
}

.stop_argument <- function(argument, ...) {
    .stop_core("argument", .paste_utf8(...), list(argument = argument))
}

.stop_file <- function(...) {
    .stop_core("file", .paste_utf8(...))
}

# Called from C++, see src/r_runtime.h.
.stop_from_core <- function(kind, message, fields) {
    .stop_core(kind, .text_of_core(message), fields)
}

.warn <- function(...) {
    warning(.condition(c("scvigor_warning", "warning"), .paste_utf8(...)))
}

.inform <- function(...) {
    message(.condition(
        c("scvigor_message", "message"), .paste_utf8(..., "\n")
    ))
}

# A message that a session shows once; `key` says which.
.inform_once <- function(key, ...) {
    if (!isTRUE(.informed[[key]])) {
        .informed[[key]] <- TRUE
        .inform(...)
    }
}

.informed <- new.env(parent = emptyenv())

# paste0() would spell out bytes of unknown encoding beside UTF-8, "<c3><bc>".
.paste_utf8 <- function(...) {
    do.call(paste0, lapply(list(...), .mark_utf8))
}

# The core's messages are UTF-8, but for paths, which are the file system's
# bytes: text of the locale.
.text_of_core <- function(message) {
    if (!validUTF8(message)) {
        message <- iconv(message, "UTF-8", "UTF-8", sub = "byte")
        for (byte in 128:255) {
            text <- iconv(rawToChar(as.raw(byte)), "", "UTF-8")
            if (!is.na(text)) {
                message <- gsub(sprintf("<%02x>", byte), text, message,
                                fixed = TRUE, useBytes = TRUE)
            }
        }
    }
    Encoding(message) <- "UTF-8"
    message
}

.condition <- function(classes, message, fields = list()) {
    structure(
        class = c(classes, "condition"),
        c(list(message = message, call = NULL), fields)
    )
}

# "a", "b", "c" and 7 more
.quote_first <- function(x, n = 5) {
    paste0(
        paste0("\"", .mark_utf8(head(x, n)), "\"", collapse = ", "),
        .and_more(length(x), n)
    )
}

.and_more <- function(total, n) {
    if (total > n) paste0(" and ", total - n, " more")
}

# "1 cell", "2 cells"
.pluralize <- function(n, thing) {
    paste0(sprintf("%.0f", n), " ", thing, if (n != 1) "s")
}

# "12,345", whatever options(OutDec =, scipen =) say
.with_commas <- function(n) {
    format(n, big.mark = ",", decimal.mark = ".", scientific = FALSE)
}

# "; did you mean `n_latent`?", or the end when no name is near
.did_you_mean <- function(name, known) {
    distance <- adist(name, known, ignore.case = TRUE)[1, ]
    near <- known[distance <= max(1, 0.34 * nchar(name))]
    if (!length(near)) {
        return(".")
    }
    nearest <- known[which.min(distance)]
    paste0("; did you mean `", nearest, "`?")
}
