# How extdata/ifnb.rds, which exampleIFNB() reads, was made.
#
# Rscript make-exampleIFNB.R kang_ctrl_stim.h5ad ifnb.rds
#
# The data are those of Kang et al. (2018), Nature Biotechnology 36, 89-94:
# peripheral blood mononuclear cells of lupus patients, half of each sample
# stimulated with interferon-beta for 6 hours. Counts and the annotation of
# cells (donor, stimulation, cell type, multiplets) are public as GSE96583 of
# the Gene Expression Omnibus, "batch 2":
#   https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE96583
#
# The first argument is an AnnData file of a part of them, in raw counts:
# single cells of the donors 101 and 107, of five cell types, up to 200 cells
# for each type and stimulation, and 1,267 genes that are expressed in them.
# Columns of obs: cell_type, batch ("ctrl" or "stim"), sample_id (stimulation
# and donor) and donor. Counts and annotation are kept as they are; the columns
# get the names that the help page explains, and symbols lose the Ensembl
# identifiers that some of them carry.
#
# The result is a list of plain R values, so that any version of R and
# Bioconductor reads it: the slots of the dgCMatrix of genes x cells, the names
# of the genes, and the table of the cells.

suppressPackageStartupMessages({
    library(scvigor)
    library(SingleCellExperiment)
})

paths <- commandArgs(trailingOnly = TRUE)
if (length(paths) != 2) {
    stop("usage: Rscript make-exampleIFNB.R kang_ctrl_stim.h5ad ifnb.rds")
}
sce <- readCounts(paths[1], verbose = FALSE)
counts <- counts(sce)
genes <- sub("_ENSG[0-9]+$", "", rownames(sce))
stopifnot(counts@x == round(counts@x), !anyDuplicated(genes))

cells <- data.frame(
    stimulus = factor(sce$batch, c("ctrl", "stim")),
    donor = factor(sce$donor),
    sample = factor(sce$sample_id),
    cell_type = factor(sce$cell_type),
    row.names = colnames(sce)
)
saveRDS(
    list(
        i = counts@i, p = counts@p, x = as.integer(counts@x),
        genes = genes, cells = cells
    ),
    paths[2], version = 2, compress = "bzip2"
)
