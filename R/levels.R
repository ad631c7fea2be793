# Levels: the one way from a vector of any kind to text, and from text to the
# codes that the core sees. Text is UTF-8 inside the package whatever the
# session's locale is; numbers are written so that no two of them are the same.

# A vector as list(levels, codes): a factor's levels in their own order, else
# sorted; codes count from 1 and are NA where a value is missing.
.categorize <- function(values, label, argument) {
    values <- .check_level_type(values, label, argument)
    if (is.factor(values)) {
        text <- .level_text(levels(values), label, argument)
        of_cells <- text[match(as.integer(values), seq_along(text))]
        kept <- unique(text[!is.na(text) & text %in% of_cells])
    } else {
        if (is.character(values)) {
            values <- .level_text(values, label, argument)
        }
        sorted <- .sorted_unique(values)
        text <- .distinct_text(sorted, label, argument)
        of_cells <- text[match(values, sorted)]
        kept <- unique(text)
    }
    list(levels = kept, codes = match(of_cells, kept))
}

# The text of values no two of which are the same.
.distinct_text <- function(values, label, argument) {
    text <- .level_text(values, label, argument)
    if (anyDuplicated(text) && !is.character(values)) {
        twins <- unique(text[duplicated(text)])
        .stop_argument(
            argument, label, " has different values of class ",
            class(values)[1], " that are all written ",
            .quote_first(twins, 3), ". Make them text yourself."
        )
    }
    text
}

.sorted_unique <- function(values) {
    values <- unique(values)
    values <- values[!is.na(values)]
    if (is.object(values)) sort(values) else sort(values, method = "radix")
}

# The levels of a category of which every cell must have one.
.levels_of <- function(covariate, argument) {
    label <- .covariate_label(covariate, argument)
    found <- .categorize(covariate$values, label, argument)
    .check_no_missing(found$codes, label, argument)
    .warn_normal_forms(found$levels, label)
    found$levels
}

.check_no_missing <- function(codes, label, argument) {
    if (anyNA(codes)) {
        .stop_argument(
            argument, label, " has ",
            .pluralize(sum(is.na(codes)), "missing value"), "; scVI needs a ",
            "level for every cell. Remove those cells or give them a level ",
            "of their own."
        )
    }
}

# Codes of a covariate among `levels`, counting from 0.
.codes_of <- function(covariate, levels, argument) {
    label <- .covariate_label(covariate, argument)
    found <- .categorize(covariate$values, label, argument)
    .check_no_missing(found$codes, label, argument)
    known <- match(found$levels, levels)
    if (anyNA(known)) {
        unknown <- found$levels[is.na(known)]
        .stop_argument(
            argument, label, " has levels that the model does not have: ",
            .quote_first(unknown), ". The model has ", .quote_first(levels, 20),
            .near_miss(unknown, levels)
        )
    }
    known[found$codes] - 1L
}

# What the levels of a category are, beside their text.
.level_type <- function(values) {
    is_plain <- !is.object(values) &&
        (is.numeric(values) || is.logical(values))
    if (is_plain) typeof(values) else "character"
}

# ---- Types -------------------------------------------------------------------

# A plain vector: without run lengths, dimensions of one column (whose row names
# become names), or the classes that base R keeps as lists.
.plain_vector <- function(values) {
    if (is(values, "Rle")) {
        values <- S4Vectors::decode(values)
    }
    if (inherits(values, "POSIXlt")) {
        values <- as.POSIXct(values)
    }
    if (is.atomic(values) && !is.null(dim(values)) &&
        length(values) == NROW(values)) {
        names <- dimnames(values)[[1]]
        if (is.object(values) && !inherits(values, "table")) {
            dim(values) <- NULL
        } else {
            values <- as.vector(values)
        }
        names(values) <- names
    }
    values
}

