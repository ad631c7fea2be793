# Names win over positions, wherever a value belongs to a cell, a gene or an
# object.

counts <- toy_counts(20, 60)
donor <- setNames(rep(c("a", "b"), each = 30), rev(colnames(counts)))
in_order <- unname(donor[colnames(counts)])
batch_of <- function(model) {
    levels <- model@registry$batch$levels
    setNames(levels[model@codes$batch + 1], model@cells)
}

test_that("B07: a named vector is matched by its names", {
    model <- quick_train(counts, batch = donor)
    expect_identical(batch_of(model), donor[colnames(counts)])
    as_factor <- setNames(factor(donor), names(donor))
    expect_identical(batch_of(quick_train(counts, batch = as_factor)),
                     donor[colnames(counts)])
    # values of more cells than there are, names in one order, no names
    expect_identical(
        batch_of(quick_train(counts[, 5:50], batch = donor)),
        donor[colnames(counts)[5:50]]
    )
    expect_identical(batch_of(quick_train(counts, batch = in_order)),
                     donor[colnames(counts)])
    expect_identical(
        unname(batch_of(quick_train(unname(counts), batch = donor))),
        unname(donor)
    )
})

test_that("B07: so are the values of every other argument about cells", {
    expected <- quick_train(
        counts, labels = in_order, categorical_covariates = in_order,
        continuous_covariates = as.numeric(factor(in_order)),
        size_factor = seq_len(60)
    )
    named <- function(values) setNames(values, colnames(counts))[60:1]
    found <- quick_train(
        counts, labels = named(in_order),
        categorical_covariates = named(in_order),
        continuous_covariates = named(as.numeric(factor(in_order))),
        size_factor = named(seq_len(60))
    )
    expect_identical(found@codes, expected@codes)
    # asked again
    again <- latentRepresentation(
        found, counts[, 7:9], labels = named(in_order),
        categorical_covariates = named(in_order),
        continuous_covariates = named(as.numeric(factor(in_order))),
        size_factor = named(seq_len(60))
    )
    expect_equal(again, latentRepresentation(found)[7:9, ], tolerance = 1e-6)
})

test_that("B07: rows of a table are matched by their names", {
    table <- data.frame(
        site = in_order, plate = rep(c("x", "y"), 30),
        row.names = colnames(counts)
    )
    expected <- quick_train(counts, categorical_covariates = unname(
        as.matrix(table)
    ))
    for (shuffled in list(
        table[60:1, ], as.matrix(table)[60:1, ],
        S4Vectors::DataFrame(table)[60:1, ]
    )) {
        found <- quick_train(counts, categorical_covariates = shuffled)
        expect_identical(unname(found@codes$categorical),
                         unname(expected@codes$categorical))
    }
    # rows that R has numbered go by position
    rownames(table) <- NULL
    for (numbered in list(table, table[60:1, ], as.data.frame(table))) {
        found <- quick_train(counts, categorical_covariates = numbered)
        expect_identical(
            found@registry$categorical$site$levels[
                found@codes$categorical[, 1] + 1
            ],
            numbered$site
        )
    }
})

test_that("B07: names that do not fit are refused", {
    refused <- function(batch, regexp, x = counts) {
        expect_argument_error(quick_train(x, batch = batch), "batch", regexp)
    }
    refused(setNames(donor, paste0(names(donor), "-1")), "none of the cells")
    refused(donor[-1], "no value for 1 of the 60 cells")
    twice <- donor
    names(twice)[2] <- names(twice)[1]
    refused(twice, "no value for 1")
    refused(c(donor, donor[1]), "several are called")
    expect_argument_error(
        quick_train(counts, categorical_covariates = data.frame(
            site = donor, row.names = paste0(names(donor), "_x")
        )),
        "categorical_covariates", "none of the cells"
    )
    # names of a look-up say nothing about cells
    lookup <- c(s1 = "a", s2 = "b")[rep(c("s1", "s2"), each = 30)]
    expect_identical(
        unname(batch_of(quick_train(counts, batch = lookup))), unname(lookup)
    )
})

