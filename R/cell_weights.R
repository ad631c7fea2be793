# How often each cell is drawn in training, in proportion. Stored among the
# codes of the training cells, as `cell_weights`; NULL: every cell is once in
# each epoch. Held-out cells have a weight, too, which nothing uses.

.weight_arguments <- c("balance_by", "cell_weights")

# `data` as they were given, of which `cells` are those of training, in its
# order; `train` are positions among these.
.cell_weights <- function(balance_by, cell_weights, data, train,
                          cells = seq_len(ncol(data$counts))) {
    if (is.null(balance_by) && is.null(cell_weights)) {
        return(NULL)
    }
    weights <- rep(1, length(cells))
    if (!is.null(cell_weights)) {
        weights <- .given_weights(cell_weights, data)[cells]
        if (!any(weights[train] > 0)) {
            .stop_argument(
                "cell_weights", "All ", length(train), " training cells have ",
                "a weight of 0 in `cell_weights`."
            )
        }
    }
    if (is.null(balance_by)) {
        return(weights)
    }
    .balanced_weights(balance_by, weights, data, train, cells)
}

.given_weights <- function(cell_weights, data) {
    argument <- "cell_weights"
    covariate <- .read_column(cell_weights, argument, data)
    weights <- .numbers_of(covariate, argument)
    if (any(weights < 0)) {
        .stop_argument(
            argument, .covariate_label(covariate, argument),
            " must not be negative; it has ",
            .pluralize(sum(weights < 0), "value"), " below 0."
        )
    }
    # the core adds them up
    largest <- max(weights)
    if (largest > 0) weights / largest else weights
}

# The training cells of each level have the same sum, in the proportions of
# `weights`.
.balanced_weights <- function(balance_by, weights, data, train, cells) {
    argument <- "balance_by"
    covariate <- .read_column(balance_by, argument, data)
    label <- .covariate_label(covariate, argument)
    found <- .categorize(covariate$values, label, argument)
    .check_no_missing(found$codes, label, argument)
    codes <- found$codes[cells]
    used <- train[weights[train] > 0]
    present <- sort(unique(codes[used]))
    .warn_small_levels(
        match(codes[used], present) - 1L, found$levels[present], covariate,
        argument
    )
    sums <- tapply(
        weights[used], factor(codes[used], seq_along(found$levels)), sum
    )
    sums <- as.vector(sums)[codes]
    # a level that is not trained on
    ifelse(is.na(sums), 0, weights / sums)
}
