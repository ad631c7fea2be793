# Real queries on real references: the reference stays where it is, and labels
# travel as well as by scvi-tools. What a mapping makes of a reference is
# compared on one and the same; references of either program where their seeds
# agree. bench/mapping.R prints the figures.

seeds <- 0:2

has_scvi_tools <- function() {
    python <- Sys.getenv("SCVIGOR_PYTHON")
    # R's own path would give Python's torch another LibTorch
    withr::local_envvar(LD_LIBRARY_PATH = "")
    nzchar(python) && system2(
        python, c("-c", shQuote("import scvi")), stdout = FALSE, stderr = FALSE
    ) == 0
}

# Means over the seeds of what `map` gives: for each program the mappings onto
# one reference.
mean_scores <- function(map, case, model) {
    scores <- lapply(seeds, function(seed) {
        in_root(map(case, model, seed))
    })
    programs <- names(scores[[1]])
    means <- lapply(programs, function(program) {
        each <- vapply(scores, function(mapped) {
            rowMeans(vapply(mapped[[program]], function(mapping) {
                in_root(mapping_scores(mapping, case))
            }, numeric(5)))
        }, numeric(5))
        message(
            case$data, " ", model, ", ", program, ": accuracy ",
            paste(sprintf("%.4f", each["accuracy", ]), collapse = ", ")
        )
        rowMeans(each)
    })
    stats::setNames(means, programs)
}

map_own <- function(...) {
    list(own = list(map_with_scvigor(...)))
}

for (case in mapping_cases) {
    for (model in names(mapping_models)) {
        test_that(paste(case$data, model, "is mapped and named"), {
            skip_without_data()
            own <- mean_scores(map_own, case, model)$own
            expect_lt(own[["moved"]], 1e-6)
            expect_gt(own[["confidence_right"]], own[["confidence_wrong"]])
            skip_if_not(has_scvi_tools(), "SCVIGOR_PYTHON has no scvi-tools")
            both <- mean_scores(map_with_both, case, model)
            expect_lt(both$ours[["moved"]], 1e-6)
            least <- both$theirs[["accuracy"]] - 0.01
            expect_gt(both$ours[["accuracy"]], least)
            if (case$steady) {
                expect_gt(own[["accuracy"]], least)
            }
        })
    }
}