test_that("B07: a column with names of its own belongs to its rows", {
    sce <- toy_sce(20, 1, 60)
    sce$donor <- setNames(rep(c("a", "b"), each = 30), rev(colnames(sce)))
    expect_warning(model <- quick_train(sce, batch = "donor"), "in its row")
    expect_identical(unname(batch_of(model)), rep(c("a", "b"), each = 30))
})

test_that("B07: selections of cells and genes go by name", {
    model <- quick_train(counts)
    latent <- latentRepresentation(model)
    chosen <- setNames(colnames(counts) %in% c("cell_3", "cell_7"),
                       colnames(counts))
    expect_identical(
        latentRepresentation(model, subset.col = chosen[60:1]),
        latent[c("cell_3", "cell_7"), ]
    )
    highly <- setNames(rownames(counts) %in% paste0("gene_", 0:11),
                       rownames(counts))
    expect_identical(quick_train(counts, subset.row = highly[20:1])@genes,
                     paste0("gene_", 0:11))
    expect_argument_error(
        latentRepresentation(model, subset.col = which(chosen[60:1])),
        "subset.col", "others'"
    )
    expect_identical(latentRepresentation(model, subset.col = which(chosen)),
                     latent[c("cell_3", "cell_7"), ])
    split <- quick_train(counts, external_indexing = list(
        train = setNames(colnames(counts) != "cell_5", colnames(counts))[60:1],
        validation = "cell_5"
    ))
    expect_identical(trainingSplit(split)$validation, 6L)
})

test_that("B07: groups, sides and samples go by name", {
    sce <- toy_sce(20, 2, 40)
    model <- quick_train(sce, batch = "batch")
    type <- setNames(rep(c("A", "B"), c(30, 50)), colnames(sce))
    compare <- function(...) {
        differentialExpression(
            model, sce, ..., seed = 1, n_samples_overall = 200
        )$raw_mean1
    }
    expect_identical(compare(groups = type[80:1], group1 = "A"),
                     compare(groups = unname(type), group1 = "A"))
    expect_identical(compare(idx1 = (type == "A")[80:1]),
                     compare(idx1 = unname(type == "A")))
    half <- rep(c(TRUE, FALSE), 40)
    expect_identical(
        compare(groups = type, group1 = "A",
                subset = setNames(half, colnames(sce))[80:1]),
        compare(groups = type, group1 = "A", subset = half)
    )
    expect_identical(
        differentialAbundance(model, sce, sample = type[80:1]),
        differentialAbundance(model, sce, sample = unname(type))
    )
    check <- posteriorPredictiveCheck(model, sce, n_samples = 1, seed = 1)
    expect_identical(
        differentialExpressionCheck(check, type[80:1]),
        differentialExpressionCheck(check, unname(type))
    )
})

test_that("B07: labels of a reference go by name", {
    model <- quick_train(counts)
    kind <- setNames(rep(c("x", "y", "z"), 20), colnames(counts))
    expect_identical(
        transferLabels(model, model, kind[60:1], k = 5),
        transferLabels(model, model, unname(kind), k = 5)
    )
})

test_that("B06: cells with names of training cells are told by their counts", {
    plate <- function(seed) {
        counts <- toy_counts(20, 96, seed)
        colnames(counts) <- paste0(rep(LETTERS[1:8], each = 12), 1:12)
        counts
    }
    first <- plate(1)
    second <- plate(2)
    factors <- colSums(first) * 100
    model <- quick_train(first, size_factor = factors,
                         batch = rep(c("p", "q"), 48))
    ask <- function(x, ...) {
        normalizedExpression(model, x, ..., library_size = "latent", seed = 1)
    }
    expect_argument_error(ask(second), "batch", "all have other counts")
    expect_argument_error(ask(second, batch = rep("p", 96)), "size_factor",
                          "other counts than those")
    one_off <- first
    one_off[3, 5] <- one_off[3, 5] + 1
    expect_argument_error(ask(one_off), "batch", "1 has other counts")
    # those of training are known, in any order and number
    expect_equal(ask(first[20:1, ]), ask(first), tolerance = 1e-5)
    chosen <- c(9, 4)
    expect_equal(
        ask(first[, chosen]),
        ask(first[, chosen], size_factor = factors[chosen],
            batch = c("q", "p")[1 + chosen %% 2]),
        tolerance = 1e-5
    )
})

