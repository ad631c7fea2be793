#' Loadings of a linear decoder
#'
#' How much every gene responds to every latent dimension, for a model trained
#' with `decoder = "linear"`: the weights of the decoder, times the scale of
#' its batch normalization, without the columns of batches and covariates.
#' Genes with large values take a growing share of a cell's counts along the
#' dimension, genes with negative ones a shrinking share.
#'
#' These are methods of [stats::loadings()], which serves all other objects as
#' it always does.
#'
#' @param x A model, or an object that [runSCVI()] returned; or anything that
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
#' @name loadings
#' @aliases loadings
#' @importFrom methods setGeneric
#' @importFrom stats loadings
#' @importClassesFrom SummarizedExperiment SummarizedExperiment
#' @exportMethod loadings
NULL

# A generic of the package stats, so that nothing is masked.
setGeneric("loadings")

.model_loadings <- function(x, name = NULL, ...) {
    .check_dots(list(...), "name")
    model <- scviModel(x, name)
    .name_latent(decoder_loadings(.handle(model)), .genes(model))
}

#' @rdname loadings
setMethod("loadings", "SCVIModel", .model_loadings)

#' @rdname loadings
setMethod("loadings", "SummarizedExperiment", .model_loadings)

# A signature cannot name Seurat's class, which is not imported.
#' @rdname loadings
setMethod("loadings", "ANY", function(x, ...) {
    if (inherits(x, "Seurat")) .model_loadings(x, ...) else stats::loadings(x)
})
