# The main job from end to end: counts -> scVI -> latent space, normalized
# expression and a UMAP picture.
#
# Rscript demo.R [--data=FILE] [--batch=COLUMN] [--epochs=N] [--output=DIR]
#
# FILE is an .h5ad or 10x .h5 file; without it sctransform::pbmc, 283 PBMCs, is
# used. Writes into DIR (demo-output): latent.csv, umap.png, sce.rds.

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

read_data <- function(file) {
    if (!is.null(file)) {
        return(readCounts(file, verbose = FALSE))
    }
    loaded <- new.env()
    utils::data("pbmc", package = "sctransform", envir = loaded)
    SingleCellExperiment(list(counts = loaded$pbmc))
}

# Genes whose counts vary more than their mean explains.
variable_genes <- function(counts, n) {
    mean <- Matrix::rowMeans(counts)
    variance <- Matrix::rowMeans(counts^2) - mean^2
    dispersion <- ifelse(mean > 0, log(variance / mean), -Inf)
    trend <- stats::lowess(log1p(mean), dispersion)
    excess <- dispersion - stats::approx(trend, xout = log1p(mean),
                                         ties = "ordered")$y
    head(order(excess, decreasing = TRUE), n)
}

# What to color the cells by: a column with their type, or else clusters.
cell_groups <- function(sce) {
    columns <- colnames(colData(sce))
    known <- grep("^(cell[._ ]?type|cell[._ ]?ontology|label|cluster)",
                  columns, ignore.case = TRUE, value = TRUE)
    if (length(known)) {
        return(list(title = known[1], values = factor(sce[[known[1]]])))
    }
    clusters <- stats::kmeans(
        reducedDim(sce, "scVI"), min(8, ncol(sce) %/% 20 + 1), nstart = 20
    )$cluster
    list(title = "cluster (k-means)", values = factor(clusters))
}

# The gene whose normalized expression differs most between cells.
variable_gene <- function(sce) {
    values <- normalizedExpression(sce, library_size = 1e4, seed = 1)
    values <- values[rowMeans(values) > 5, , drop = FALSE]
    gene <- which.max(apply(log1p(values), 1, stats::sd))
    list(title = paste(rownames(values)[gene], "per 10,000 counts, by scVI"),
         values = values[gene, ])
}

umap_panel <- function(sce, values, title) {
    cells <- data.frame(
        x = reducedDim(sce, "UMAP")[, 1], y = reducedDim(sce, "UMAP")[, 2],
        value = values
    )
    colors <- if (is.numeric(values)) {
        list(scale_color_viridis_c(trans = "log10"), guides(
            color = guide_colorbar(barwidth = 10, barheight = 0.6)
        ))
    } else {
        shades <- grDevices::hcl.colors(nlevels(values), "Dark 3")
        list(scale_color_manual(values = shades), guides(
            color = guide_legend(nrow = 2, override.aes = list(size = 3))
        ))
    }
    ggplot(cells[sample(nrow(cells)), ], aes(x, y, color = value)) +
        geom_point(size = max(0.5, min(2, 60 / sqrt(nrow(cells)))),
                   stroke = 0) +
        colors +
        labs(x = "UMAP 1", y = "UMAP 2", title = title, color = NULL) +
        theme_classic(base_size = 12) +
        theme(aspect.ratio = 1, axis.text = element_blank(),
              axis.ticks = element_blank(), legend.position = "bottom",
              plot.title = element_text(face = "bold", hjust = 0.5))
}

draw <- function(panels, file) {
    grDevices::png(file, width = 800 * length(panels), height = 950,
                   res = 160)
    on.exit(grDevices::dev.off())
    grid::pushViewport(grid::viewport(
        layout = grid::grid.layout(1, length(panels))
    ))
    for (k in seq_along(panels)) {
        print(panels[[k]], vp = grid::viewport(layout.pos.row = 1,
                                               layout.pos.col = k))
    }
}

demo <- function() {
    file <- argument("data")
    batch <- argument("batch")
    epochs <- argument("epochs")
    output <- argument("output")
    if (is.null(output)) output <- "demo-output"
    dir.create(output, showWarnings = FALSE, recursive = TRUE)

    sce <- read_data(file)
    say("Data", if (is.null(file)) "sctransform::pbmc" else file, ": ",
        ncol(sce), " cells x ", nrow(sce), " genes")
    genes <- if (nrow(sce) > 5000) variable_genes(counts(sce), 2000)
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

    reducedDim(sce, "UMAP") <- uwot::umap(
        reducedDim(sce, "scVI"), n_neighbors = min(15, ncol(sce) - 1),
        min_dist = 0.3, n_threads = 2
    )
    groups <- cell_groups(sce)
    second <- if (is.null(batch)) {
        list(title = "total counts", values = Matrix::colSums(counts(sce)))
    } else {
        list(title = batch, values = factor(sce[[batch]]))
    }
    panels <- lapply(
        list(groups, second, variable_gene(sce)),
        function(panel) umap_panel(sce, panel$values, panel$title)
    )
    paths <- file.path(output, c("latent.csv", "umap.png", "sce.rds"))
    utils::write.csv(reducedDim(sce, "scVI"), paths[1])
    draw(panels, paths[2])
    saveRDS(sce, paths[3])
    say("Latent space", paths[1])
    say("Picture", paths[2])
    say("Object", paths[3], " (readRDS(), then normalizedExpression(), ",
        "elbo() ...)")
}

tryCatch(demo(), scvigor_error = function(error) {
    message("Error: ", conditionMessage(error))
    quit(status = 1)
})