test_that("B06: counts that come back to an object are its own", {
    sce <- toy_sce(20, 1, 60)
    small <- minify(quick_run(sce))
    other <- sce
    SummarizedExperiment::assay(other)[2, 3] <- 99
    expect_argument_error(unminify(small, other), "x", "1 cell in `x` differ")
    full <- unminify(small, sce[, 60:1])
    expect_identical(SummarizedExperiment::assay(full, "counts"),
                     SummarizedExperiment::assay(sce, "counts"))
})

test_that("a minified object answers for its own cells", {
    sce <- toy_sce(20, 2, 40)
    sce$type <- rep(c("A", "B"), each = 40)
    small <- minify(quick_run(sce, batch = "batch"))
    shuffled <- small[, c(70, 1, 55, 20:30)]
    expect_identical(
        rownames(latentRepresentation(shuffled)), colnames(shuffled)
    )
    # and its table is that of its cells
    found <- differentialExpression(
        small[, 80:1], groups = "type", group1 = "A", all_stats = FALSE,
        pseudocounts = 1e-5, seed = 1
    )
    expected <- differentialExpression(
        small, groups = "type", group1 = "A", all_stats = FALSE,
        pseudocounts = 1e-5, seed = 1
    )
    expect_equal(found$scale1[order(found$gene)],
                 expected$scale1[order(expected$gene)], tolerance = 0.05)
    nameless <- small
    colnames(nameless) <- NULL
    expect_argument_error(latentRepresentation(nameless[, 1:5]), "object",
                          "which are they")
})

test_that("further training puts latents where the object has the cells", {
    sce <- quick_run(toy_sce(20, 2, 40), batch = "batch")
    shuffled <- sce[, 80:1]
    trained <- continueTraining(shuffled, max_epochs = 1, seed = 1,
                                verbose = FALSE)
    expected <- latentRepresentation(scviModel(trained))
    expect_identical(
        unname(SingleCellExperiment::reducedDim(trained, "scVI")),
        unname(expected[colnames(shuffled), ])
    )
})

test_that("genes without names are matched by their number alone", {
    bare <- unname(counts)
    colnames(bare) <- colnames(counts)
    model <- quick_train(bare)
    expected <- latentRepresentation(model)
    named <- bare
    rownames(named) <- paste0("ENSG", 1:20)
    expect_message(found <- latentRepresentation(model, named),
                   "in the same order")
    expect_equal(found, expected, tolerance = 1e-6)
    rownames(named) <- paste0("gene_", 20:1)
    expect_argument_error(latentRepresentation(model, named), "x",
                          "in another order")
    expect_argument_error(latentRepresentation(model, named[-1, ]), "x",
                          "20 without names")
    expect_equal(latentRepresentation(model, bare), expected)
    # a model of a file knows it too
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    expect_argument_error(latentRepresentation(file, named), "x")
    expect_message(query <- loadQuery(toy_counts(20, 30), model),
                   "in the same order")
    expect_identical(query@genes, model@genes)
})

test_that("objects of a list keep the names that they have", {
    parts <- list(a = counts[, 1:30], b = unname(counts[, 31:60]))
    rownames(parts$b) <- rownames(counts)
    model <- quick_train(parts)
    expect_identical(
        rownames(latentRepresentation(model)),
        c(colnames(counts)[1:30], paste0("b_", 1:30))
    )
})

