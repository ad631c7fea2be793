# Run by test-locales.R in sessions of several locales: text goes into every
# argument that takes text, and out of every result and message. What comes out
# is saved as bytes, so that the sessions can be compared.
#
#   Rscript script-locales.R RESULT

suppressPackageStartupMessages({
    library(scvigor)
    library(SingleCellExperiment)
})
arguments <- commandArgs()
script <- sub("^--file=", "", grep("^--file=", arguments, value = TRUE))
source(file.path(dirname(script), "helper-toy.R"))
folder <- tempfile("locale")
dir.create(folder)

# Text as a session reads it from a file: bytes of unknown encoding, which are
# UTF-8 where the locale does not say otherwise.
is_latin1 <- l10n_info()[["Latin-1"]]
read_text <- function(text) {
    if (is_latin1) {
        return(iconv(text, "UTF-8", "latin1", mark = FALSE))
    }
    Encoding(text) <- "unknown"
    text
}
u <- read_text("\u00fc")
path <- function(name) paste0(folder, "/", read_text(name))

# Everything in a value as plain numbers and bytes.
bytes_of <- function(text) {
    vapply(text, function(one) {
        if (is.na(one)) return("NA")
        paste(as.integer(charToRaw(enc2utf8_of(one))), collapse = " ")
    }, "", USE.NAMES = FALSE)
}
# enc2utf8() takes bytes of the C locale for ASCII.
enc2utf8_of <- function(one) {
    if (is_latin1 && Encoding(one) == "unknown") enc2utf8(one) else one
}
plain <- function(value) {
    if (is.null(value) || is.function(value) || is.environment(value) ||
        typeof(value) == "externalptr") {
        return(NULL)
    }
    if (is(value, "DataFrame")) value <- as.list(value)
    if (is(value, "SummarizedExperiment")) {
        value <- list(colData(value), rowData(value), dimnames(value),
                      if (is(value, "SingleCellExperiment")) reducedDims(value))
    }
    if (is.factor(value)) {
        return(list(bytes_of(levels(value)), as.integer(value)))
    }
    if (isS4(value) && is(value, "SCVIModel")) {
        value <- list(value@genes, value@cells, value@registry, value@codes,
                      value@posterior)
    }
    names <- c(bytes_of(names(value)), bytes_of(unlist(dimnames(value))))
    if (is.list(value) || is(value, "List")) {
        value <- lapply(seq_along(value), function(k) plain(value[[k]]))
    } else if (is.character(value)) {
        value <- bytes_of(value)
    } else {
        value <- as.vector(value)
    }
    list(names, value)
}

results <- list()
record <- function(name, call) {
    said <- character()
    value <- tryCatch(withCallingHandlers(
        plain(call),
        warning = function(warning) {
            said <<- c(said, class(warning)[1], conditionMessage(warning))
            tryInvokeRestart("muffleWarning")
        },
        message = function(message) {
            said <<- c(said, class(message)[1], conditionMessage(message))
            tryInvokeRestart("muffleMessage")
        }
    ), error = function(error) {
        said <<- c(said, class(error)[1], conditionMessage(error))
        NULL
    })
    # folders differ from session to session
    said <- gsub(folder, "FOLDER", said, fixed = TRUE)
    results[[name]] <<- list(value = value, said = bytes_of(said))
}

counts <- toy_counts(12, 40)
site <- rep(c(read_text("Z\u00fcrich"), "Bern"), 20)
upper_site <- read_text("Z\u00dcRICH")
groesse <- read_text("gr\u00f6\u00dfe")
rownames(counts)[1:2] <- read_text(c("g\u00e8ne", "\u00e9"))
colnames(counts)[1:2] <- read_text(c("c\u00e9ll", "\u00f1"))
number <- seq_len(40) / 40
cells <- S4Vectors::DataFrame(site, factor(site), number, number)
names(cells) <- c(groesse, paste0("f_", u), paste0("n_", u), "number")
sce <- SingleCellExperiment(list(counts = counts), colData = cells)
assayNames(sce) <- paste0("counts_", u)
column <- function(k) names(colData(sce))[k]
train <- function(x, ...) quick_train(x, ..., n_hidden = 8)
in_sce <- function(...) train(sce, assay.type = paste0("counts_", u), ...)
one_name <- function(value, name) stats::setNames(list(value), name)

# ---- Training ----------------------------------------------------------------

