# Which figure of a mapped cell tells that its type is missing in the reference:
#
#   Rscript bench/unknown_types.R [--data=kang_ctrl_donors.h5ad] [--k=50]
#       [--epochs=60] [--cells=250] [--seed=1]
#
# Three donors are the reference, two others the query. One type after another
# is left out of the reference; the AUROC says how well a figure separates its
# cells from the others of the query. The last columns: of which share of the
# left-out cells, and of the others, transferLabels(max_distance = 0.95) says
# "unknown".

source(file.path("bench", "arguments.R"))
suppressPackageStartupMessages({
    library(scvigor)
    library(SingleCellExperiment)
})
folder <- Sys.getenv("SCVIGOR_DATA", file.path("..", "shared", "data"))
asked <- command_line(list(
    data = file.path(folder, "kang_ctrl_donors.h5ad"), k = 50, epochs = 60,
    cells = 250, seed = 1
))

cells <- readCounts(asked$data, verbose = FALSE)
donors <- names(sort(table(cells$batch), decreasing = TRUE))
left_out <- c("B cells", "CD14+ Monocytes", "CD4 T cells", "CD8 T cells",
              "NK cells", "FCGR3A+ Monocytes")

# Up to n cells of each type, evenly over the file.
some_of <- function(batches, n) {
    chosen <- which(cells$batch %in% batches)
    parts <- split(chosen, as.character(cells$cell_type[chosen]))
    cells[, sort(unlist(lapply(parts, function(part) {
        part[unique(round(seq(1, length(part),
                              length.out = min(n, length(part)))))]
    })))]
}

auroc <- function(score, is_new) {
    rank <- rank(score)
    n <- c(sum(is_new), sum(!is_new))
    (sum(rank[is_new]) - n[1] * (n[1] + 1) / 2) / prod(n)
}

# Mahalanobis distance to the nearest of the reference's types.
gaussian <- function(latent, reference, types) {
    distances <- vapply(unique(types), function(type) {
        own <- reference[types == type, ]
        spread <- cov(own) + diag(1e-3, ncol(own))
        mahalanobis(latent, colMeans(own), spread) +
            as.numeric(determinant(spread)$modulus)
    }, numeric(nrow(latent)))
    apply(distances, 1, min)
}

reference_cells <- some_of(donors[c(1, 3, 5)], asked$cells)
query <- some_of(donors[c(2, 4)], asked$cells %/% 2)

one_type <- function(type) {
    known <- reference_cells[, reference_cells$cell_type != type]
    model <- trainSCVI(
        known, batch = "batch", encode_covariates = TRUE,
        max_epochs = asked$epochs, seed = asked$seed, verbose = FALSE
    )
    mapped <- mapQuery(query, model, max_epochs = asked$epochs %/% 3,
                       seed = asked$seed, verbose = FALSE)
    types <- as.character(known$cell_type)
    label <- function(...) {
        suppressWarnings(transferLabels(
            mapped, model, data.frame(type = types), k = asked$k, ...
        ))
    }
    labels <- label()
    latent <- latentRepresentation(model)
    at <- reducedDim(mapped, "scVI")
    nearest <- scvigor:::.neighbor_search(2)(at, latent, asked$k)
    is_new <- query$cell_type == type
    scores <- list(
        `1 - confidence` = 1 - labels$type_confidence,
        `mean distance` = rowMeans(nearest$distance),
        `distance` = labels$type_distance,
        `density per type` = gaussian(at, latent, types),
        `negative ELBO` = -elbo(mapped, per_cell = TRUE, seed = asked$seed),
        `reconstruction error per count` =
            reconstructionError(mapped, per_cell = TRUE, seed = asked$seed) /
                colSums(counts(query))
    )
    unknown <- label(max_distance = 0.95)$type_predicted == "unknown"
    c(vapply(scores, auroc, 0, is_new), `found` = mean(unknown[is_new]),
      `false` = mean(unknown[!is_new]))
}

table <- t(vapply(left_out, one_type, numeric(8)))
cat("| left out |", paste(colnames(table), collapse = " | "), "|\n")
cat(strrep("|---", ncol(table) + 1), "|\n", sep = "")
table <- rbind(table, mean = colMeans(table))
for (type in rownames(table)) {
    cat("|", type, "|", paste(sprintf("%.2f", table[type, ]), collapse = " | "),
        "|\n")
}
