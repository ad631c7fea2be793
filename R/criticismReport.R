#' A report of all checks of models
#'
#' Writes one HTML page with everything that says how well one or several models
#' fit: how they were trained, their ELBO and reconstruction error, and every
#' posterior predictive check with its picture and how to read it. The page
#' holds its pictures and needs no other file and no network. Needs ggplot2.
#'
#' @inheritParams posteriorPredictiveCheck
#' @param file The path of the page to write, such as `"report.html"`.
#' @param ... How to read `x`, and `batch_size`, `num_threads`, `accelerator`,
#'   as in [posteriorPredictiveSample()].
#' @param groups Groups of cells, such as cell types, for
#'   [differentialExpressionCheck()]: a column of the cell table, or a value for
#'   each cell. NULL (default): that check is left out.
#' @param title The title of the page.
#' @param overwrite TRUE: replaces a file at `file`. Default FALSE.
#'
#' @return The path `file`, invisibly.
#' @seealso [posteriorPredictiveCheck()] for the single checks
#' @examplesIf requireNamespace("ggplot2", quietly = TRUE)
#' sce <- exampleSCE()
#' models <- list(
#'     zinb = trainSCVI(sce, max_epochs = 5, n_hidden = 32),
#'     poisson = trainSCVI(
#'         sce, gene_likelihood = "poisson", max_epochs = 5, n_hidden = 32
#'     )
#' )
#' file <- tempfile(fileext = ".html")
#' criticismReport(models, sce, file, groups = "cell_type", n_samples = 3)
#' @export
criticismReport <- function(
    object, x = NULL, file, ..., groups = NULL, n_samples = 10,
    subset.row = NULL, subset.col = NULL, name = NULL,
    title = "Criticism of scVI models", overwrite = FALSE, seed = NULL
) {
    .check_not_missing(missing(file), "file", "the path of the page to write")
    file <- .check_file_to_write(
        file, .check_flag(overwrite, "overwrite"), "file"
    )
    title <- .check_name(title, "title")
    .check_package("ggplot2", "criticismReport()")
    seed <- .check_seed(seed)
    if (is.null(x) && !is.list(object) && !is(object, "SCVIModel")) {
        x <- object
    }
    check <- posteriorPredictiveCheck(
        object, x, n_samples = n_samples, subset.row = subset.row,
        subset.col = subset.col, name = name, ..., seed = seed
    )
    models <- .checked_models(object, name)
    groups <- if (!is.null(groups)) {
        .report_groups(groups, x, subset.col, ...)
    }
    sections <- c(
        .report_models(models, x, subset.col, seed, ...),
        .report_training(models), .report_checks(check, groups)
    )
    page <- .html_page(title, .report_summary(check, models), sections)
    writeLines(enc2utf8(page), file, useBytes = TRUE)
    invisible(file)
}

.set_generic("criticismReport", c("object", "x"))

# ---- What the page holds -----------------------------------------------------

# The groups of the cells of the check.
.report_groups <- function(groups, x, subset.col, ...) {
    given <- list(...)
    given <- given[names(given) %in% .source_arguments]
    data <- do.call(.count_data, c(list(quote(x)), given))
    covariate <- .read_column(groups, "groups", data)
    label <- .covariate_label(covariate, "groups")
    found <- .categorize(covariate$values, label, "groups")
    found$levels[found$codes][.positions(
        subset.col, ncol(data$counts), colnames(data$counts), "subset.col",
        "cells"
    )]
}

.report_summary <- function(check, models) {
    counts <- .observed_counts(check)
    paste0(
        .format_count(ncol(counts), "cell"), ", ",
        .format_count(nrow(counts), "gene"), ", ",
        .pluralize(length(.predictive_draws(check)[[1]]), "sample"),
        " from each of ", .pluralize(length(models), "model"), "; scvigor ",
        packageVersion("scvigor"), "."
    )
}

# How the models were made and fit the cells, in one table.
.report_models <- function(models, x, subset.col, seed, ...) {
    fit <- lapply(models, function(model) {
        measure <- function(verb) {
            suppressMessages(
                verb(model, x, ..., subset.col = subset.col, seed = seed),
                classes = "scvigor_message"
            )
        }
        c(ELBO = measure(elbo), `reconstruction error` =
              measure(reconstructionError))
    })
    options <- lapply(models, .model_options)
    differing <- Filter(function(option) {
        length(unique(lapply(options, `[[`, option))) > 1
    }, names(options[[1]]))
    rows <- c(
        list(training = vapply(models, function(model) {
            paste(.training_title(model), collapse = "")
        }, "")),
        stats::setNames(lapply(differing, function(option) {
            vapply(options, function(one) {
                paste(.option_text(one[[option]]), collapse = ", ")
            }, "")
        }), differing),
        list(
            `ELBO (nats per cell; higher is better)` =
                vapply(fit, function(one) .one_decimal(one[["ELBO"]]), ""),
            `reconstruction error (nats per cell; lower is better)` = vapply(
                fit,
                function(one) .one_decimal(one[["reconstruction error"]]), ""
            )
        )
    )
    list(.html_section(
        "Models", paste(
            "Options are listed where the models differ. Compare the ELBO on",
            "cells that were held out."
        ),
        .html_table(rows, names(models))
    ))
}

