# Cells without a label are left out, with a message that counts them.

sce <- toy_sce(20, 2, 40)
sce$type <- rep(c("A", "B", "C", NA), 20)
model <- quick_train(sce, batch = "batch")
labeled <- sce[, !is.na(sce$type)]

compare <- function(x = sce, ...) {
    differentialExpression(model, x, ..., seed = 1, n_samples_overall = 300)
}

test_that("B22: cells without a group are left out of the comparison", {
    for (groups in list("type", sce$type, factor(sce$type),
                        S4Vectors::Rle(sce$type))) {
        expect_message(found <- compare(groups = groups),
                       "no value for 20 cells of 80; left out",
                       class = "scvigor_message")
        expect_setequal(found$group1, c("A", "B", "C"))
    }
    expected <- compare(labeled, groups = "type")
    expect_identical(unique(found$comparison), unique(expected$comparison))
    raw <- function(table) {
        table <- table[order(table$comparison, table$gene), ]
        cbind(table$raw_mean1, table$raw_mean2)
    }
    expect_equal(raw(found), raw(expected))
    sce$none <- NA
    expect_argument_error(compare(groups = sce$none), "groups", "any cell")
})

test_that("B22: nor do they have a level of `within`", {
    expect_message(
        found <- compare(groups = "batch", within = "type"), "20 cells"
    )
    expect_setequal(found$within, c("A", "B", "C"))
})

test_that("B22: a condition that is NA for a cell puts it on no side", {
    expected <- compare(idx1 = sce$type %in% "A",
                        idx2 = sce$type %in% c("B", "C"))
    for (side in list("type == 'A'", ~ type == "A", sce$type == "A")) {
        expect_message(found <- compare(idx1 = side), "NA for 20 cells")
        expect_equal(found$raw_mean2[order(found$gene)],
                     expected$raw_mean2[order(expected$gene)])
    }
    expect_message(
        compare(groups = "batch", subset = "type == 'A'"), "NA for 20 cells"
    )
})

test_that("B22: cells without a sample are in none, but scored", {
    expect_message(
        found <- differentialAbundance(model, sce, sample = "type"), "20 cells"
    )
    expect_identical(dimnames(found), list(colnames(sce), c("A", "B", "C")))
    expect_true(all(is.finite(found)))
    expected <- differentialAbundance(model, labeled, sample = "type")
    expect_equal(found[!is.na(sce$type), ], expected, tolerance = 1e-6)
})

test_that("B22: reference cells without a label do not vote", {
    latent <- latentRepresentation(model)
    expect_message(
        found <- transferLabels(latent, latent, sce$type, k = 5), "20 cells"
    )
    keep <- !is.na(sce$type)
    expect_identical(
        found, transferLabels(latent, latent[keep, ], sce$type[keep], k = 5)
    )
    expect_message(
        two <- transferLabels(latent, latent, data.frame(
            type = sce$type, batch = sce$batch
        ), k = 5)
    )
    expect_identical(two$type_predicted, found$label_predicted)
})

test_that("B22: nor are they part of a check", {
    check <- posteriorPredictiveCheck(model, sce, n_samples = 1, seed = 1)
    expect_message(found <- differentialExpressionCheck(check, sce$type),
                   "20 cells")
    expect_identical(sum(found$n_cells), 60L)
})

test_that("labels that the model does without may be missing", {
    with_labels <- quick_train(labeled, labels = "type")
    expect_message(latent <- latentRepresentation(with_labels, sce),
                   "20 cells")
    expect_equal(latent[colnames(labeled), ],
                 latentRepresentation(with_labels), tolerance = 1e-6)
    expect_message(loadQuery(sce, with_labels), "20 cells")
    needed <- quick_train(labeled, labels = "type", dispersion = "gene-label")
    expect_argument_error(elbo(needed, sce), "labels", "20 missing")
    expect_argument_error(loadQuery(sce, needed), "labels", "20 missing")
    # in training they are an error, as is a batch
    expect_argument_error(quick_train(sce, labels = "type"), "labels",
                          "20 missing")
})

test_that("B22: nor are they mixed or compared with the truth", {
    sce <- toy_sce(20, 2, 30)
    model <- quick_train(sce, batch = "batch")
    batch <- sce$batch
    batch[1:4] <- NA
    expect_message(batchMixing(model, sce, batch = batch, k = 5),
                   "no value for 4 cells of 60; left out")
    expect_message(batchMixing(model, sce, within = batch, k = 5),
                   "no value for 4 cells of 60; left out")
    expect_argument_error(
        batchMixing(model, sce, batch = rep(NA, 60), k = 5), "batch",
        "no value for any cell"
    )
    skip_if_not_installed("ggplot2")
    query <- S4Vectors::DataFrame(
        kind = batch, kind_predicted = sce$batch, row.names = colnames(sce)
    )
    expect_message(plotTransfer(query, truth = "kind"),
                   "no value for 4 cells of 60; left out")
})
