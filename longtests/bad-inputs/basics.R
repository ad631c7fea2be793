# What must work in any locale and environment, as functions: training, files,
# verbs, with names and levels that are not ASCII. environments.R and state.R
# use it.

toy <- toy_counts(12, 40)
site <- rep(c("Z\u00fcrich", "Bern"), 20)
bytes_of_text <- function(text) {
    lapply(text, function(one) as.integer(charToRaw(one)))
}

# All that is compared; the numbers are the same in every session.
basics <- function() {
    folder <- tempfile("basics")
    dir.create(folder)
    on.exit(unlink(folder, recursive = TRUE))
    at <- function(name) paste0(folder, "/", name)
    counts <- toy
    rownames(counts)[1] <- "g\u00e8ne"
    colnames(counts)[1] <- "\u7d30\u80de"
    writeLines(enc2utf8(site), at("sites"), useBytes = TRUE)
    model <- quick_train(counts, batch = readLines(at("sites")), n_hidden = 8)
    file <- at("mod\u00e8le.h5")
    saveSCVI(model, file, counts)
    loaded <- loadSCVI(file)
    read <- readCounts(file, verbose = FALSE)
    exportScviTools(model, at("expos\u00e9"))
    imported <- importScviTools(at("expos\u00e9"))
    new_cells <- toy[, 10:1]
    rownames(new_cells) <- rownames(counts)
    colnames(new_cells) <- paste0("new_", 1:10)
    list(
        levels = bytes_of_text(loaded@registry$batch$levels),
        latent = unname(latentRepresentation(loaded)),
        genes = bytes_of_text(loaded@genes),
        counts = unname(as.matrix(SummarizedExperiment::assay(read))),
        cells = bytes_of_text(colnames(read)),
        imported = unname(modelWeights(imported)),
        new_cells = unname(latentRepresentation(
            model, new_cells, batch = rep("Z\u00fcrich", 10), seed = 1
        )),
        expression = unname(normalizedExpression(
            model, transform_batch = "Bern", seed = 1
        )),
        de = differentialExpression(
            model, counts, groups = site, group1 = "Z\u00fcrich", seed = 1,
            n_samples_overall = 50
        )$lfc_mean,
        shown = length(utils::capture.output(show(model)))
    )
}