.report_training <- function(models) {
    has_history <- vapply(models, function(model) {
        nrow(.history(model)) > 0
    }, NA)
    if (!any(has_history)) {
        return(list())
    }
    pictures <- Map(function(model, name) {
        .html_picture(
            plotTraining(model), paste("Training of", name), 8, 2.8
        )
    }, models[has_history], names(models)[has_history])
    list(.html_section(
        "Training", paste(
            "Long enough when the curves are flat; too long when that of the",
            "held-out cells rises again."
        ),
        unlist(pictures)
    ))
}

.report_checks <- function(check, groups) {
    n_models <- length(.predictive_draws(check))
    width <- 1 + 3.6 * min(n_models, 3)
    height <- 1 + 3.4 * ceiling(n_models / 3)
    section <- function(heading, text, what, ..., wide = width, high = height) {
        .html_section(heading, text, .html_picture(
            plotPredictiveCheck(check, what, ...), heading, wide, high
        ))
    }
    errors <- as.list(calibrationError(check))
    sections <- list(
        section("Variation of genes", paste(
            "The spread of each gene's counts over its mean, in the draws and",
            "in the data. Below the line the model's counts vary too little."
        ), "cv_gene"),
        section("Variation of cells", "The same for the genes of each cell.",
                "cv_cell"),
        section("Zeros", paste(
            "The share of cells without a count of a gene. Above the line the",
            "model draws too many zeros."
        ), "zeros"),
        .html_section("Calibration", paste(
            "How many counts lie inside of the intervals of the draws. The",
            "error is the sum of the squared distances to the line; lower is",
            "better."
        ), c(
            .html_picture(
                plotPredictiveCheck(check, "calibration"), "Calibration", 6, 5
            ),
            .html_table(list(error = vapply(errors, function(error) {
                .number_text(signif(error, 3))
            }, "")), names(errors))
        ))
    )
    if (is.null(groups)) {
        return(sections)
    }
    c(sections, list(section(
        "Differences between groups", paste(
            "Whether tests of each group against the rest give the same answer",
            "in the draws as in the data: overlap of the top genes (gene_f1),",
            "correlation of the fold changes, and how well the draws find the",
            "significant genes."
        ), "expression", groups = groups, wide = 10,
        high = 1.5 + 0.3 * length(unique(groups))
    )))
}

# ---- HTML --------------------------------------------------------------------

.html_page <- function(title, summary, sections) {
    c(
        "<!DOCTYPE html>", "<html lang=\"en\">", "<head>",
        "<meta charset=\"utf-8\">",
        paste0("<title>", .html_text(title), "</title>"),
        "<style>",
        "body { font-family: sans-serif; max-width: 60em; margin: 2em auto;",
        "  padding: 0 1em; color: #222; line-height: 1.4; }",
        "table { border-collapse: collapse; margin: 1em 0; }",
        "th, td { border-bottom: 1px solid #ddd; padding: 0.3em 0.8em;",
        "  text-align: left; vertical-align: top; }",
        "img { max-width: 100%; height: auto; }",
        "</style>", "</head>", "<body>",
        paste0("<h1>", .html_text(title), "</h1>"),
        paste0("<p>", .html_text(summary), "</p>"),
        unlist(sections), "</body>", "</html>"
    )
}

.html_section <- function(heading, text, content) {
    c(
        paste0("<h2>", .html_text(heading), "</h2>"),
        paste0("<p>", .html_text(text), "</p>"), content
    )
}

# `rows`: by name, a text for each of the columns.
.html_table <- function(rows, columns) {
    line <- function(tag, texts) {
        paste0("<", tag, ">", .html_text(texts), "</", tag, ">", collapse = "")
    }
    c(
        "<table>",
        paste0("<tr><th></th>", line("th", columns), "</tr>"),
        vapply(names(rows), function(row) {
            paste0("<tr>", line("th", row), line("td", rows[[row]]), "</tr>")
        }, ""),
        "</table>"
    )
}

.html_text <- function(text) {
    text <- gsub("&", "&amp;", .mark_utf8(text), fixed = TRUE)
    text <- gsub("<", "&lt;", text, fixed = TRUE)
    text <- gsub(">", "&gt;", text, fixed = TRUE)
    gsub("\"", "&quot;", text, fixed = TRUE)
}

# The picture as a PNG inside of the page. Sizes are in inches.
.html_picture <- function(plot, alt, width, height) {
    path <- tempfile(fileext = ".png")
    on.exit(unlink(path))
    suppressMessages(ggplot2::ggsave(
        path, plot, width = width, height = height, dpi = 110, bg = "white",
        limitsize = FALSE
    ))
    bytes <- readBin(path, "raw", file.size(path))
    paste0(
        "<p><img alt=\"", .html_text(alt), "\" src=\"data:image/png;base64,",
        .base64(bytes), "\"></p>"
    )
}

# Base64 of RFC 4648: three bytes are four characters of six bits.
.base64 <- function(bytes) {
    alphabet <- c(LETTERS, letters, 0:9, "+", "/")
    n_missing <- (3 - length(bytes) %% 3) %% 3
    triples <- matrix(as.integer(c(bytes, raw(n_missing))), 3)
    codes <- rbind(
        triples[1, ] %/% 4L,
        (triples[1, ] %% 4L) * 16L + triples[2, ] %/% 16L,
        (triples[2, ] %% 16L) * 4L + triples[3, ] %/% 64L,
        triples[3, ] %% 64L
    )
    characters <- alphabet[codes + 1L]
    characters[seq_len(n_missing) + length(characters) - n_missing] <- "="
    paste(characters, collapse = "")
}
