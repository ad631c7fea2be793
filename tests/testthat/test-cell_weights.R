sce <- toy_sce(20, n_batches = 2, per_batch = 60)
# few of one kind
sce$kind <- rep(c("rare", "common"), c(12, 108))
sce$weight <- seq_len(120) / 10

weights_of <- function(model) scvigor:::.codes(model)$cell_weights
contents <- function(model) {
    list(modelWeights(model), latentRepresentation(model),
         as.list(trainingHistory(model)), weights_of(model))
}

test_that("without them a model has no weights, and every cell trains", {
    model <- quick_train(sce)
    expect_null(weights_of(model))
    expect_output(print(model), "120 cells")
    expect_false(any(grepl("weighted", capture.output(model))))
})

test_that("balance_by gives each level the same weight in training", {
    for (kind in list("kind", sce$kind, factor(sce$kind))) {
        model <- quick_train(sce, balance_by = kind)
        train <- trainingSplit(model)$train
        sums <- tapply(weights_of(model)[train], sce$kind[train], sum)
        expect_equal(as.vector(sums), c(1, 1))
        within <- tapply(
            weights_of(model), sce$kind, function(w) diff(range(w))
        )
        expect_equal(as.vector(within), c(0, 0))
        expect_output(print(model), "weighted cells")
    }
})

test_that("cell_weights are in proportion to those given", {
    model <- quick_train(sce, cell_weights = "weight")
    expect_equal(weights_of(model), sce$weight / 12)
    expect_identical(
        contents(quick_train(sce, cell_weights = sce$weight)), contents(model)
    )
    scaled <- quick_train(sce, cell_weights = 1e300 * sce$weight)
    expect_equal(weights_of(scaled), weights_of(model))
    both <- quick_train(sce, balance_by = "kind", cell_weights = "weight")
    train <- trainingSplit(both)$train
    sums <- tapply(weights_of(both)[train], sce$kind[train], sum)
    expect_equal(as.vector(sums), c(1, 1))
    ratio <- weights_of(both) / sce$weight
    expect_equal(unname(tapply(ratio, sce$kind, sd)), array(c(0, 0)))
})

test_that("cells of weight 0 are not trained on", {
    only <- replace(numeric(120), 13:120, 1)
    changed <- sce
    counts <- SingleCellExperiment::counts(sce)
    counts[, 1:12] <- rev(counts[, 1:12])
    SingleCellExperiment::counts(changed) <- counts
    split <- list(validation = 100:120)
    expect_identical(
        modelWeights(quick_train(
            sce, cell_weights = only, external_indexing = split
        )),
        modelWeights(quick_train(
            changed, cell_weights = only, external_indexing = split
        ))
    )
})

test_that("weights change the training, not the split, nor what is held out", {
    train <- function(...) quick_train(sce, check_val_every_n_epoch = 1, ...)
    plain <- train()
    model <- train(balance_by = "kind")
    expect_identical(trainingSplit(model), trainingSplit(plain))
    expect_false(identical(modelWeights(model), modelWeights(plain)))
    expect_identical(contents(train(balance_by = "kind")), contents(model))
    # validation looks at the same cells, once each
    held_out <- trainingSplit(model)$validation
    weights <- replace(rep(1, 120), held_out, 64)
    other <- replace(rep(1, 120), held_out, 0)
    expect_identical(
        as.list(trainingHistory(train(cell_weights = weights))),
        as.list(trainingHistory(train(cell_weights = other)))
    )
})

test_that("names win over positions", {
    order <- withr::with_seed(1, sample(120))
    named <- setNames(sce$weight, colnames(sce))[order]
    expect_equal(weights_of(quick_train(sce, cell_weights = named)),
                 sce$weight / 12)
    kinds <- setNames(sce$kind, colnames(sce))
    expect_identical(
        contents(quick_train(sce, balance_by = kinds[order])),
        contents(quick_train(sce, balance_by = "kind"))
    )
    expect_argument_error(
        quick_train(sce, cell_weights = setNames(
            sce$weight, c("elsewhere", colnames(sce)[-1])
        )), "cell_weights", "no value for 1 of the 120 cells"
    )
})

test_that("values that no cells can be drawn by are errors in plain words", {
    wrong <- function(weights, regexp) {
        expect_argument_error(
            quick_train(sce, cell_weights = weights), "cell_weights", regexp
        )
    }
    wrong(replace(sce$weight, 3, -1), "not be negative; it has 1 value below 0")
    wrong(replace(sce$weight, 3, NA), "1 missing or infinite value")
    wrong(replace(sce$weight, 3:4, Inf), "2 missing or infinite values")
    wrong(numeric(120), "All 108 training cells have a weight of 0")
    wrong(1:119, "119 values for 120 cells")
    wrong(rep("a", 120), "must be numeric, not character")
    wrong("wombat", "no column \"wombat\"")
    wrong("kind", "must be numeric")
    wrong(list(1), "must be a column name or a vector")
    balance <- function(by, regexp) {
        expect_argument_error(
            quick_train(sce, balance_by = by), "balance_by", regexp
        )
    }
    balance(replace(sce$kind, 5, NA), "1 missing value")
    balance("wombat", "no column \"wombat\"")
    balance(1:119, "119 values for 120 cells")
    balance(c("kind", "batch"), "2 values for 120 cells")
    expect_warning(
        quick_train(sce, balance_by = replace(sce$kind, 50, "single"),
                    external_indexing = list(validation = 1:5)),
        "fewer than 3 cells: \"single\""
    )
})

