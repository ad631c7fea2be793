# Words: names that other programs use, near misses, and what looks wrong.

sce <- toy_sce(20, 2, 60)
counts <- as.matrix(SummarizedExperiment::assay(sce))

test_that("B30: arguments of other programs say what they are here", {
    hinted <- function(call, given, ours) {
        error <- expect_error(call, class = "scvigor_argument_error")
        expect_identical(error$argument, given)
        expect_match(conditionMessage(error), paste0("`", ours, "`"),
                     fixed = TRUE)
    }
    trained <- c(
        batch_key = "batch", labels_key = "labels", layer = "assay.type",
        n_epochs = "max_epochs", use_gpu = "accelerator",
        categorical_covariate_keys = "categorical_covariates",
        continuous_covariate_keys = "continuous_covariates",
        size_factor_key = "size_factor", adata = "x", features = "subset.row",
        group.by.vars = "batch", learning_rate = "lr", slot = "assay.type",
        npcs = "n_latent", random_state = "seed", n_jobs = "num_threads"
    )
    for (given in names(trained)) {
        value <- setNames(list("batch"), given)
        hinted(do.call(trainSCVI, c(list(sce), value)), given,
               trained[[given]])
        hinted(do.call(runSCVI, c(list(sce), value)), given, trained[[given]])
    }
    hinted(runSCVI(sce, reduction.name = "a"), "reduction.name", "name")
    model <- quick_train(sce, batch = "batch")
    hinted(normalizedExpression(model, gene_list = "gene_1"), "gene_list",
           "subset.row")
    hinted(latentRepresentation(model, indices = 1:3), "indices",
           "subset.col")
    hinted(differentialExpression(model, sce, groupby = "batch"), "groupby",
           "groups")
    hinted(differentialExpression(model, sce, ident.1 = "a"), "ident.1",
           "group1")
    hinted(differentialExpression(model, sce, group.by = "batch"), "group.by",
           "groups")
    hinted(mapQuery(sce, model, n_epochs = 5), "n_epochs", "max_epochs")
    hinted(loadQuery(sce, model, batch_key = "batch"), "batch_key", "batch")
    hinted(continueTraining(model, sce, use_gpu = TRUE), "use_gpu",
           "accelerator")
    hinted(differentialAbundance(model, sample_key = "batch"), "sample_key",
           "sample")
})

test_that("B30: devices by other names, in every function", {
    model <- quick_train(sce, batch = "batch")
    for (device in c("gpu", "GPU", "cuda:0", "mps", "")) {
        expect_argument_error(quick_train(sce, accelerator = device),
                              "accelerator", "\"cuda\"")
        expect_argument_error(elbo(model, sce, accelerator = device),
                              "accelerator", "\"cuda\"")
    }
})

test_that("B29: an assay is one name", {
    odd <- sce
    SummarizedExperiment::assayNames(odd) <- "X"
    for (bad in list(c("X", "counts"), NA, character(), list("X"), TRUE, "")) {
        expect_argument_error(quick_run(odd, assay.type = bad), "assay.type",
                              "one name")
    }
    expect_argument_error(quick_run(sce, altexp = c("a", "b")), "altexp",
                          "one name")
    model <- quick_train(sce, batch = "batch")
    expect_argument_error(elbo(model, sce, assay.type = c("a", "b")),
                          "assay.type", "one name")
    expect_argument_error(quick_train(sce, assay.type = "Counts"),
                          "assay.type", "did you mean \"counts\"")
})

test_that("B28: a time limit ends training and verbs as one", {
    skip_on_os("windows")
    session <- run_session(c(
        "suppressPackageStartupMessages(library(scvigor))",
        "sce <- exampleSCE(n_genes = 2000, n_cells = 3000)",
        "limited <- function(expr) {",
        "    took <- system.time(r <- tryCatch({",
        "        setTimeLimit(elapsed = 1, transient = TRUE)",
        "        expr",
        "        'no error'",
        "    }, error = conditionMessage))[[3]]",
        "    setTimeLimit()",
        "    cat(r, '|', took < 20, '\\n')",
        "}",
        "limited(trainSCVI(sce, max_epochs = 1e5, n_hidden = 8))",
        "limited(trainSCVI(sce, max_epochs = 1e5, n_hidden = 8,",
        "    verbose = TRUE, checkpoint = tempfile()))",
        "model <- trainSCVI(sce, max_epochs = 1, n_hidden = 8)",
        "limited(marginalLogLik(model, sce, n_mc_samples = 1e7))",
        "cat(dim(latentRepresentation(model)), '\\n')"
    ))
    out <- grep("elapsed|^3000|error \\|", session$out, value = TRUE)
    expect_match(out[1:3], "reached elapsed time limit.*TRUE",
                 info = session$out)
    expect_match(out[4], "3000 10")
})

