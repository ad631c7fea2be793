# What scvi-tools reaches: the first table of quality.md, in the folder that
# SCVIGOR_REFERENCE names. A band is the smallest and the largest value over
# its seeds.

bands_path <- function() {
    file.path(
        Sys.getenv("SCVIGOR_REFERENCE", file.path("..", "shared", "reference")),
        "quality.md"
    )
}

lower_is_better <- c("neg_elbo_val", "recon_val", "neg_elbo_train")

# A list with one entry per row of the table: data, epochs, model (the arguments
# of trainSCVI() that are not defaults), seeds, and bands, a matrix with rows
# low and high and one column per metric.
read_bands <- function(path = bands_path()) {
    lines <- readLines(path)
    rows <- grep("^\\|", lines)
    # The first table only: the rows up to the first gap.
    rows <- rows[cumsum(c(1, diff(rows)) > 1) == 0]
    cells <- lapply(strsplit(lines[rows], "|", fixed = TRUE), function(row) {
        trimws(row[-1])
    })
    header <- cells[[1]]
    lapply(cells[-(1:2)], function(row) {
        length(row) <- length(header)
        row[is.na(row)] <- ""
        parse_row(stats::setNames(row, header))
    })
}

parse_row <- function(row) {
    metrics <- row[setdiff(names(row), c("data", "epochs", "model"))]
    metrics <- metrics[nzchar(metrics)]
    bands <- vapply(strsplit(metrics, " .. ", fixed = TRUE), function(ends) {
        range(as.numeric(ends))
    }, c(low = 0, high = 0))
    list(
        data = sub("\\.h5ad.*", "", row[["data"]]),
        epochs = as.integer(row[["epochs"]]),
        model = parse_model(row[["model"]]),
        model_name = row[["model"]],
        seeds = as.integer(sub(".*\\[(\\d+)\\].*", "\\1", row[["data"]])),
        bands = bands
    )
}

# "defaults", or "gene_likelihood: nb, n_layers: 2".
parse_model <- function(text) {
    if (text == "defaults") {
        return(list())
    }
    pairs <- strsplit(strsplit(text, ", ", fixed = TRUE)[[1]], ": ")
    values <- lapply(pairs, function(pair) {
        utils::type.convert(pair[2], as.is = TRUE)
    })
    stats::setNames(values, vapply(pairs, `[`, "", 1))
}

# Bands that come from a single seed have no width; they take that of the
# data set's other row, on either side.
widen_single_seeds <- function(rows) {
    lapply(rows, function(row) {
        others <- Filter(function(other) {
            other$data == row$data && other$seeds > 1
        }, rows)
        if (row$seeds == 1 && length(others)) {
            width <- apply(others[[1]]$bands, 2, diff)[colnames(row$bands)]
            width[is.na(width)] <- 0
            row$bands["low", ] <- row$bands["low", ] - width
            row$bands["high", ] <- row$bands["high", ] + width
        }
        row
    })
}

# Where values (one per seed) lie: by their mean "inside", "better" or "worse".
judge <- function(values, band, metric) {
    middle <- mean(values)
    if (middle >= band["low"] && middle <= band["high"]) {
        return("inside")
    }
    above <- middle > band["high"]
    if (xor(above, metric %in% lower_is_better)) "better" else "worse"
}
