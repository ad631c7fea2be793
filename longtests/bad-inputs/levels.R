# Levels and other values that belong to cells: vectors of every kind for every
# argument, and names that say where a value belongs.

counts <- toy_counts(12, 40)
cells <- colnames(counts)
train <- function(...) quick_train(counts, ..., n_hidden = 8)
pair <- rep(c(1, 2), 20)
bytes <- rep(c("Z\xfcrich", "Bern"), 20)
latin1 <- bytes
Encoding(latin1) <- "latin1"
declared_bytes <- bytes
Encoding(declared_bytes) <- "bytes"

# Each with the codes (from 1) of the clean factor; without, no levels.
kinds <- list(
    raw = list(as.raw(pair)), complex = list(rep(c(1i, 2), 20)),
    list = list(as.list(pair)), bytes = list(bytes),
    `declared bytes` = list(declared_bytes),
    latin1 = list(latin1, 3 - pair),
    huge = list(rep(c(1e300, 1e15), 20), 3 - pair),
    tiny = list(rep(c(1e-300, 0), 20), 3 - pair),
    neighbors = list(rep(c(0.3, 0.1 + 0.2), 20), pair),
    runs = list(rep(c(2024010112000001, 2024010112000002), 20), pair),
    infinite = list(rep(c(Inf, -Inf), 20), 3 - pair),
    `NaN` = list(rep(c(NaN, 1), 20)), `NA` = list(rep(NA, 40)),
    `NA text` = list(rep(c(NA, "a"), 20)),
    `text NA` = list(rep(c("NA", "a"), 20), pair),
    logical = list(pair == 1, 3 - pair),
    dates = list(as.Date("2024-02-29") + pair, pair),
    times = list(as.POSIXlt("2024-02-29 12:00:00", tz = "UTC") + pair, pair),
    difftime = list(as.difftime(pair, units = "hours"), pair),
    factor = list(factor(pair, levels = 3:1), 3 - pair),
    ordered = list(ordered(pair, levels = 2:1), 3 - pair),
    `factor with NA` = list(addNA(factor(rep(c(1, NA), 20)))),
    `factor of NA` = list(factor(rep(NA, 40))),
    `factor out of range` = list(structure(
        as.integer(pair + 5), levels = c("a", "b"), class = "factor"
    )),
    `factor without levels` = list(structure(
        as.integer(pair), class = "factor"
    )),
    `factor of doubles` = list(structure(
        pair, levels = c("a", "b"), class = "factor"
    ), pair),
    `factor with levels twice` = list(structure(
        as.integer(pair), levels = c("a", "a"), class = "factor"
    )),
    `empty text` = list(rep("", 40), rep(1, 40)),
    `some empty text` = list(rep(c("", "a"), 20), pair),
    long = list(rep(strrep(c("a", "b"), 1e5), 20), pair),
    matrix = list(matrix(1, 40, 2)),
    column = list(matrix(pair, 40, 1), pair),
    array = list(array(pair), pair), frame = list(data.frame(a = pair)),
    short = list(pair[1:3]), long_by_one = list(c(pair, 1)),
    none = list(character()), `list of none` = list(list()),
    emoji = list(rep(intToUtf8(c(128513, 128512), TRUE), 20), 3 - pair),
    newline = list(rep(c("a\tb", "a\nb"), 20), pair),
    blank = list(rep(c("a", "a "), 20), pair),
    case = list(rep(c("A", "a"), 20), pair),
    normal_forms = list(rep(c("e\u0301", "\u00e9"), 20), pair),
    right_to_left = list(rep(c("\u05d0", "\u202e"), 20), pair),
    `function` = list(mean), environment = list(globalenv()),
    call = list(quote(a + b)), formula = list(~batch),
    named = list(stats::setNames(pair, rev(cells)), rev(pair)),
    misnamed = list(stats::setNames(pair, paste0("x", 1:40))),
    `names twice` = list(stats::setNames(pair, rep(cells[1:20], 2))),
    `names in part` = list(stats::setNames(pair, c(cells[1:39], ""))),
    `names NA` = list(stats::setNames(pair, rep(NA_character_, 40)), pair),
    Rle = list(S4Vectors::Rle(pair), pair),
    `Rle of factor` = list(S4Vectors::Rle(factor(pair)), pair),
    roman = list(utils::as.roman(pair), pair),
    version = list(numeric_version(as.character(pair))),
    octmode = list(as.octmode(as.integer(pair)), pair),
    noquote = list(noquote(as.character(pair)), pair),
    `I()` = list(I(pair), pair), table = list(table(pair)),
    hexmode = list(as.hexmode(as.integer(pair)), pair),
    ALTREP = list(1:40, 1:40), `minus zero` = list(rep(c(-0, 1), 20), pair),
    integer64 = list(structure(
        c(4.94065645841247e-324, 9.88131291682493e-324)[pair],
        class = "integer64"
    ), pair)
)
# Tables of covariates are no single category, and none are none.
tables <- list(
    matrix = data.frame(a = factor(rep(1, 40)), b = factor(rep(1, 40))),
    frame = factor(pair), none = NULL, `list of none` = NULL
)
# Sorted as their values are, numbers do not stand as their text would.
add_kind <- function(kind, argument) {
    value <- kinds[[kind]][[1]]
    codes <- if (length(kinds[[kind]]) > 1) kinds[[kind]][[2]]
    as_argument <- function(value) stats::setNames(list(value), argument)
    call <- function() do.call(train, as_argument(value), quote = TRUE)
    if (argument == "categorical_covariates" && kind %in% names(tables)) {
        bad(paste(argument, kind), call(),
            do.call(train, as_argument(tables[[kind]])))
    } else if (is.null(codes)) {
        bad(paste(argument, kind), call(), blames = argument)
    } else {
        bad(paste(argument, kind), call(),
            do.call(train, as_argument(factor(codes))))
    }
}
for (kind in names(kinds)) {
    for (argument in c("batch", "labels", "categorical_covariates")) {
        add_kind(kind, argument)
    }
}