test_that("near misses of levels, columns, genes and cells are named", {
    sce$type <- rep(c("T cell", "B cell"), 60)
    model <- quick_train(sce, batch = "type")
    meant <- function(call, argument, word) {
        expect_argument_error(
            call, argument, paste0("did you mean \"", word, "\"")
        )
    }
    for (near in c("t cell", "T cell ", "Tcell", "T_cell", "T cells",
                   "T\u00a0cell")) {
        meant(normalizedExpression(model, transform_batch = near),
              "transform_batch", "T cell")
        meant(differentialExpression(model, sce, groups = "type",
                                     group1 = near), "group1", "T cell")
    }
    other <- sce
    other$type <- tolower(other$type)
    meant(elbo(model, other), "batch", "B cell")
    meant(quick_train(sce, batch = "Type"), "batch", "type")
    meant(normalizedExpression(model, subset.row = "Gene_3"), "subset.row",
          "gene_3")
    meant(latentRepresentation(model, subset.col = "cell-3"), "subset.col",
          "cell_3")
    ensembl <- counts
    rownames(ensembl) <- sprintf("ENSG%011d", 1:20)
    versioned <- ensembl
    rownames(versioned) <- paste0(rownames(ensembl), ".7")
    expect_argument_error(
        latentRepresentation(quick_train(ensembl), versioned), "x",
        "versions differ"
    )
    meant(differentialExpression(
        model, sce, groups = "type", batchid1 = "t cell",
        batch_correction = TRUE
    ), "batchid1", "T cell")
    # words that are not near are not suggested
    error <- expect_error(
        normalizedExpression(model, transform_batch = "monocyte")
    )
    expect_no_match(conditionMessage(error), "did you mean")
})

test_that("a transposed matrix is reported", {
    expect_argument_error(
        quick_train(t(counts), batch = sce$batch), "batch", "t\\(x\\)"
    )
    model <- quick_train(counts)
    expect_argument_error(latentRepresentation(model, t(counts)), "x",
                          "t\\(x\\)")
    expect_argument_error(latentRepresentation(model, unname(t(counts))), "x",
                          "t\\(x\\)")
    barcodes <- counts
    colnames(barcodes) <- vapply(seq_len(120), function(k) {
        paste0(paste(c("A", "C", "G", "T")[1 + (k * 7^(1:12)) %% 4],
                     collapse = ""), sprintf("-%d", k))
    }, "")
    expect_warning(quick_train(t(barcodes)), "transposed")
    genes <- counts
    rownames(genes) <- sprintf("ENSMUSG%011d", 1:20)
    expect_warning(quick_train(t(genes)), "transposed")
    expect_silent(quick_train(barcodes, n_epochs_kl_warmup = NULL))
    expect_silent(quick_train(genes, n_epochs_kl_warmup = NULL))
})

test_that("logarithms and scaled counts are reported", {
    scaled <- t(t(counts) / colSums(counts)) * 1e4
    expect_warning(quick_train(scaled), "scaled to a total of 10000")
    expect_warning(quick_train(log1p(scaled)),
                   "logarithms of counts that were scaled to a total of 10000")
    expect_warning(quick_train(as(log1p(counts), "dgCMatrix")),
                   "look like logarithms")
    expect_no_warning(quick_train(log1p(scaled), gene_likelihood = "normal"))
})

test_that("a continuous batch and names of cells as batch are reported", {
    withr::local_seed(1)
    expect_warning(quick_train(sce, batch = runif(120)),
                   "continuous_covariates")
    expect_warning(quick_train(sce, batch = colnames(sce)), "Are these cell names")
})

