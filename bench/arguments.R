# Command lines of the scripts here: --name=value, --name, and plain words.

# A list of the options, with these defaults, and `words`.
command_line <- function(defaults) {
    given <- commandArgs(trailingOnly = TRUE)
    is_option <- startsWith(given, "--")
    options <- given[is_option]
    names <- sub("^--([^=]*).*", "\\1", options)
    unknown <- setdiff(names, names(defaults))
    if (length(unknown)) {
        stop(
            "unknown option --", unknown[1], "; there are --",
            paste(names(defaults), collapse = ", --"), call. = FALSE
        )
    }
    values <- ifelse(grepl("=", options), sub("^[^=]*=", "", options), "TRUE")
    for (i in seq_along(names)) {
        defaults[[names[i]]] <- methods::as(
            values[i], class(defaults[[names[i]]])
        )
    }
    c(defaults, list(words = given[!is_option]))
}

# "0,1,5" or "0:4" as numbers.
number_list <- function(text) {
    parts <- strsplit(strsplit(text, ",")[[1]], ":")
    unlist(lapply(parts, function(ends) {
        seq(as.numeric(ends[1]), as.numeric(ends[length(ends)]))
    }))
}
