#' Blood cells with and without interferon
#'
#' Counts of 1,556 peripheral blood mononuclear cells from two donors, half of
#' which were stimulated with interferon-beta for six hours (Kang et al., 2018).
#' The stimulation changes all cell types so much that, without integration,
#' cells gather by it instead of by type: a small data set that shows what scVI
#' is for.
#'
#' @return A SingleCellExperiment of 1,267 genes x 1,556 cells with the assay
#'   `counts` (a dgCMatrix of raw counts) and the columns, all factors,
#'   \describe{
#'     \item{stimulus}{`ctrl` or `stim`: the batch to integrate over.}
#'     \item{donor}{`101` or `107`.}
#'     \item{sample}{Stimulus and donor together, `ctrl101` and so on.}
#'     \item{cell_type}{The authors' annotation: B cells, CD14+ Monocytes,
#'       CD4 T cells, CD8 T cells, FCGR3A+ Monocytes.}
#'   }
#' @source Gene Expression Omnibus, [GSE96583](
#'   https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE96583), batch 2:
#'   counts and annotation. Of these, the cells of two donors and five types, up
#'   to 200 of each type and stimulus, and genes that are expressed in them.
#'   `make-exampleIFNB.R` in `system.file("scripts", package = "scvigor")` says
#'   how the file was made.
#' @references Kang HM, Subramaniam M, Targ S, et al. (2018). Multiplexed
#'   droplet single-cell RNA-sequencing using natural genetic variation.
#'   *Nature Biotechnology* 36, 89-94. \doi{10.1038/nbt.4042}
#' @seealso [exampleSCE()] for simulated counts of any size.
#' @examples
#' sce <- exampleIFNB()
#' table(sce$cell_type, sce$stimulus)
#' sce <- runSCVI(sce, batch = "stimulus", max_epochs = 2, n_hidden = 16)
#' @export
exampleIFNB <- function() {
    file <- system.file("extdata", "ifnb.rds", package = "scvigor")
    parts <- readRDS(file)
    counts <- new(
        "dgCMatrix", i = parts$i, p = parts$p, x = as.numeric(parts$x),
        Dim = c(length(parts$genes), nrow(parts$cells)),
        Dimnames = list(parts$genes, rownames(parts$cells))
    )
    SingleCellExperiment(
        list(counts = counts), colData = DataFrame(parts$cells)
    )
}
