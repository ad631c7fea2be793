#' Share of zeros, drawn and observed
#'
#' How many of a gene's counts are zero, or of a cell's.
#'
#' @inheritParams coefficientOfVariation
#'
#' @return A DataFrame with a row per gene or cell and a column per model, the
#'   mean of its samples, and `Raw` for the observed counts.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' check <- posteriorPredictiveCheck(model, sce, n_samples = 3)
#' head(zeroFraction(check))
#' @export
zeroFraction <- function(check, margin = "gene") {
    .check_predictive_check(check)
    .check_choice(margin, c("gene", "cell"), "margin")
    means <- if (margin == "gene") Matrix::rowMeans else Matrix::colMeans
    out <- .compare_draws(check, function(counts) 1 - means(counts != 0))
    rownames(out) <- .margin_names(check, margin)
    out
}

.set_generic("zeroFraction", "check")