# Vectors that have levels; others are refused in words.
.check_level_type <- function(values, label, argument) {
    values <- .plain_vector(values)
    type <- if (is.atomic(values)) typeof(values) else class(values)[1]
    is_factor <- is.factor(values)
    fits <- is.atomic(values) && is.null(dim(values)) &&
        type %in% c("logical", "integer", "double", "character")
    if (!fits || (is_factor && !.is_valid_factor(values))) {
        .stop_argument(
            argument, label, " must hold text, numbers, TRUE and FALSE, dates ",
            "or a factor, not ",
            if (is_factor) "a damaged factor" else .type_words(values, type),
            ".", if (!is.null(dim(values))) " Give one column of it."
        )
    }
    if (inherits(values, "integer64")) {
        return(.integer64_numbers(values, label, argument))
    }
    if (inherits(values, "difftime")) {
        # unique() forgets their unit
        text <- .level_text(values, label, argument)
        return(factor(text, unique(text[order(values, na.last = NA)])))
    }
    if (is.object(values) && is.numeric(values)) unclass(values) else values
}

.type_words <- function(values, type) {
    if (is.null(dim(values)) || is.null(type)) {
        return(if (is.null(type)) "NULL" else type)
    }
    paste0("a ", class(values)[1], " of ", paste(dim(values), collapse = " x "))
}

.is_valid_factor <- function(values) {
    typeof(values) == "integer" && is.character(attr(values, "levels")) &&
        !anyDuplicated(attr(values, "levels"))
}

# 64-bit integers of the package bit64 look like tiny doubles to base R.
.integer64_numbers <- function(values, label, argument) {
    bits <- matrix(
        readBin(writeBin(as.vector(unclass(values)), raw()), "integer",
                2 * length(values)),
        nrow = 2
    )
    if (.Platform$endian == "big") {
        bits <- bits[2:1, , drop = FALSE]
    }
    low <- ifelse(is.na(bits[1, ]), 2^31, bits[1, ] %% 2^32)
    high <- bits[2, ]
    number <- high * 2^32 + low
    is_missing <- is.na(high) & low == 0
    if (any(abs(number[!is_missing]) >= 2^53) || any(is.na(high) & low != 0)) {
        .stop_argument(
            argument, label, " holds 64-bit integers beyond 2^53, which R's ",
            "numbers cannot tell apart; make them text with as.character()."
        )
    }
    number[is_missing] <- NA
    number
}

# ---- Text --------------------------------------------------------------------

# The text of values, in UTF-8; NA stays NA. Numbers are written exactly:
# as.character(1e5) is "1e+05", as.character(100000L) is not, and either may
# give two numbers one text.
.level_text <- function(values, label = "A level", argument = "levels") {
    if (is.factor(values)) {
        text <- .level_text(levels(values), label, argument)
        return(text[as.integer(values)])
    }
    if (is.character(values)) {
        return(.to_utf8(as.vector(values), label, argument))
    }
    if (is.double(values) && !is.object(values)) {
        return(.number_text(values))
    }
    if (inherits(values, "POSIXct")) {
        return(.time_text(values))
    }
    if (inherits(values, "difftime")) {
        text <- .number_text(as.vector(unclass(values)))
        text[!is.na(text)] <- paste(text[!is.na(text)], units(values))
        return(text)
    }
    .to_utf8(as.character(values), label, argument)
}

# Always as long, whatever other times there are; with fractions of a second
# where a time has one.
.time_text <- function(values) {
    text <- format(values, "%Y-%m-%d %H:%M:%S")
    fraction <- as.numeric(values) %% 1 > 0 & !is.na(values)
    text[fraction] <- format(values[fraction], "%Y-%m-%d %H:%M:%OS6")
    text
}

