skip_if_not_installed("callr")

# The level and a latent space in a session with SCVIGOR_CPU_LEVEL = `level`,
# and what the package warned of when it was loaded.
in_session <- function(level, counts) {
    callr::r(function(counts) {
        warned <- character()
        withCallingHandlers(loadNamespace("scvigor"), warning = function(w) {
            warned <<- c(warned, conditionMessage(w))
            invokeRestart("muffleWarning")
        })
        model <- scvigor::trainSCVI(
            counts, max_epochs = 2, n_latent = 3, n_hidden = 16, seed = 1,
            verbose = FALSE
        )
        list(
            level = scvigor:::runtime_info()$cpu_level, warned = warned,
            latent = scvigor::latentRepresentation(model)
        )
    }, list(counts), env = c(callr::rcmd_safe_env(),
                             SCVIGOR_CPU_LEVEL = level))
}

test_that("SCVIGOR_CPU_LEVEL lowers the instruction set, not the result", {
    counts <- toy_counts(40, 60)
    levels <- c("base", "avx2", "avx512", "amx")
    best <- in_session("", counts)
    expect_identical(best$warned, character())
    levels <- levels[seq_len(match(best$level, levels))]
    for (level in values_in_sessions(levels)) {
        found <- in_session(level, counts)
        expect_identical(found$level, level)
        expect_identical(found$warned, character())
        expect_equal(found$latent, best$latent, tolerance = 1e-4)
    }
})

test_that("an unknown SCVIGOR_CPU_LEVEL is warned of by name", {
    found <- in_session("AVX9", toy_counts(10, 20))
    expect_match(found$warned, "SCVIGOR_CPU_LEVEL is \"AVX9\"")
    expect_match(found$warned, "base, avx2, avx512, amx")
    expect_false(found$level == "")
})
