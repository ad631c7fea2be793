# Real queries on real references: the reference stays where it is, and labels
# travel as well as by scvi-tools. bench/mapping.R prints the figures.

has_scvi_tools <- function() {
    python <- Sys.getenv("SCVIGOR_PYTHON")
    # R's own path would give Python's torch another LibTorch
    withr::local_envvar(LD_LIBRARY_PATH = "")
    nzchar(python) && system2(
        python, c("-c", shQuote("import scvi")), stdout = FALSE, stderr = FALSE
    ) == 0
}

mean_scores <- function(map, case, model, program) {
    scores <- vapply(case$seeds, function(seed) {
        in_root(mapping_scores(map(case, model, seed), case))
    }, numeric(5))
    accuracy <- scores["accuracy", ]
    message(sprintf(
        "%s %s, %s: accuracy %.4f, standard error %.4f", case$data, model,
        program, mean(accuracy), sd(accuracy) / sqrt(length(accuracy))
    ))
    rowMeans(scores)
}

for (case in mapping_cases) {
    for (model in names(mapping_models)) {
        test_that(paste(case$data, model, "is mapped and named"), {
            skip_without_data()
            mine <- mean_scores(map_with_scvigor, case, model, "scvigor")
            expect_lt(mine[["moved"]], 1e-6)
            expect_gt(mine[["confidence_right"]], mine[["confidence_wrong"]])
            skip_if_not(has_scvi_tools(), "SCVIGOR_PYTHON has no scvi-tools")
            theirs <- mean_scores(map_with_scvi_tools, case, model,
                                  "scvi-tools")
            expect_gt(mine[["accuracy"]], theirs[["accuracy"]] - 0.01)
        })
    }
}
