# The main jobs from end to end: counts -> scVI -> pictures of the cells before
# and after integration, marker genes, differential expression.
#
# Rscript demo.R [--data=FILE] [--batch=COLUMN] [--epochs=N] [--output=DIR]
#
# FILE is an .h5ad or 10x .h5 file; without it exampleIFNB() is used, blood
# cells with and without interferon, integrated over the stimulus. Writes into
# DIR (demo-output): latent.csv, sce.rds, integration.png, training.png,
# markers.png, markers.csv and, for the example, response.png and response.csv:
# stimulated against control cells of each type.

own_library <- file.path("build", "library")
if (!nzchar(Sys.getenv("R_LIBS")) && dir.exists(own_library)) {
    .libPaths(c(normalizePath(own_library), .libPaths()))
}
suppressPackageStartupMessages({
    library(scvigor)
    library(SingleCellExperiment)
    library(ggplot2)
})

# --name=value, or NULL when it is absent or empty
argument <- function(name) {
    prefix <- paste0("--", name, "=")
    given <- commandArgs(trailingOnly = TRUE)
    value <- sub(prefix, "", given[startsWith(given, prefix)], fixed = TRUE)
    if (length(value) && nzchar(value[1])) value[1]
}

say <- function(what, ...) cat(sprintf("%-13s", what), ..., "\n", sep = "")

# What to color the cells by: a column with their type, or else clusters.
with_groups <- function(sce) {
    columns <- colnames(colData(sce))
    known <- grep("^(cell[._ ]?type|cell[._ ]?ontology|label|cluster)",
                  columns, ignore.case = TRUE, value = TRUE)
    if (length(known)) {
        return(list(sce = sce, column = known[1]))
    }
    sce$cluster <- factor(stats::kmeans(
        reducedDim(sce, "scVI"), min(8, ncol(sce) %/% 20 + 1), nstart = 20
    )$cluster)
    list(sce = sce, column = "cluster")
}

# Principal components of log counts: what there is without a model.
principal_components <- function(counts, n = 10) {
    cells <- as.matrix(Matrix::t(counts))
    cells <- log1p(cells / pmax(rowSums(cells), 1) * 1e4)
    cells <- sweep(cells, 2, colMeans(cells))
    axes <- eigen(crossprod(cells), symmetric = TRUE)$vectors
    cells %*% axes[, seq_len(min(n, ncol(axes))), drop = FALSE]
}

save_picture <- function(plot, output, name, width, height) {
    path <- file.path(output, name)
    ggsave(path, plot, width = width, height = height, dpi = 130)
    say("Picture", path)
}

save_table <- function(table, output, name) {
    path <- file.path(output, name)
    utils::write.csv(as.data.frame(table), path, row.names = FALSE)
    say("Table", path)
}

demo <- function() {
    file <- argument("data")
    batch <- argument("batch")
    epochs <- argument("epochs")
    output <- argument("output")
    if (is.null(output)) output <- "demo-output"
    dir.create(output, showWarnings = FALSE, recursive = TRUE)

    is_example <- is.null(file)
    if (is_example) {
        sce <- exampleIFNB()
        if (is.null(batch)) batch <- "stimulus"
    } else {
        sce <- readCounts(file, verbose = FALSE)
    }
    say("Data", if (is_example) "exampleIFNB()" else file, ": ",
        ncol(sce), " cells x ", nrow(sce), " genes",
        if (!is.null(batch)) paste0(", batch \"", batch, "\""))
    genes <- if (nrow(sce) > 5000) selectGenes(sce, 2000, batch = batch)
    if (!is.null(genes)) say("Genes", length(genes), " most variable")

    set.seed(1)
    sce <- runSCVI(
        sce, batch = batch, subset.row = genes, check_val_every_n_epoch = 1,
        early_stopping = TRUE, verbose = TRUE,
        max_epochs = if (!is.null(epochs)) as.integer(epochs)
    )
    model <- scviModel(sce)
    held_out <- trainingSplit(model)$validation
    print(model)
    say("Held out", length(held_out), " cells: ELBO ",
        round(elbo(sce, subset.col = held_out, seed = 1), 1),
        ", reconstruction error ",
        round(reconstructionError(sce, subset.col = held_out, seed = 1), 1),
        " nats per cell")
    save_picture(plotTraining(model), output, "training.png", 9, 4)

    grouped <- with_groups(sce)
    sce <- grouped$sce
    used <- if (is.null(genes)) seq_len(nrow(sce)) else genes
    reducedDim(sce, "PCA") <- principal_components(counts(sce)[used, ])
    save_picture(
        plotLatent(
            sce, c(grouped$column, batch),
            name = c(`before (PCA)` = "PCA", `after (scVI)` = "scVI")
        ),
        output, "integration.png", 9, if (is.null(batch)) 4.5 else 8
    )

    de <- differentialExpression(
        sce, groups = grouped$column, batch_correction = !is.null(batch),
        seed = 1
    )
    save_picture(plotMarkers(de, n = 5), output, "markers.png", 10, 5)
    save_table(topMarkers(de), output, "markers.csv")
    if (is_example) {
        response <- differentialExpression(
            sce, groups = "stimulus", group1 = "stim", group2 = "ctrl",
            within = "cell_type", seed = 1
        )
        save_picture(plotVolcano(response, n = 8), output, "response.png",
                     11, 7)
        save_table(response, output, "response.csv")
    }

    paths <- file.path(output, c("latent.csv", "sce.rds"))
    utils::write.csv(reducedDim(sce, "scVI"), paths[1])
    saveRDS(sce, paths[2])
    say("Latent space", paths[1])
    say("Object", paths[2], " (readRDS(), then normalizedExpression(), ",
        "elbo() ...)")
}

tryCatch(demo(), scvigor_error = function(error) {
    message("Error: ", conditionMessage(error))
    quit(status = 1)
})