model <- train(counts, batch = site, labels = site)
record("values", model)
record("text", read_text(c("\u00fc", "Z\u00fcrich")))
record("columns", in_sce(batch = column(1), labels = column(2)))
record("covariates", in_sce(
    categorical_covariates = c(column(1), column(2)),
    continuous_covariates = column(3), size_factor = "number"
))
for (kind in c("data.frame", "DataFrame")) {
    table <- do.call(kind, list(site, factor(site)))
    names(table) <- c(groesse, u)
    record(kind, train(counts, categorical_covariates = table))
    numbers <- do.call(kind, list(number, rev(number)))
    names(numbers) <- c(groesse, u)
    record(paste(kind, "of numbers"),
           train(counts, continuous_covariates = numbers))
}
text_matrix <- cbind(site, rev(site))
colnames(text_matrix) <- c(groesse, u)
record("matrix", train(counts, categorical_covariates = text_matrix))
record("list", train(stats::setNames(
    list(counts[, 1:20], counts[, 21:40]), c(u, "b")
)))
record("named values", train(counts, batch = rev(stats::setNames(
    site, colnames(counts)
))))
record("genes", train(counts, subset.row = rownames(counts)[1:6]))
record("named table", train(counts, batch = {
    stats::setNames(factor(site), colnames(counts))
}))
record("no such column", in_sce(batch = read_text("GR\u00d6\u00dfE")))
record("no such gene", train(counts, subset.row = read_text("G\u00e8ne")))
record("no such assay", train(sce, assay.type = groesse))
record("few cells", train(counts, batch = replace(site, 1, u)))
record("normal forms", train(counts, batch = replace(
    site, 1:4, "Zu\u0308rich"
)))
record("twice", in_sce(categorical_covariates = column(c(1, 1))))
for (argument in c("gene_likelihood", "dispersion", "accelerator",
                   "latent_distribution")) {
    record(paste("choice", argument),
           do.call(train, c(list(counts), one_name(u, argument))))
}
record("no such argument", do.call(train, c(list(counts), one_name(1, u))))

# ---- Verbs -------------------------------------------------------------------

new_cells <- toy_counts(12, 10, seed = 3)
rownames(new_cells) <- rownames(counts)
colnames(new_cells) <- paste0(u, 1:10)
both <- in_sce(
    batch = column(1), categorical_covariates = column(2), labels = column(2)
)
record("show", {
    shown <- utils::capture.output(show(model))
    length(shown)
})
record("registry", modelRegistry(both))
record("latent", latentRepresentation(model, subset.col = colnames(counts)[2:1]))
record("new cells", latentRepresentation(
    model, new_cells, batch = rep(site[1], 10)
))
record("unknown level", latentRepresentation(
    model, new_cells, batch = rep(upper_site, 10)
))
record("expression", normalizedExpression(
    model, transform_batch = site[1], subset.row = rownames(counts)[2:1],
    subset.col = colnames(counts)[1:3], seed = 1
))
record("no such batch", normalizedExpression(
    model, transform_batch = read_text("z\u00fcrich")
))
de <- function(...) {
    differentialExpression(both, sce, ..., n_samples_overall = 20, seed = 1)
}
record("de of a column", de(groups = column(1)))
record("de of values", de(groups = site, group1 = site[1]))
record("de, no such group", de(groups = site, group1 = upper_site))
quoted <- function(before, text, after) paste0(before, text, after)
record("de of a condition", de(idx1 = quoted(
    paste0("`f_", u, "` == '"), site[1], "'"
)))
record("de of text in a condition", {
    plain_names <- sce
    names(colData(plain_names))[2] <- "f"
    differentialExpression(
        both, plain_names, batch = site, categorical_covariates = site,
        idx1 = quoted("f == '", site[1], "'"),
        idx2 = quoted("f != '", site[1], "'"), n_samples_overall = 20, seed = 1
    )
})
record("de of a formula", {
    plain_names <- sce
    names(colData(plain_names))[1] <- "f"
    wanted <- site[1]
    differentialExpression(
        both, plain_names, batch = site, idx1 = ~ f == wanted,
        n_samples_overall = 20, seed = 1
    )
})
record("de of a cell", de(idx1 = colnames(counts)[1], idx2 = 5:9))
record("de of cells", de(idx1 = colnames(counts)[1:2]))
record("de of batches", de(
    groups = site, batchid1 = site[1], batchid2 = site[2],
    batch_correction = TRUE
))
record("de, no such batch", de(
    groups = site, batchid1 = upper_site, batch_correction = TRUE
))
record("de within", de(
    groups = rep(c(u, "b"), each = 20), within = column(1)
))
record("abundance", differentialAbundance(model, sample = site, seed = 1))
record("correlation", featureCorrelation(
    model, counts, n_samples = 2, seed = 1, subset.row = rownames(counts)[1:3]
))
record("representation", batchRepresentation(model))
record("parameters", likelihoodParameters(model, counts, seed = 1))
record("predictive", posteriorPredictiveSample(
    model, counts, seed = 1, subset.row = rownames(counts)[1]
))
record("check", zeroFraction(posteriorPredictiveCheck(
    stats::setNames(list(model), u), counts, n_samples = 2, seed = 1
)))
record("labels", transferLabels(
    latentRepresentation(model)[1:5, ], model, k = 3
))
record("given labels", transferLabels(
    latentRepresentation(model)[1:5, ], model, k = 3, labels = S4Vectors::DataFrame(
        site
    )
))
record("labels of a table", transferLabels(
    latentRepresentation(model)[1:5, ], latentRepresentation(model), k = 3,
    labels = stats::setNames(data.frame(site), u)
))

