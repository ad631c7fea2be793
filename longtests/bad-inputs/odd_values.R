# Values of every kind for one argument, and what may come of them.

odd <- list(
    `NA` = NA, `NA integer` = NA_integer_, `NA text` = NA_character_,
    `NULL` = NULL, minus = -1, zero = 0, half = 0.5, huge = 1e300, `Inf` = Inf,
    `-Inf` = -Inf, `NaN` = NaN, `2^53` = 2^53, `3e9` = 3e9, text = "a",
    number_text = "1", `empty text` = "", none = character(), list = list(),
    `list of 1` = list(1), two = c(1, 2), `two texts` = c("a", "b"),
    `TRUE` = TRUE, `function` = mean, raw = as.raw(1), complex = 1i,
    factor = factor("a"), bytes = "Z\xfcrich", symbol = quote(x),
    environment = new.env(), matrix = matrix(1), date = Sys.Date(),
    frame = data.frame(a = 1)
)
with_one <- function(name, value) stats::setNames(list(value), name)

# `make(given)` calls with a list of arguments. Numbers and the like may be
# taken: they must be `noted(value, argument)` as they were given. So may what
# stands for a value in `same`, by argument and kind, and NULL or TRUE where the
# default is such; anything else is refused.
may_be_noted <- c("half", "zero", "huge", "2^53", "3e9", "matrix", "minus", "NULL",
                  "TRUE", "text", "number_text", "two", "two texts")
add_settings <- function(verb, make, arguments, noted, same = list(),
                         skip = list()) {
    defaults <- formals(verb)
    for (argument in arguments) for (kind in names(odd)) local({
        if (kind %in% skip[[argument]]) {
            return()
        }
        argument <- argument
        kind <- kind
        name <- paste(verb, argument, kind)
        given <- with_one(argument, odd[[kind]])
        is_default <- (kind == "NULL" && is.null(defaults[[argument]])) ||
            (kind == "TRUE" && is.logical(defaults[[argument]]))
        if (kind %in% names(same[[argument]])) {
            bad(name, make(given), make(with_one(argument, same[[argument]][[kind]])))
        } else if (is_default || kind %in% may_be_noted) {
            bad(name, make(given), right = function(value) {
                is_default || isTRUE(noted(value, argument, odd[[kind]]))
            })
        } else {
            bad(name, make(given))
        }
    })
}
