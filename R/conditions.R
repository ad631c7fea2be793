# Classed conditions: scvigor_argument_error (with the
# field `argument`), scvigor_file_error, scvigor_numeric_error (with `epoch`),
# all scvigor_error; scvigor_warning; scvigor_message.

# Called from C++ too, see src/r_runtime.h.
.stop_core <- function(kind, message, fields = list()) {
    stop(.condition(
        c(paste0("scvigor_", kind, "_error"), "scvigor_error", "error"),
        message, fields
    ))
}

.stop_argument <- function(argument, ...) {
    .stop_core("argument", paste0(...), list(argument = argument))
}

.warn <- function(...) {
    warning(.condition(c("scvigor_warning", "warning"), paste0(...)))
}

.inform <- function(...) {
    message(.condition(
        c("scvigor_message", "message"), paste0(..., "\n")
    ))
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
        paste0("\"", head(x, n), "\"", collapse = ", "),
        .and_more(length(x), n)
    )
}

.and_more <- function(total, n) {
    if (total > n) paste0(" and ", total - n, " more")
}

# "1 cell", "2 cells"
.pluralize <- function(n, thing) {
    paste0(n, " ", thing, if (n != 1) "s")
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
