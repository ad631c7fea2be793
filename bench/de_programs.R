# Differential expression by scvigor and by scvi-tools, on the same cells: a
# model is trained, and its table returned as a data.frame.
#
# A case is a list of `sce`, `epochs`, and, where they are wanted, `likelihood`
# and names of columns and levels: `batch`, `groups`, `group1`, `group2`,
# `within`.

de_with_scvigor <- function(case, seed, threads = 2) {
    model <- scvigor::trainSCVI(
        case$sce, batch = case$batch, max_epochs = case$epochs,
        gene_likelihood = likelihood_of(case), seed = seed,
        num_threads = threads, verbose = FALSE
    )
    as.data.frame(scvigor::differentialExpression(
        model, case$sce, groups = case$groups, group1 = case$group1,
        group2 = case$group2, within = case$within, seed = seed,
        num_threads = threads
    ), optional = TRUE)
}

# By scvi-tools in a process of its own.
de_with_scvi_tools <- function(case, seed, threads = 2) {
    folder <- tempfile("de")
    dir.create(folder)
    on.exit(unlink(folder, recursive = TRUE))
    write_cells(case$sce, folder)
    columns <- c("batch", "groups", "group1", "group2", "within")
    asked <- c(
        case[intersect(columns, names(case))],
        epochs = case$epochs, seed = seed, threads = threads,
        likelihood = likelihood_of(case)
    )
    words <- paste0(names(asked), "=", vapply(asked, format, ""))
    # R's own LD_LIBRARY_PATH could give Python's torch another LibTorch.
    status <- withr::with_envvar(
        c(LD_LIBRARY_PATH = ""),
        system2(
            Sys.getenv("SCVIGOR_PYTHON", "python3"),
            shQuote(c(file.path("bench", "de_scvi_tools.py"), folder, words))
        )
    )
    if (status != 0) {
        stop("scvi-tools failed with status ", status, call. = FALSE)
    }
    utils::read.csv(file.path(folder, "table.csv"), check.names = FALSE)
}

# scvi-tools only where a Python is named.
de_programs <- function() {
    programs <- list(scvigor = de_with_scvigor)
    if (nzchar(Sys.getenv("SCVIGOR_PYTHON"))) {
        programs[["scvi-tools"]] <- de_with_scvi_tools
    }
    programs
}

likelihood_of <- function(case) {
    if (is.null(case$likelihood)) "zinb" else case$likelihood
}

write_cells <- function(sce, folder) {
    counts <- methods::as(
        SummarizedExperiment::assay(sce), "CsparseMatrix"
    )
    Matrix::writeMM(counts, file.path(folder, "counts.mtx"))
    writeLines(rownames(sce), file.path(folder, "genes.txt"))
    utils::write.csv(
        as.data.frame(SummarizedExperiment::colData(sce)),
        file.path(folder, "cells.csv"), row.names = FALSE
    )
}
