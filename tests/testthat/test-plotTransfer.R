skip_if_not_installed("ggplot2")
table <- S4Vectors::DataFrame(
    type_predicted = c("a", "a", "b", "unknown"),
    type_confidence = c(1, 0.8, 0.9, 0.2), type_distance = c(1, 1.1, 2, 5),
    known = c("a", "b", "b", "c")
)
built <- function(plot) {
    expect_s3_class(plot, "ggplot")
    expect_no_error(ggplot2::ggplot_build(plot))
    plot
}

test_that("known labels stand against transferred ones", {
    plot <- built(plotTransfer(table, truth = "known"))
    shown <- plot$data
    expect_identical(levels(shown$known), c("a", "b", "c"))
    expect_identical(levels(shown$predicted), c("a", "b", "unknown"))
    at <- function(known, predicted) {
        shown$share[shown$known == known & shown$predicted == predicted]
    }
    expect_identical(at("a", "a"), 1)
    expect_identical(at("b", "a"), 0.5)
    expect_identical(at("c", "unknown"), 1)
    expect_identical(
        plotTransfer(table, truth = table$known)$data$share, shown$share
    )
})

test_that("confidence and distance are shown by label", {
    plot <- built(plotTransfer(table))
    expect_identical(plot$data$value, table$type_confidence)
    expect_identical(as.character(plot$data$called),
                     c("a label", "a label", "a label", "unknown"))
    by_truth <- built(plotTransfer(table, truth = "known", what = "distance"))
    expect_identical(levels(by_truth$data$group), c("a", "b", "c"))
    expect_identical(by_truth$data$value, table$type_distance)
})

test_that("objects are shown, and bad arguments are errors", {
    sce <- toy_sce(5, per_batch = 1, n_batches = 4)
    sce$batch_predicted <- c("a", "b", "a", "b")
    sce$batch_confidence <- 1:4 / 4
    built(plotTransfer(sce))
    built(plotTransfer(sce, truth = "labels"))
    expect_argument_error(plotTransfer(), "object", "Give")
    expect_argument_error(plotTransfer(1:3), "object", "transferLabels")
    expect_argument_error(plotTransfer(table["known"]), "object", "_predicted")
    expect_argument_error(plotTransfer(table, "kind"), "label", "type")
    expect_argument_error(plotTransfer(sce, what = "distance"), "what",
                          "batch_distance")
    expect_argument_error(plotTransfer(sce, what = "all"), "what")
    expect_argument_error(plotTransfer(sce, what = "confusion"), "truth")
    expect_argument_error(plotTransfer(sce, truth = "none"), "truth", "none")
    sce$other_predicted <- "a"
    expect_argument_error(plotTransfer(sce), "label", "other")
})