test_that("objects of a list are their batches by name, or by their column", {
    a <- toy_sce(20, 1, 40)
    b <- toy_sce(20, 1, 40, seed = 5)
    colnames(b) <- paste0("other_", colnames(b))
    model <- quick_train(list(a, b))
    expect_argument_error(latentRepresentation(model, list(b)), "x",
                          "which batches")
    expect_argument_error(loadQuery(list(b), model), "x", "which batches")
    expect_equal(latentRepresentation(model, list(a, b)),
                 latentRepresentation(model), tolerance = 1e-6)
    a$batch <- "first"
    b$batch <- "second"
    by_column <- quick_train(list(a, b), batch = "batch")
    found <- normalizedExpression(by_column, list(b, a), seed = 1)
    expect_identical(found, normalizedExpression(
        by_column, list(b, a), batch = rep(c("second", "first"), each = 40),
        seed = 1
    ))
})

test_that("B07: arrays of one dimension and columns of a matrix have names too", {
    as_array <- function(values) tapply(values, names(values), identity)
    as_column <- function(values) as.matrix(values)
    factors <- setNames(seq_len(60) / 10, rev(colnames(counts)))
    table <- data.frame(donor, factors)[60:1, ]
    given <- list(
        batch = donor, labels = donor, categorical_covariates = donor,
        continuous_covariates = factors, size_factor = factors
    )
    expected <- do.call(quick_train, c(list(counts), given))@codes
    expected$continuous <- unname(expected$continuous)
    for (form in list(as_array, as_column)) {
        found <- do.call(
            quick_train, c(list(counts), lapply(given, form))
        )@codes
        found$continuous <- unname(found$continuous)
        expect_identical(found, expected)
    }
    model <- quick_train(counts, batch = donor)
    ask <- function(form) {
        list(
            differentialExpression(
                model, counts, batch = form(donor), groups = form(donor),
                n_samples_overall = 50, seed = 1
            )$lfc_median,
            differentialAbundance(model, sample = form(donor)),
            transferLabels(model, model, form(donor), k = 5)[[1]]
        )
    }
    expect_identical(ask(as_array), ask(identity))
    expect_identical(ask(as_column), ask(identity))
    # a factor with dimensions is a factor
    column <- factor(in_order)
    dim(column) <- c(60, 1)
    expect_identical(batch_of(quick_train(counts, batch = column)),
                     donor[colnames(counts)])
})

test_that("B06: cells with the totals of training cells are told by their genes", {
    plate <- function(seed) {
        withr::with_seed(seed, {
            p <- stats::rgamma(20, 0.5)
            counts <- matrix(rmultinom(96, 100, p), 20)
        })
        dimnames(counts) <- list(
            paste0("g", 1:20), paste0(rep(LETTERS[1:8], each = 12), 1:12)
        )
        counts
    }
    first <- plate(1)
    model <- quick_train(
        first, batch = rep(c("p", "q"), 48), encode_covariates = TRUE
    )
    expect_equal(latentRepresentation(model, first),
                 latentRepresentation(model), tolerance = 1e-5)
    permuted <- first
    rownames(permuted) <- rev(rownames(first))
    for (other in list(plate(2), permuted)) {
        expect_argument_error(latentRepresentation(model, other), "batch",
                              "some have other counts")
        expect_argument_error(
            continueTraining(model, other, max_epochs = 1, verbose = FALSE),
            "x", "counts of some cells differ"
        )
    }
    sce <- SingleCellExperiment::SingleCellExperiment(list(counts = first))
    other <- SingleCellExperiment::SingleCellExperiment(list(counts = permuted))
    expect_argument_error(unminify(minify(quick_run(sce)), other), "x",
                          "some cells")
})

test_that("rows of `space` go by the names of cells, if these tell them apart", {
    sce <- toy_sce(20, 2, 30)
    model <- quick_train(sce, batch = "batch")
    space <- latentRepresentation(model)
    expect_identical(
        batchMixing(model, sce, space = space[60:1, ], k = 5),
        batchMixing(model, sce, space = space, k = 5)
    )
    colnames(sce)[2] <- colnames(sce)[1]
    rownames(space) <- colnames(sce)
    expect_argument_error(
        batchMixing(model, sce, space = space[60:1, ], k = 5), "space",
        "apart"
    )
})