test_that("a level that only held-out cells have is no error", {
    split <- list(validation = 1:12)
    model <- quick_train(sce, balance_by = "kind", external_indexing = split)
    expect_equal(weights_of(model), rep(c(0, 1 / 108), c(12, 108)))
})

test_that("a checkpoint keeps the weights; a resumed run is the whole run", {
    train <- function(...) {
        quick_train(sce, balance_by = "kind", cell_weights = "weight", ...)
    }
    whole <- train(max_epochs = 5)
    file <- withr::local_tempfile(fileext = ".h5")
    train(max_epochs = 3, checkpoint = file)
    resumed <- resumeTraining(file, sce, max_epochs = 5, verbose = FALSE)
    expect_identical(contents(resumed), contents(whole))
    expect_argument_error(
        resumeTraining(file, sce, balance_by = "kind", verbose = FALSE),
        "balance_by"
    )
})

test_that("further training keeps weights, unless others are given", {
    model <- quick_train(sce, balance_by = "kind")
    further <- function(...) {
        continueTraining(model, ..., max_epochs = 1, seed = 2, verbose = FALSE)
    }
    expect_identical(weights_of(further(sce)), weights_of(model))
    expect_identical(
        contents(further(sce, balance_by = "kind")), contents(further(sce))
    )
    expect_null(weights_of(further(sce, balance_by = NULL)))
    order <- withr::with_seed(2, sample(120))
    given <- further(sce[, order], cell_weights = "weight")
    expect_equal(weights_of(given), sce$weight / 12)
    expect_equal(
        weights_of(further(sce[, order], cell_weights = sce$weight[order])),
        sce$weight / 12
    )
    expect_argument_error(further(sce, cell_weights = 1:3), "cell_weights")
})

test_that("a saved model keeps its weights; minify() those of its cells", {
    model <- quick_train(sce, cell_weights = "weight")
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    expect_identical(weights_of(loadSCVI(file)), weights_of(model))
    expect_true(methods::validObject(loadSCVI(file)))
    broken <- model
    broken@codes$cell_weights <- -1
    expect_error(methods::validObject(broken), "from 0 per cell")
})

test_that("all that trains takes weights", {
    run <- quick_run(sce, balance_by = "kind")
    expect_length(weights_of(scviModel(run)), 120)
    latent <- calculateSCVI(
        sce, balance_by = "kind", max_epochs = 1, n_hidden = 8, seed = 1
    )
    expect_identical(dim(latent), c(120L, 10L))
    reference <- quick_train(sce[, 1:60], batch = "batch")
    query <- sce[, 61:120]
    mapped <- mapQuery(
        query, reference, balance_by = rep(c("a", "b"), c(50, 10)),
        max_epochs = 1, seed = 1
    )
    expect_length(weights_of(scviModel(mapped)), 60)
    plain <- mapQuery(query, reference, max_epochs = 1, seed = 1)
    expect_false(identical(
        modelWeights(scviModel(mapped)), modelWeights(scviModel(plain))
    ))
    tuned <- tuneSCVI(
        sce, list(n_latent = 2:3), balance_by = "kind", max_epochs = 2,
        n_hidden = 8, seed = 1, verbose = FALSE
    )
    expect_length(weights_of(tuned$model), 120)
})

test_that("cells in a packed file are shuffled in blocks if it is too large", {
    file <- withr::local_tempfile()
    packed <- packCounts(sce, file)
    plain <- quick_train(packed)
    expect_null(trainOptions(plain)$shuffle_block_size)
    expect_identical(modelWeights(plain), modelWeights(quick_train(sce)))
    data <- scvigor:::.count_data(packed)
    chosen <- function(memory, train = list(), from = data) {
        scvigor:::.set_shuffle(train, from, memory)$shuffle_block_size
    }
    expect_message(
        expect_equal(chosen(100), 16),
        "more than the .* of memory that are free: cells are shuffled in blocks"
    )
    expect_silent(expect_null(chosen(1e9)))
    expect_silent(expect_equal(chosen(100, list(shuffle_block_size = 1)), 1))
    expect_silent(expect_null(chosen(100, from = scvigor:::.count_data(sce))))
    # in memory they are shuffled alike
    expect_identical(
        modelWeights(quick_train(sce, shuffle_block_size = 16)),
        modelWeights(quick_train(packed, shuffle_block_size = 16))
    )
    expect_argument_error(
        quick_train(sce, shuffle_block_size = 0), "shuffle_block_size"
    )
})
