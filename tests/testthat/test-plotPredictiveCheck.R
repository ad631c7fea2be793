skip_if_not_installed("ggplot2")
sce <- exampleSCE()
models <- list(`a model` = quick_train(sce), another = quick_train(sce))
check <- posteriorPredictiveCheck(models, sce, n_samples = 2, seed = 1)

test_that("every check has a picture, of all its values", {
    rows <- c(cv_gene = 2 * nrow(sce), cv_cell = 2 * ncol(sce),
              zeros = 2 * nrow(sce), calibration = 14, expression = 30)
    for (what in names(rows)) {
        plot <- if (what == "expression") {
            plotPredictiveCheck(check, what, groups = sce$cell_type)
        } else {
            plotPredictiveCheck(check, what)
        }
        expect_s3_class(plot, "ggplot")
        expect_identical(nrow(plot$data), as.integer(rows[[what]]))
        expect_setequal(as.character(plot$data$model), names(models))
        expect_no_error(ggplot2::ggplot_build(plot))
    }
})

test_that("arguments are checked", {
    expect_argument_error(plotPredictiveCheck(check, "all"), "what",
                          "\"cv_gene\"")
    expect_argument_error(plotPredictiveCheck(sce), "check")
})