# ---- Numbers -----------------------------------------------------------------

# The numbers that a kind stands for; without, refused.
numbers <- list(
    text = list(as.character(pair)), factor = list(factor(pair)),
    complex = list(pair + 0i), raw = list(as.raw(pair)),
    logical = list(pair == 1, as.numeric(pair == 1)),
    `NA` = list(replace(pair, 3, NA)), `NaN` = list(replace(pair, 3, NaN)),
    infinite = list(replace(pair, 3, Inf)),
    minus = list(replace(pair, 3, -1), replace(pair, 3, -1)),
    zero = list(replace(pair, 3, 0), replace(pair, 3, 0)),
    integer = list(as.integer(pair), pair),
    named = list(stats::setNames(pair, rev(cells)), rev(pair)),
    misnamed = list(stats::setNames(pair, paste0("x", 1:40))),
    short = list(pair[-1]), none = list(numeric(), NULL), one = list(3),
    column = list(matrix(pair, 40, 1), pair), Rle = list(S4Vectors::Rle(pair), pair),
    list = list(as.list(pair)), `function` = list(mean),
    array = list(array(pair), pair), `I()` = list(I(pair), pair),
    frame_named = list(
        data.frame(covariate = rev(pair), row.names = rev(cells)), pair
    ),
    frame_misnamed = list(
        data.frame(covariate = pair, row.names = paste0("x", 1:40))
    ),
    frame_short = list(data.frame(covariate = pair[-1])),
    frame_text = list(data.frame(covariate = as.character(pair))),
    frame_twice = list(data.frame(a = pair, a = pair, check.names = FALSE)),
    frame_empty = list(data.frame(row.names = cells), NULL),
    tiny = list(replace(pair, 3, 1e-300), replace(pair, 3, 1e-300))
)
for (kind in names(numbers)) for (argument in c(
    "continuous_covariates", "size_factor"
)) local({
    value <- numbers[[kind]][[1]]
    known <- if (length(numbers[[kind]]) > 1) numbers[[kind]][[2]]
    argument <- argument
    as_argument <- function(value) stats::setNames(list(value), argument)
    is_refused <- length(numbers[[kind]]) < 2 || (argument == "size_factor" &&
        (any(known <= 0) || is.null(known) || is.data.frame(value)))
    if (is_refused) {
        bad(paste(argument, kind), do.call(train, as_argument(value)),
            blames = argument)
    } else {
        bad(paste(argument, kind), do.call(train, as_argument(value)),
            do.call(train, as_argument(known)))
    }
})
for (argument in c("continuous_covariates", "size_factor")) local({
    huge <- stats::setNames(list(replace(pair, 3, 1e300)), argument)
    bad(paste(argument, "huge"), do.call(train, huge))
})

# ---- Names at random -----------------------------------------------------------

truth <- stats::setNames(rep(c("a", "b"), 20), cells)
clean <- function(argument) {
    do.call(train, stats::setNames(list(unname(truth)), argument))
}
for (k in 1:60) local({
    set.seed(k)
    names <- sample(cells, sample(c(35, 40, 40, 40), 1))
    if (k %% 5 == 0) names <- c(names, paste0("other", 1:5))
    if (k %% 7 == 0) names[3] <- names[4]
    if (k %% 11 == 0) names <- paste0(names, "-1")
    values <- stats::setNames(truth[names], names)
    values[is.na(values)] <- "a"
    if (k %% 3 == 0) values <- stats::setNames(factor(values), names)
    as_table <- k %% 4 == 0 && !anyDuplicated(names)
    complete <- all(cells %in% names) && !anyDuplicated(names)
    given <- if (as_table) {
        list(categorical_covariates = data.frame(v = values, row.names = names))
    } else {
        list(batch = values)
    }
    if (complete) {
        bad(paste("named", k), do.call(train, given), clean(names(given)))
    } else {
        bad(paste("named", k), do.call(train, given), blames = names(given))
    }
})