test_that("cells with one name and genes without a count are reported", {
    twins <- counts
    colnames(twins)[2] <- "cell_0"
    expect_warning(model <- quick_train(twins), "\"cell_0\"")
    expect_argument_error(
        latentRepresentation(model, subset.col = "cell_0"), "subset.col",
        "several cells"
    )
    silent <- counts
    silent[c(3, 5), ] <- 0
    expect_warning(quick_train(silent), "2 genes without.*\"gene_2\"")
    stored <- as(counts, "dgCMatrix")
    stored@x[stored@i == 2] <- 0
    expect_warning(quick_train(stored), "1 gene without")
    # those that are not used do not matter
    expect_no_warning(quick_train(silent, subset.row = c(1, 2, 4, 6:20)))
})

test_that("arguments that a function gives by itself are refused in words", {
    model <- quick_train(sce, batch = "batch")
    expect_argument_error(
        differentialExpression(model, sce, groups = "batch", subset.col = 1:5),
        "subset.col", "`subset`"
    )
    for (argument in c("needs_counts", "known", "dots", "prefers_counts")) {
        call <- function(verb, ...) {
            do.call(verb, c(list(...), setNames(list(TRUE), argument)))
        }
        expect_argument_error(call(elbo, model, sce), argument)
        expect_argument_error(call(normalizedExpression, model), argument)
        expect_argument_error(call(minify, model, sce), argument)
        expect_argument_error(
            call(differentialAbundance, model, sample = "batch"), argument
        )
    }
    expect_argument_error(scviModel(model, foo = 1), "foo", "no argument")
    expect_argument_error(
        posteriorPredictiveCheck(model, sce, sink = "HDF5Array"), "sink"
    )
})

test_that("arguments of other programs are named where they come first", {
    sce <- toy_sce(20, 2, 30)
    model <- quick_train(sce, batch = "batch")
    expect_argument_error(mapQuery(adata = sce, reference = model), "adata",
                          "`x`")
    expect_argument_error(elbo(adata = sce), "adata", "`object`")
    for (verb in list(elbo, latentRepresentation, differentialExpression)) {
        expect_argument_error(verb(), "object", "a model or an object with one")
    }
    expect_argument_error(topMarkers(), "de", "differentialExpression()")
    expect_argument_error(tuneSCVI(sce), "space", "what to try")
    expect_argument_error(readCounts(), "file")
    expect_argument_error(readCounts("f.h5ad", layer = "counts"), "layer",
                          "`assay`")
    expect_argument_error(readCounts(filename = "f.h5ad"), "filename", "`file`")
    expect_argument_error(
        differentialExpression(model, sce, groups = "batch", features = "g"),
        "features", "rows of the result"
    )
    for (name in c("n_top_genes", "nfeatures")) {
        expect_argument_error(
            do.call(selectGenes, c(list(sce), setNames(list(5), name))), name,
            "it is `n`[.]?$"
        )
        expect_argument_error(
            do.call(trainSCVI, c(list(sce), setNames(list(5), name))), name,
            "`subset.row`, the genes to use"
        )
    }
    expect_argument_error(unminify(quick_run(sce), foo = 1), "foo")
    expect_argument_error(exampleSCE(n_cells = 1e9), "n_cells", "GB")
})

test_that("barcodes with the prefix of their sample are recognized as columns", {
    withr::local_seed(1)
    barcodes <- replicate(60, paste(sample(c("A", "C", "G", "T"), 16, TRUE),
                                    collapse = ""))
    counts <- toy_counts(20, 60)
    rownames(counts) <- c("CD3D", "GAPDH", paste0("GENE", 3:20))
    for (form in c("s1_%s-1", "%s-1_2", "sample.2#%s", "%s")) {
        colnames(counts) <- sprintf(form, barcodes)
        expect_no_warning(quick_train(counts))
        expect_warning(quick_train(t(counts)), "seems to be transposed")
    }
})

test_that("an untrained query says so wherever its latent space is used", {
    sce <- toy_sce(20, 2, 30)
    reference <- quick_train(sce, batch = "batch", labels = "labels")
    sce$batch <- paste0("new_", sce$batch)
    query <- loadQuery(sce, reference)
    expect_message(transferLabels(query, reference, k = 5), "not been trained")
    expect_message(exportScviTools(query, withr::local_tempfile()),
                   "not been trained")
})
