# scvi-tools -> scvigor -> scvi-tools, for every option. SCVIGOR_PYTHON names a
# Python that has scvi-tools.

python <- function() {
    python <- Sys.getenv("SCVIGOR_PYTHON", "")
    if (!nzchar(python)) {
        skip("SCVIGOR_PYTHON does not name a Python with scvi-tools")
    }
    python
}

run_script <- function(what, folder) {
    script <- normalizePath("../scvi_tools_models.py")
    # R's own path would give Python's torch another LibTorch.
    withr::local_envvar(LD_LIBRARY_PATH = "")
    output <- system2(
        python(), c(script, what, folder), stdout = TRUE, stderr = FALSE
    )
    expect_null(attr(output, "status"))
    output
}

# Mean and variance of the posterior, side by side.
read_latent <- function(folder) {
    as.matrix(utils::read.csv(file.path(folder, "latent.csv"), header = FALSE))
}

largest_difference <- function(found, expected) {
    max(abs(found - expected) / (1 + abs(expected)))
}

test_that("models of every option come from scvi-tools and go back", {
    python()
    folder <- Sys.getenv("SCVIGOR_MODELS", "")
    if (!nzchar(folder)) {
        folder <- withr::local_tempdir()
        run_script("train", folder)
    }
    sce <- readCounts(file.path(folder, "cells.h5ad"), assay = "X",
                      verbose = FALSE)
    cases <- setdiff(
        list.dirs(folder, full.names = FALSE, recursive = FALSE),
        list.files(folder, pattern = "-exported$")
    )
    expect_gt(length(cases), 30)
    for (case in cases) {
        where <- file.path(folder, case)
        expected <- read_latent(where)
        minified <- startsWith(case, "minified")
        model <- importScviTools(where, x = if (!minified) sce)
        stored <- latentRepresentation(model, return_dist = TRUE)
        again <- latentRepresentation(model, x = sce, return_dist = TRUE)
        for (posterior in list(stored, again)) {
            values <- cbind(posterior$mean, posterior$var)
            expect_lt(largest_difference(values, expected), 1e-5, case)
        }
        expect_true(is.finite(elbo(model, x = sce, seed = 1)), info = case)
        expect_equal(nrow(trainingHistory(model)), 2)
        exportScviTools(model, paste0(where, "-exported"), overwrite = TRUE)
    }
    results <- run_script("check", folder)
    results <- grep("^RESULT", results, value = TRUE)
    expect_length(results, length(cases))
    differences <- as.numeric(sub(".* ", "", results))
    expect_lt(max(differences), 1e-5)
    message("scvi-tools -> scvigor -> scvi-tools: ", length(cases),
            " models, largest difference of latents ", max(differences))
})
