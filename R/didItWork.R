#' Did it work?
#'
#' What to look at after training, in this order, and what the numbers mean.
#'
#' @section 1. The curve:
#' `plotTraining(object)`. The negative ELBO of the held-out cells should be
#' flat at the end, within about 0.1 nats per cell over the last tenth of the
#' epochs.
#' * It still falls: train longer, or use `recipe = "fast"`.
#' * It rises again, by more than a nat or so: the model overfits. Use
#'   `early_stopping = TRUE` with `load_best_on_end = TRUE`, `recipe = "fast"`,
#'   or fewer genes.
#' * The KL weight ends below 1 (a message says so): batches may stay apart.
#' * It is far above that of the training cells, more than a tenth: too few
#'   cells for this many genes.
#'
#' @section 2. Batches, before and after:
#' `batchMixing(object)` beside `batchMixing(object, space = pcs)`, where `pcs`
#' are principal components of the log counts; and `plotLatent(object, color =
#' c("batch", "cell_type"))`. Mixing after should be higher than before. Above
#' 0.8 batches of the same kinds of cells are mixed well; below 0.5 look at the
#' picture whether the rest is biology, such as cell types that only some
#' batches have (`within = "cell_type"` leaves that out). More mixing is not
#' always better: cell types must stay apart. If batches stay apart:
#' * see that `batch` was given, and that the KL weight arrived;
#' * choose genes that vary within batches, `selectGenes(x, batch = )`;
#' * train longer.
#'
#' @section 3. Counts that the model would draw:
#' `posteriorPredictiveCheck(object)`, `plotPredictiveCheck()` and
#' [calibrationError()]. The points of zero fractions and of coefficients of
#' variation should lie along the diagonal. Where the drawn counts vary less
#' than the observed, `gene_likelihood` is too narrow (a Poisson for data that
#' need `"nb"`); where zeros are missing, try `"zinb"`.
#'
#' @section 4. How many latent dimensions:
#' `n_latent = 10` serves most data sets of up to some ten thousand cells and a
#' dozen cell types, 20 to 30 atlases of many. Too few merge cell types that are
#' close; too many cost little, since unused dimensions stay at the prior (their
#' variance over cells is near 0: `apply(latentRepresentation(object), 2,
#' var)`). `tuneSCVI(x, list(n_latent = c(5, 10, 20, 30)))` compares by
#' held-out cells; differences below half a nat per cell are those of seeds.
#'
#' @section 5. Is it stable:
#' Train with two or three seeds. The held-out ELBO should agree within about a
#' nat, and clusters that matter should be found with each.
#'
#' @return The page has no value.
#' @seealso [plotTraining()], [batchMixing()], [plotLatent()],
#'   [posteriorPredictiveCheck()], [tuneSCVI()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", recipe = "fast", n_hidden = 32)
#' tail(trainingHistory(model)[, c("epoch", "elbo_validation", "kl_weight")], 3)
#' batchMixing(model)
#' apply(latentRepresentation(model), 2, var)
#' @name didItWork
NULL
