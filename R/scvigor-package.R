#' scvigor: the scVI model for single-cell counts, in C++
#'
#' scVI (Lopez et al., 2018) describes the counts of a cell by a small number
#' of latent variables, its sequencing depth and its batch, and learns that
#' description with a variational autoencoder. One trained model gives
#' a batch-corrected latent space for clustering and UMAP, normalized and
#' denoised expression, and how well each cell is explained.
#'
#' Start with [runSCVI()], which adds the latent space to a
#' SingleCellExperiment or Seurat object, or with [trainSCVI()], which returns
#' the model. [latentRepresentation()], [normalizedExpression()], [elbo()] and
#' [reconstructionError()] use a trained model, as do
#' [posteriorPredictiveSample()], [likelihoodParameters()],
#' [latentLibrarySize()], [featureCorrelation()], [marginalLogLik()],
#' [batchRepresentation()], [differentialAbundance()] and [loadings()];
#' [posteriorPredictiveCheck()] compares models with the counts. [saveSCVI()]
#' keeps a model in a file, [minify()] in little space. [mapQuery()] maps new
#' cells onto a trained model, [transferLabels()] names them.
#'
#' @section Instruction sets:
#' On x86-64, the computations are compiled for AVX2, AVX-512 and Intel's AMX as
#' well as for any processor, and the best that the processor has is used. The
#' environment variable `SCVIGOR_CPU_LEVEL`, set before the package is loaded,
#' lowers it to `base` (none of these), `avx2`, `avx512` or `amx`. Results
#' differ by the rounding of float32. A level that is unknown or missing is
#' warned of, and changes nothing. `R CMD INSTALL
#' --configure-args=--without-amx`, or `SCVIGOR_DISABLE_AMX=1` in the
#' environment of the installation, compiles no code for AMX;
#' `--without-gemm`, or `SCVIGOR_DISABLE_GEMM=1`, leaves all matrix products to
#' Eigen.
#'
#' @references Lopez R, Regier J, Cole MB, Jordan MI, Yosef N (2018). Deep
#'   generative modeling for single-cell transcriptomics. *Nature Methods* 15,
#'   1053-1058. \doi{10.1038/s41592-018-0229-2}
#'
#' @keywords internal
#' @importFrom Rcpp evalCpp
#' @importFrom methods .hasSlot as getSlots initialize is new setAs setClass
#' @importFrom methods setMethod setReplaceMethod setValidity slot slot<-
#' @importFrom methods slotNames validObject
#' @importClassesFrom S4Vectors DataFrame
#' @importFrom S4Vectors DataFrame metadata metadata<-
#' @importFrom SummarizedExperiment assay assay<- assayNames assays<- colData
#' @importFrom SingleCellExperiment SingleCellExperiment altExp altExp<-
#' @importFrom SingleCellExperiment altExpNames reducedDim reducedDim<-
#' @importFrom SingleCellExperiment reducedDimNames
#' @importFrom Matrix sparseMatrix
#' @importFrom stats rnbinom rnorm sd setNames
#' @importFrom utils adist head modifyList packageVersion
"_PACKAGE"