# ---- Models in objects, queries ----------------------------------------------

stored <- quick_run(
    sce, assay.type = assayNames(sce), batch = column(1),
    name = paste0("scVI_", u)
)
record("stored", stored)
record("of a name", latentRepresentation(stored, name = paste0("scVI_", u)))
record("no such name", latentRepresentation(stored, name = paste0("scvi_", u)))
query <- SingleCellExperiment(list(counts = new_cells))
assayNames(query) <- assayNames(sce)
query[[groesse]] <- c(rep(read_text("Gen\u00e8ve"), 5), rep(site[1], 5))
record("query", loadQuery(query, stored, name = paste0("scVI_", u)))
record("mapped", mapQuery(
    query, stored, max_epochs = 1, seed = 1, verbose = FALSE,
    name = paste0("scVI_", u)
))
record("more", continueTraining(
    both, sce, max_epochs = 1, seed = 1, verbose = FALSE
))
small <- minify(stored, name = paste0("scVI_", u))
record("minified", small)
record("de minified", differentialExpression(
    small, groups = column(1), n_samples_overall = 20, seed = 1,
    all_stats = FALSE, pseudocounts = 1e-5,
    name = paste0("scVI_", u)
))
record("alternative", {
    x <- sce
    altExps(x) <- stats::setNames(list(SingleCellExperiment(
        list(counts = counts)
    )), u)
    train(x, altexp = u, batch = column(1))
})

# ---- Files -------------------------------------------------------------------

record("saved", {
    saveSCVI(both, path("mod\u00e8le.h5"), sce)
    loadSCVI(path("mod\u00e8le.h5"))
})
record("by path", latentRepresentation(path("mod\u00e8le.h5")))
record("counts", readCounts(path("mod\u00e8le.h5"), verbose = TRUE))
record("gene names", readCounts(path("mod\u00e8le.h5"), row.names = u))
record("no such matrix", readCounts(path("mod\u00e8le.h5"), assay = u))
record("no such file", readCounts(path("\u00e9.h5ad")))
record("no file of ours", {
    writeLines("a", path("\u00e9.txt"))
    readCounts(path("\u00e9.txt"))
})
record("no model of ours", loadSCVI(path("\u00e9.txt")))
record("exists", saveSCVI(both, path("mod\u00e8le.h5")))
record("exported", {
    exportScviTools(both, path("expos\u00e9"))
    importScviTools(path("expos\u00e9"))
})
record("exported with a prefix", {
    exportScviTools(both, path("expos\u00e9"), prefix = u)
    importScviTools(path("expos\u00e9"), prefix = u)
})
record("exists already", exportScviTools(both, path("expos\u00e9")))
record("checkpoint", {
    run <- path("\u00e9tape.h5")
    in_sce(batch = column(1), max_epochs = 2, checkpoint = run)
    resumeTraining(run, sce, max_epochs = 3, verbose = FALSE)
})
record("checkpoint of another run", {
    train(counts, checkpoint = path("\u00e9tape.h5"))
})
record("files", length(list.files(folder)))

# ---- Seurat ------------------------------------------------------------------

if (requireNamespace("SeuratObject", quietly = TRUE)) {
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(
        as(counts, "dgCMatrix")
    ))
    # `[[<-` makes other names of those that are not ASCII in the C locale
    seurat@meta.data[[groesse]] <- site
    record("Seurat", train(seurat, batch = groesse))
    record("Seurat, no such column", train(seurat, batch = read_text("GR\u00d6\u00dfE")))
    trained <- quick_run(seurat, batch = groesse)
    record("Seurat stored", latentRepresentation(trained))
    record("Seurat condition", {
        differentialExpression(
            trained, trained, idx1 = paste0("`", groesse, "` == '", site[1], "'"),
            n_samples_overall = 20, seed = 1
        )
    })
}

saveRDS(results, commandArgs(TRUE)[1])
