skip_if_not_installed("HDF5Array")
sce <- toy_sce(30, per_batch = 50)
model <- quick_train(sce, batch = "batch")
withr::local_options(HDF5Array.dump.dir = withr::local_tempdir())

test_that("expression in an HDF5 file equals that in memory", {
    ask <- function(...) normalizedExpression(model, ..., seed = 1)
    expected <- ask(batch_size = 16)
    on_disk <- ask(batch_size = 16, sink = "HDF5Array")
    expect_s4_class(on_disk, "HDF5Matrix")
    expect_identical(dimnames(on_disk), dimnames(sce))
    expect_identical(as.matrix(on_disk), expected)
    part <- ask(subset.row = c("gene_7", "gene_2"), subset.col = 9:3,
                sink = "HDF5Array")
    expect_identical(as.matrix(part),
                     ask(subset.row = c("gene_7", "gene_2"),
                         subset.col = 9:3))
    expect_identical(
        as.matrix(ask(batch_size = 16, sink = "RleArray")), expected
    )
})

test_that("draws in an HDF5 file equal those in memory", {
    ask <- function(...) {
        normalizedExpression(model, n_samples = 3, return_mean = FALSE,
                             batch_size = 16, seed = 1, ...)
    }
    on_disk <- ask(sink = "HDF5Array")
    expect_identical(dim(on_disk), c(30L, 100L, 3L))
    expect_identical(as.array(on_disk), ask())
})

test_that("predictive samples in an HDF5 file are the sparse ones", {
    ask <- function(...) {
        posteriorPredictiveSample(model, batch_size = 16, seed = 1, ...)
    }
    one <- ask(sink = "HDF5Array")
    expect_identical(DelayedArray::type(one), "integer")
    expect_equal(as.matrix(one), as.matrix(ask()))
    three <- ask(n_samples = 3, sink = "HDF5Array")
    expect_identical(dim(three), c(30L, 100L, 3L))
    expect_equal(as.array(three), simplify2array(lapply(
        ask(n_samples = 3), as.matrix
    )), ignore_attr = TRUE)
    mean <- ask(transform_batch = c("batch_0", "batch_1"),
                sink = "HDF5Array")
    expect_identical(DelayedArray::type(mean), "double")
})

test_that("likelihood parameters in HDF5 files equal those in memory", {
    for (give_mean in c(TRUE, FALSE)) {
        ask <- function(...) {
            likelihoodParameters(model, n_samples = 3, give_mean = give_mean,
                                 batch_size = 16, seed = 1, ...)
        }
        on_disk <- ask(sink = "HDF5Array")
        expect_s4_class(on_disk$mean, "HDF5Array")
        expect_identical(lapply(on_disk, as.array), ask())
    }
    poisson <- quick_train(sce, gene_likelihood = "poisson")
    expect_named(likelihoodParameters(poisson, sink = "HDF5Array"), "mean")
    expect_argument_error(
        likelihoodParameters(model, sink = 1), "sink", "name of a back end"
    )
})

test_that("a sink of one's own is filled", {
    file <- withr::local_tempfile(fileext = ".h5")
    sink <- HDF5Array::HDF5RealizationSink(
        dim(sce), dimnames(sce), filepath = file, name = "expression"
    )
    normalizedExpression(model, seed = 1, sink = sink)
    expect_identical(
        as.matrix(HDF5Array::HDF5Array(file, "expression")),
        normalizedExpression(model, seed = 1)
    )
    expect_argument_error(
        normalizedExpression(model, subset.row = 1:3, sink = sink), "sink",
        "30 x 100, but the result is 3 x 100"
    )
})

test_that("a viewport covers its block, wherever that lies", {
    dim <- c(3L, 10L, 2L)
    for (first in c(1, 4, 10)) {
        for (sample in 1:2) {
            last <- min(first + 3, 10)
            viewport <- scvigor:::.viewport(
                dim, c(1L, first, sample), c(3L, last - first + 1L, 1L)
            )
            expect_identical(dim(viewport), c(3L, as.integer(last - first + 1),
                                              1L))
            expect_identical(
                as.vector(DelayedArray::read_block(
                    array(seq_len(60), dim), viewport
                )),
                as.vector(array(seq_len(60), dim)[, first:last, sample])
            )
        }
    }
})

test_that("unknown back ends list the known ones, nothing is left behind", {
    for (bad in list("HDF6", 1, c("HDF5Array", "RleArray"), NA)) {
        expect_argument_error(normalizedExpression(model, sink = bad), "sink",
                              "\"HDF5Array\"")
    }
    before <- DelayedArray::getAutoRealizationBackend()
    normalizedExpression(model, sink = "RleArray")
    expect_identical(DelayedArray::getAutoRealizationBackend(), before)
})

test_that("no block is larger than `batch_size` cells", {
    query <- scvigor:::.decode_query(
        model, NULL, list(), transform_batch = NULL, n_samples = 2,
        subset.row = NULL, subset.col = NULL, name = NULL, batch_size = 30,
        seed = 1, num_threads = NULL, accelerator = "cpu",
        needs_library = FALSE, known = character()
    )
    sizes <- integer()
    record <- function(sample, first, block) {
        if (sample == 1) expect_equal(first, sum(sizes) + 1)
        sizes <<- c(sizes, if (sample == 1) ncol(block))
    }
    scvigor:::normalized_expression(query$pointer, query$cells, query$decode,
                                    1, record, query$compute)
    expect_identical(sizes, c(30L, 30L, 30L, 10L))
    sizes <- integer()
    scvigor:::posterior_predictive_sample(query$pointer, query$cells,
                                          query$decode, record, query$compute)
    expect_identical(sizes, c(30L, 30L, 30L, 10L))
})

test_that("an error while writing is an error of the verb", {
    broken <- function(...) stop("disk full")
    expect_error(
        scvigor:::normalized_expression(
            scvigor:::.handle(model),
            scvigor:::.query(model, NULL, list(), subset.col = NULL, name = NULL,
                             needs_counts = FALSE, known = "")$cells,
            list(batch_size = 30, seed = 1, n_samples = 1), 1, broken,
            scvigor:::.compute_options(1, "cpu")
        ), "disk full"
    )
})

test_that("chunks of an HDF5 file fit the blocks that are written", {
    expression <- normalizedExpression(
        model, batch_size = 16, seed = 1, sink = "HDF5Array"
    )
    expect_identical(DelayedArray::chunkdim(expression), c(30L, 16L))
    draws <- normalizedExpression(
        model, n_samples = 2, return_mean = FALSE, batch_size = 512, seed = 1,
        sink = "HDF5Array"
    )
    expect_identical(DelayedArray::chunkdim(draws), c(30L, 100L, 1L))
    expect_identical(.chunk_of_blocks(c(20000, 1e5), 500), c(2000L, 500L))
    expect_identical(.chunk_of_blocks(c(10, 1e8), 1e7), c(1L, 1000000L))
    expect_identical(.chunk_of_blocks(c(0, 5), 512), c(1L, 5L))
})
