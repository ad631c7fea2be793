#' Coefficient of variation, drawn and observed
#'
#' The standard deviation of counts divided by their mean, of every gene over
#' the cells or of every cell over the genes.
#'
#' @param check What [posteriorPredictiveCheck()] returned.
#' @param margin `"gene"` (default) or `"cell"`.
#'
#' @return A DataFrame with a row per gene or cell and a column per model, the
#'   mean of its samples, and `Raw` for the observed counts. Where the mean is
#'   0 so is the value of `Raw`; such samples are left out of the mean over
#'   samples, which is `NaN` when none remains.
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, max_epochs = 5, n_hidden = 32)
#' check <- posteriorPredictiveCheck(model, sce, n_samples = 3)
#' head(coefficientOfVariation(check))
#' head(coefficientOfVariation(check, margin = "cell"))
#' @export
coefficientOfVariation <- function(check, margin = "gene") {
    .check_predictive_check(check)
    .check_choice(margin, c("gene", "cell"), "margin")
    means <- if (margin == "gene") Matrix::rowMeans else Matrix::colMeans
    out <- .compare_draws(check, function(counts) {
        mean <- means(counts)
        variance <- pmax(means(counts^2) - mean^2, 0)
        sqrt(variance) / mean
    })
    out$Raw[is.nan(out$Raw)] <- 0
    rownames(out) <- .margin_names(check, margin)
    out
}

.set_generic("coefficientOfVariation", "check")
