# Differential expression with every kind of model and every form of cells.

sce <- toy_sce(30, per_batch = 60)
ask <- function(model, x = sce, ..., groups = "labels",
                group1 = "label_0") {
    differentialExpression(
        model, x, groups = groups, group1 = group1, n_samples_overall = 200,
        seed = 1, ...
    )
}

# What any table must be like.
expect_sound <- function(de, n_genes = 30) {
    expect_identical(nrow(de), as.integer(n_genes))
    numbers <- Filter(is.numeric, as.list(de))
    expect_true(all(vapply(numbers, function(x) all(is.finite(x)), NA)))
    expect_true(all(de$scale1 >= 0 & de$scale2 >= 0))
    expect_true(all(de$proba_de >= 0 & de$proba_de <= 1))
    expect_equal(de$proba_not_de, 1 - de$proba_de)
}

test_that("linear decoder, embeddings, gene-cell dispersion, covariates", {
    for (arguments in list(
        list(decoder = "linear"),
        list(decoder = "linear", linear_decoder_bias = TRUE,
             gene_likelihood = "nb"),
        list(batch_representation = "embedding"),
        list(dispersion = "gene-cell", n_layers = 2),
        list(latent_distribution = "ln"),
        list(use_observed_lib_size = FALSE),
        list(categorical_covariates = "cat1",
             continuous_covariates = "cont1", encode_covariates = TRUE)
    )) {
        model <- do.call(quick_train, c(list(sce, batch = "batch"), arguments))
        for (corrected in c(FALSE, TRUE)) {
            de <- ask(model, batch_correction = corrected)
            expect_sound(de)
            expect_equal(sum(de$scale1), 1, tolerance = 1e-4)
        }
    }
})

test_that("a model with a size factor: expression need not sum to 1", {
    model <- quick_train(sce, size_factor = "size_factor")
    de <- ask(model)
    expect_sound(de)
    expect_gt(abs(sum(de$scale1) - 1), 0.01)
})

test_that("poisson and normal likelihoods", {
    expect_sound(ask(quick_train(sce, gene_likelihood = "poisson")))
    logs <- sce
    SummarizedExperiment::assay(logs) <-
        log1p(SummarizedExperiment::assay(sce))
    model <- quick_train(logs, gene_likelihood = "normal")
    expect_sound(ask(model, logs))
})

test_that("double precision gives what single precision gives", {
    single <- quick_train(sce, batch = "batch")
    double <- quick_train(sce, batch = "batch", precision = "float64")
    # the same weights; draws differ
    double@weights <- single@weights
    double@cache <- new.env()
    tables <- lapply(list(single, double), function(model) {
        de <- differentialExpression(
            model, sce, groups = "labels", group1 = "label_0",
            n_samples_overall = 20000, seed = 1
        )
        expect_sound(de)
        de[match(rownames(sce), de$gene), ]
    })
    off <- function(column) {
        max(abs(tables[[1]][[column]] - tables[[2]][[column]]))
    }
    expect_lt(off("lfc_mean"), 6 * max(tables[[1]]$lfc_std) / sqrt(20000))
    expect_lt(off("proba_de"), 6 * 0.5 / sqrt(20000))
})

test_that("the scales are the mean normalized expression of the group", {
    model <- quick_train(sce, batch = "batch", max_epochs = 5)
    de <- differentialExpression(
        model, sce, groups = "labels", group1 = "label_0",
        n_samples_overall = 20000, seed = 1
    )
    one <- sce$labels == "label_0"
    expected <- rowMeans(normalizedExpression(
        model, sce[, one], n_samples = 50, seed = 2
    ))
    expect_equal(de$scale1, unname(expected[de$gene]), tolerance = 0.01)
})

test_that("threads do not change the answer", {
    model <- quick_train(sce, batch = "batch")
    expect_identical(ask(model, num_threads = 1), ask(model, num_threads = 2))
})

test_that("a stored result answers for its own cells", {
    run <- quick_run(sce, batch = "batch")
    de <- differentialExpression(
        run, groups = "labels", group1 = "label_0", n_samples_overall = 200,
        seed = 1
    )
    expect_sound(de)
    expect_identical(de, ask(run, sce))
    expect_argument_error(
        differentialExpression(run, groups = "labels", name = "other"), "name"
    )
})

test_that("DS09 the data are left as they were", {
    before <- sce
    model <- quick_train(sce, batch = "batch")
    invisible(ask(model))
    invisible(differentialExpression(
        model, sce, idx1 = "batch == 'batch_0'", n_samples_overall = 50
    ))
    expect_identical(sce, before)
})

test_that("a minified object has its cell table but no counts", {
    run <- minify(quick_run(sce, batch = "batch"))
    expect_argument_error(
        differentialExpression(run, groups = "batch"), "x", "all_stats"
    )
    de <- differentialExpression(
        run, groups = "batch", group1 = "batch_0", all_stats = FALSE,
        pseudocounts = 1e-5, n_samples_overall = 200, seed = 1
    )
    expect_sound(de)
    expect_null(de$raw_mean1)
})

test_that("Seurat objects", {
    skip_if_not_installed("SeuratObject")
    counts <- SummarizedExperiment::assay(sce)
    rownames(counts) <- sub("_", "-", rownames(counts))
    object <- SeuratObject::CreateSeuratObject(
        counts,
        meta.data = as.data.frame(SummarizedExperiment::colData(sce))
    )
    model <- quick_train(object, batch = "batch")
    de <- ask(model, object)
    expect_sound(de)
    expect_setequal(de$gene, rownames(object))
    own <- quick_run(object, batch = "batch")
    expect_identical(
        differentialExpression(
            own, idx1 = "labels == 'label_0'", n_samples_overall = 200,
            seed = 1
        )$lfc_mean,
        differentialExpression(
            own, object, idx1 = which(object$labels == "label_0"),
            n_samples_overall = 200, seed = 1
        )$lfc_mean
    )
})

test_that("a plain matrix, with groups as a vector", {
    counts <- SummarizedExperiment::assay(sce)
    model <- quick_train(counts, batch = sce$batch)
    de <- ask(model, counts, batch = sce$batch, groups = sce$labels)
    expect_sound(de)
    expect_argument_error(
        differentialExpression(model, counts, batch = sce$batch,
                               idx1 = "labels == 'label_0'"),
        "idx1", "no cell table"
    )
})

test_that("a few cells of the data, and a group of one", {
    model <- quick_train(sce, batch = "batch")
    expect_sound(ask(model, sce[, 1:10],
                     groups = rep(c("a", "b"), c(1, 9)), group1 = "a"))
    expect_sound(ask(model, sce[sample(30), ]))
})

test_that("Ctrl-C is answered", {
    skip_on_os("windows")
    skip_if_not_installed("callr")
    started <- withr::local_tempfile()
    process <- callr::r_bg(
        function(model, sce, started) {
            loadNamespace("scvigor")
            tryCatch(
                {
                    file.create(started)
                    scvigor::differentialExpression(
                        model, sce, groups = "labels",
                        n_samples_overall = 5e6
                    )
                },
                interrupt = function(condition) "interrupted"
            )
        },
        list(model = quick_train(sce), sce = sce, started = started)
    )
    interrupt_when_started(process, started)
    expect_identical(process$get_result(), "interrupted")
})
