#' Loadings of a linear decoder
#'
#' How much every gene answers to every latent dimension, for a model trained
#' with `decoder = "linear"`: the weights of the decoder, times the scale of
#' its batch normalisation, without the columns of batches and covariates.
#' Genes with large values take a growing share of a cell's counts along the
#' dimension, genes with negative ones a shrinking share.
#'
#' `loadings()` is a generic here. Whatever is no scVI model or object with
#' one goes to [stats::loadings()] as ever.
#'
#' @param x A model, an object that [runSCVI()] returned, or anything that
#'   [stats::loadings()] takes.
#' @param name The name of the result in such an object, see [scviModel()].
#' @param ... Not used.
#'
#' @return A matrix of genes x latent dimensions, named as the columns of
#'   [latentRepresentation()].
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(
#'     sce, decoder = "linear", n_latent = 5, max_epochs = 5, n_hidden = 32
#' )
#' head(loadings(model))
#' # Genes that rise most along the first dimension
#' head(sort(loadings(model)[, 1], decreasing = TRUE))
#' @export
loadings <- function(x, ...) {
    UseMethod("loadings")
}

#' @export
loadings.default <- function(x, ...) {
    stats::loadings(x, ...)
}

#' @rdname loadings
#' @export
loadings.SCVIModel <- function(x, name = NULL, ...) {
    .check_dots(list(...), "name")
    model <- scviModel(x, name)
    values <- decoder_loadings(.handle(model))
    .name_latent(values, .genes(model))
}

#' @rdname loadings
#' @export
loadings.SummarizedExperiment <- loadings.SCVIModel

#' @rdname loadings
#' @export
loadings.Seurat <- loadings.SCVIModel
