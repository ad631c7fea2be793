# Markers, and the plots of differential expression.

sce <- toy_sce(100, per_batch = 100)
model <- quick_train(sce, batch = "batch")
quick <- function(...) {
    differentialExpression(model, sce, ..., n_samples_overall = 200, seed = 1)
}

test_that("topMarkers() are the largest changes of genes that are there", {
    de <- quick(groups = "labels")
    top <- topMarkers(de, n = 4, min_proportion = 0.5)
    expect_s4_class(top, "DataFrame")
    expect_identical(colnames(top), colnames(de))
    for (one in unique(de$comparison)) {
        all <- de[de$comparison == one & de$lfc_median > 0 &
            de$non_zeros_proportion1 >= 0.5, ]
        expected <- all$gene[order(-all$lfc_median)]
        expect_identical(top$gene[top$comparison == one], head(expected, 4))
    }
    expect_identical(nrow(topMarkers(de[de$lfc_median < 0, ])), 0L)
    # no share at all is allowed, too
    expect_gte(nrow(topMarkers(de, min_proportion = 0)), nrow(topMarkers(de)))
    unknown <- de
    unknown$lfc_median[1:3] <- NA
    expect_false(anyNA(topMarkers(unknown)$gene))
    expect_argument_error(topMarkers(sce), "de")
    expect_argument_error(topMarkers(de, n = 0), "n")
    expect_argument_error(topMarkers(de, min_proportion = 2), "min_proportion")
    expect_argument_error(
        topMarkers(quick(groups = "labels", all_stats = FALSE)), "de",
        "all_stats"
    )
})

test_that("plots are made", {
    skip_if_not_installed("ggplot2")
    de <- quick(groups = "labels")
    expect_s3_class(plotVolcano(de), "ggplot")
    expect_s3_class(plotMarkers(de), "ggplot")
    expect_s3_class(plotMarkers(de, type = "heat"), "ggplot")
    expect_argument_error(plotVolcano(1), "de")
    expect_argument_error(plotVolcano(de, n = -1), "n")
    uncalled <- de[, names(de) != "is_de"]
    expect_argument_error(plotVolcano(uncalled), "de", "is_de")
    # the largest changes of those that are called have names
    de$is_de <- seq_len(nrow(de)) %% 3 == 0
    named <- plotVolcano(de, n = 4)$layers[[2]]$data
    for (one in unique(de$comparison)) {
        called <- de[de$comparison == one & de$is_de, ]
        expect_setequal(
            named$gene[named$comparison == one],
            head(called$gene[order(-abs(called$lfc_median))], 4)
        )
    }
    expect_argument_error(plotMarkers(de, n = 0), "n")
    expect_argument_error(plotMarkers(de, type = "bar"), "type")
    expect_argument_error(plotMarkers(de, min_proportion = 2),
                          "min_proportion")
    expect_argument_error(plotVolcano(de[0, ]), "de", "no rows")
    never <- de[de$lfc_median < 0, ]
    expect_argument_error(plotMarkers(never), "de", "No gene")
    expect_argument_error(
        plotMarkers(quick(groups = "labels", all_stats = FALSE)), "de",
        "all_stats"
    )
})

test_that("plotMarkers() shows chosen genes, and both groups of a pair", {
    skip_if_not_installed("ggplot2")
    genes <- rownames(sce)[c(7, 2, 5)]
    chosen <- plotMarkers(quick(groups = "labels"), genes = genes)
    expect_identical(levels(chosen$data$gene), genes)
    expect_setequal(chosen$data$group, unique(sce$labels))
    expect_argument_error(
        plotMarkers(quick(groups = "labels"), genes = c("gene_x")), "genes",
        "gene_x"
    )
    de <- quick(groups = "labels", group1 = "label_1", group2 = "label_2")
    pair <- plotMarkers(de, n = 3, min_proportion = 0)
    expect_identical(levels(pair$data$group), c("label_1", "label_2"))
    # markers of either side
    expect_setequal(as.character(pair$data$gene), c(
        head(de$gene[order(-de$lfc_median)], 3),
        head(de$gene[order(de$lfc_median)], 3)
    ))
    at <- function(group, column) {
        shown <- pair$data[pair$data$group == group, ]
        shown[[column]][match(de$gene, shown$gene)]
    }
    shown <- de$gene %in% pair$data$gene
    expect_identical(at("label_2", "scale")[shown], de$scale2[shown])
    expect_identical(at("label_1", "non_zeros")[shown],
                     de$non_zeros_proportion1[shown])
    # both in each level of another column
    within <- plotMarkers(quick(
        groups = "labels", group1 = "label_1", group2 = "label_2",
        within = "batch"
    ), genes = genes)
    expect_identical(
        nrow(unique(within$data[c("group", "within")])),
        2L * length(unique(sce$batch))
    )
    expect_no_error(ggplot2::ggplot_build(within))
})