# ---- New cells -----------------------------------------------------------------

new_counts <- toy_counts(12, 40, seed = 5)
colnames(new_counts) <- paste0("new_", 1:40)
ask <- function(model, ...) latentRepresentation(model, new_counts, seed = 1, ...)
by_batch <- function() train(batch = rep(c("a", "b"), 20), encode_covariates = TRUE)
answers <- list(
    unknown = list(rep(c("a", "c"), 20)), case = list(rep(c("A", "b"), 20)),
    `NA` = list(rep(c("a", NA), 20)), short = list("a"),
    one = list(rep("b", 40), rep("b", 40)),
    factor = list(factor(rep(c("b", "a"), 20), c("b", "a")), rep(c("b", "a"), 20)),
    `factor with more levels` = list(
        factor(rep(c("b", "a"), 20), c("z", "b", "a")), rep(c("b", "a"), 20)
    ),
    codes = list(rep(1:2, 20)), blank = list(rep(c("a ", "b"), 20)),
    named = list(stats::setNames(rep(c("a", "b"), 20), rev(colnames(new_counts))),
                 rep(c("b", "a"), 20)),
    misnamed = list(stats::setNames(rep(c("a", "b"), 20), cells))
)
for (kind in names(answers)) local({
    value <- answers[[kind]]
    if (length(value) > 1) {
        bad(paste("new batch", kind), ask(by_batch(), batch = value[[1]]),
            ask(by_batch(), batch = value[[2]]))
    } else {
        bad(paste("new batch", kind), ask(by_batch(), batch = value[[1]]),
            blames = "batch")
    }
})
bad("new cells without a batch", ask(by_batch()), blames = "batch")
bad("new batch for a model without", ask(train(), batch = rep("a", 40)),
    blames = "batch")
bad("new cells called as training cells", {
    x <- new_counts
    colnames(x) <- cells
    latentRepresentation(by_batch(), x)
}, blames = "batch")
bad("training cells in another order", {
    latentRepresentation(by_batch(), counts[, 40:1], seed = 1)[40:1, ]
}, latentRepresentation(by_batch(), counts, seed = 1,
                        batch = rep(c("a", "b"), 20)))
numeric_levels <- list(
    c(1e5, 2e5), c(100000L, 200000L), c(1e15, 1e15 + 1), c(0.1, 0.3),
    c(TRUE, FALSE), c(1e-20, 1e20)
)
for (k in seq_along(numeric_levels)) local({
    of_cells <- rep(numeric_levels[[k]], 20)
    model <- function() train(batch = of_cells, encode_covariates = TRUE)
    bad(paste("numbers as new levels", k), {
        ask(model(), batch = rev(of_cells))
    }, {
        plain <- train(batch = factor(match(of_cells, sort(unique(of_cells)))),
                       encode_covariates = TRUE)
        ask(plain, batch = as.character(match(
            rev(of_cells), sort(unique(of_cells))
        )))
    })
    bad(paste("numbers as levels of a query", k), {
        loadQuery(new_counts, model(), batch = rev(of_cells), seed = 1)
    }, right = function(query) {
        length(unique(query@codes$batch)) == 2 &&
            length(query@registry$batch$levels) == 2
    })
})

# ---- Labels of verbs -------------------------------------------------------------

groups <- list(
    `NA` = rep(NA, 40), one = rep("a", 40), short = c("a", "b"),
    list = as.list(1:40), raw = as.raw(pair), bytes = bytes,
    matrix = matrix(1, 40, 2), none = character(), `function` = mean,
    misnamed = stats::setNames(pair, paste0("x", 1:40))
)
for (kind in names(groups)) local({
    value <- groups[[kind]]
    bad(paste("groups", kind), differentialExpression(
        train(), counts, groups = value, n_samples_overall = 50
    ), blames = "groups")
    bad(paste("labels to transfer", kind), transferLabels(
        train(), train(), labels = value, k = 3
    ), blames = "labels", right = if (kind %in% c("one", "matrix")) {
        function(value) nrow(value) == 40
    })
    bad(paste("samples", kind), differentialAbundance(
        train(), counts, sample = value
    ), blames = "sample", right = if (kind == "one") is.numeric)
})
de <- function(groups) {
    differentialExpression(train(), counts, groups = groups, seed = 1,
                           n_samples_overall = 50)$lfc_mean
}
bad("groups named in another order", de(rev(truth)), de(unname(truth)))
bad("groups with NA", de(replace(unname(truth), 1:3, NA)), {
    differentialExpression(
        train(), counts, groups = unname(truth), subset = 4:40, seed = 1,
        n_samples_overall = 50
    )$lfc_mean
})
bad("groups in latin1", de(latin1), de(factor(3 - pair)))
