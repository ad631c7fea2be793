sce <- exampleIFNB()

test_that("the stimulated blood cells are counts with annotation", {
    expect_s4_class(sce, "SingleCellExperiment")
    expect_identical(dim(sce), c(1267L, 1556L))
    counts <- SummarizedExperiment::assay(sce, "counts")
    expect_s4_class(counts, "dgCMatrix")
    expect_true(methods::validObject(counts))
    expect_identical(dimnames(counts), dimnames(sce))
    expect_false(anyDuplicated(rownames(sce)) > 0)
    expect_identical(sum(counts), 2338396)
    expect_identical(levels(sce$stimulus), c("ctrl", "stim"))
    expect_identical(
        unname(c(table(sce$cell_type, sce$stimulus))),
        c(144L, 200L, 200L, 94L, 112L, 154L, 200L, 200L, 115L, 137L)
    )
    expect_identical(
        as.character(sce$sample), paste0(sce$stimulus, sce$donor)
    )
})

test_that("interferon is what the stimulation did", {
    counts <- SummarizedExperiment::assay(sce, "counts")
    mean_of <- function(gene, stimulus) {
        mean(counts[gene, sce$stimulus == stimulus])
    }
    for (gene in c("ISG15", "IFIT1", "IFI6", "MX1")) {
        expect_gt(mean_of(gene, "stim"), 5 * mean_of(gene, "ctrl"))
    }
})