.number_text <- function(values) {
    if (anyDuplicated(values)) {
        some <- unique(values)
        return(.number_text(some)[match(values, some)])
    }
    before <- options(scipen = 0, OutDec = ".")
    on.exit(options(before))
    text <- as.character(values)
    text[is.nan(values)] <- NA
    whole <- is.finite(values) & values == trunc(values) & abs(values) < 1e22
    text[whole] <- sprintf("%.0f", values[whole] + 0)
    for (format in c("%.15g", "%.16g", "%.17g")) {
        inexact <- is.finite(values) & !whole &
            suppressWarnings(as.numeric(text)) != values
        text[inexact] <- sprintf(format, values[inexact])
    }
    text
}

# Text in UTF-8, marked as such. Text of unknown encoding is UTF-8 where it can
# be, so that a session in the C locale reads the same levels as any other.
.to_utf8 <- function(text, label, argument) {
    if (!is.character(text) || is_ascii(text)) {
        return(text)
    }
    encoding <- Encoding(text)
    foreign <- encoding == "latin1" |
        (encoding == "unknown" & .is_other_locale())
    foreign[is.na(text)] <- FALSE
    text[foreign] <- enc2utf8(text[foreign])
    valid <- validUTF8(text)
    if (!all(valid)) {
        .stop_argument(
            argument, label, " has text that is not UTF-8: ",
            .quote_first(unique(.escape_bytes(text[!valid]))), ". Say in ",
            "which encoding it was read, as in read.csv(fileEncoding = ",
            "\"latin1\"), or convert it: iconv(x, \"latin1\", \"UTF-8\")."
        )
    }
    if (!all(Encoding(text) %in% c("unknown", "UTF-8"))) {
        text[] <- vapply(text, function(one) {
            Encoding(one) <- "UTF-8"
            one
        }, "")
    }
    Encoding(text) <- "UTF-8"
    text
}

# The same where text that cannot be UTF-8 may stay as it is.
.mark_utf8 <- function(text) {
    tryCatch(.to_utf8(text, "", ""), scvigor_error = function(error) text)
}

# `%in%` for text of any encoding: the C locale takes a text of unknown encoding
# for another than the same in UTF-8.
.is_one_of <- function(text, known) {
    .mark_utf8(text) %in% .mark_utf8(known)
}

# The position of one name among known ones; NA where it is none of them.
.position_of <- function(name, known) {
    match(.mark_utf8(name), .mark_utf8(known))
}

# A locale whose own text is neither ASCII nor UTF-8.
.is_other_locale <- function() {
    !l10n_info()[["UTF-8"]] && !.is_c_locale()
}

.is_c_locale <- function() {
    Sys.getlocale("LC_CTYPE") %in% c("C", "POSIX", "")
}

# Text that R code of the session can be compared with, in values and as names:
# in the C locale, names in R code are bytes of unknown encoding.
.session_text <- function(text) {
    text <- .mark_utf8(text)
    if (is.character(text) && .is_c_locale()) {
        Encoding(text) <- "unknown"
    }
    text
}

# "Z\xfcrich" as it can be shown in any locale.
.escape_bytes <- function(text) {
    vapply(text, function(one) {
        bytes <- charToRaw(one)
        shown <- rawToChar(bytes, multiple = TRUE)
        high <- as.integer(bytes) > 127 | as.integer(bytes) < 32
        shown[high] <- sprintf("\\x%02x", as.integer(bytes[high]))
        paste(shown, collapse = "")
    }, "", USE.NAMES = FALSE)
}

# Levels that look the same, because they are the same characters written in
# two of Unicode's normal forms.
.warn_normal_forms <- function(levels, label) {
    if (all(Encoding(levels) == "unknown")) {
        return(invisible())
    }
    forms <- canonical_matches(levels)
    twins <- forms %in% forms[duplicated(forms)]
    if (any(twins)) {
        .warn(
            label, " has levels that differ only in how Unicode writes their ",
            "characters: ", .quote_first(levels[twins]), ". They are kept ",
            "apart; stringi::stri_trans_nfc() makes one of them."
        )
    }
}
