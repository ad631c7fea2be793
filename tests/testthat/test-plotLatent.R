skip_if_not_installed("ggplot2")
skip_if_not_installed("uwot")
suppressPackageStartupMessages(library(SingleCellExperiment))

sce <- exampleIFNB()[1:200, seq(1, 1556, by = 13)]
sce <- quick_run(sce, batch = "stimulus")
reducedDim(sce, "PCA") <- reducedDim(sce, "scVI")[, 1:3]
reducedDim(sce, "TSNE") <- reducedDim(sce, "scVI")[, 1:2]
built <- function(plot) {
    expect_s3_class(plot, "ggplot")
    expect_no_error(ggplot2::ggplot_build(plot))
    plot
}

test_that("every cell is a point of each space", {
    plot <- built(plotLatent(sce, "cell_type", name = c("TSNE", "scVI")))
    expect_identical(levels(plot$data$panel), c("TSNE", "scVI"))
    expect_identical(nrow(plot$data), 2L * ncol(sce))
    expect_identical(
        plot$data$color, factor(as.character(sce$cell_type))[plot$data$cell]
    )
    named <- plotLatent(sce, name = c(before = "TSNE", after = "PCA"))
    expect_identical(levels(built(named)$data$panel), c("before", "after"))
    again <- plotLatent(sce, "cell_type", name = c("TSNE", "scVI"))
    expect_identical(plot$data, again$data)
})

test_that("two dimensions are shown as they are", {
    plot <- built(plotLatent(sce, name = "TSNE"))
    expect_identical(
        unname(as.matrix(plot$data[order(plot$data$cell), c("x", "y")])),
        unname(reducedDim(sce, "TSNE"))
    )
    expect_identical(plot$labels$x, "dimension 1")
})

test_that("colors are columns, values or tables; numbers have a scale", {
    sce$depth <- seq_len(ncol(sce)) / 2
    sce$cluster <- rep_len(1:3, ncol(sce))
    draw <- function(color) built(plotLatent(sce, color, name = "TSNE"))$data
    expect_type(draw("depth")$color, "double")
    expect_s3_class(draw("cluster")$color, "factor")
    values <- setNames(rev(sce$depth), rev(colnames(sce)))
    found <- draw(values)
    expect_equal(found$color, sce$depth[found$cell])
    sce$cell_type[2] <- NA
    expect_true(anyNA(draw("cell_type")$color))
    skip_if_not_installed("patchwork")
    several <- plotLatent(sce, c("stimulus", "depth"), name = "TSNE")
    expect_s3_class(several, "patchwork")
})

test_that("models and matrices are shown too, and R's stream is left alone", {
    before <- withr::with_seed(3, {
        expected <- built(plotLatent(scviModel(sce)))$data
        runif(1)
    })
    expect_identical(before, withr::with_seed(3, runif(1)))
    # of any kind, and the picture does not depend on it
    withr::with_preserve_seed({
        suppressWarnings(
            RNGkind("Wichmann-Hill", "Box-Muller", "Rounding")
        )
        state <- .Random.seed
        expect_identical(
            built(plotLatent(scviModel(sce)))$data, expected
        )
        expect_identical(.Random.seed, state)
    })
    built(plotLatent(reducedDim(sce, "TSNE"), sce$cell_type))
    many <- factor(rep_len(letters[1:12], ncol(sce)))
    built(plotLatent(reducedDim(sce, "TSNE"), many))
})

test_that("a Seurat object shows its reductions", {
    skip_if_not_installed("SeuratObject")
    object <- SeuratObject::CreateSeuratObject(assay(sce))
    object$stimulus <- sce$stimulus
    object <- quick_run(object, batch = "stimulus")
    built(plotLatent(object, "stimulus"))
})

test_that("arguments are checked", {
    expect_argument_error(plotLatent(), "object")
    expect_argument_error(plotLatent(1), "object")
    expect_argument_error(plotLatent(sce, "type"), "color", "cell_type")
    expect_argument_error(plotLatent(sce, 1:3), "color")
    expect_argument_error(plotLatent(sce, character()), "color", "empty")
    expect_argument_error(plotLatent(sce, name = "pca"), "name", "PCA")
    expect_argument_error(plotLatent(sce, name = 1), "name")
    expect_argument_error(plotLatent(scviModel(sce), name = "PCA"), "name")
    expect_argument_error(plotLatent(sce, group.by = "donor"), "group.by",
                          "`color`")
    expect_argument_error(plotLatent(sce, n_neighbors = 1), "n_neighbors")
    expect_argument_error(plotLatent(sce, min_dist = -1), "min_dist")
    expect_argument_error(plotLatent(sce, size = 0), "size")
    expect_argument_error(plotLatent(sce, seed = "a"), "seed")
    expect_argument_error(plotLatent(sce[, 1:3]), "object", "at least 4")
})
