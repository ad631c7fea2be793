# Nothing reaches C++ unchecked: matrices, threads, sizes.

sparse <- as(toy_counts(20, 60), "dgCMatrix")

# Each makes a matrix invalid in a way of its own.
damages <- list(
    `p overflowed` = function(m) {
        m@p[length(m@p)] <- 2000000000L
        m
    },
    `p not ascending` = function(m) {
        m@p[5] <- 0L
        m
    },
    `p NA` = function(m) {
        m@p[5] <- NA
        m
    },
    `p short` = function(m) {
        m@p <- m@p[-1]
        m
    },
    `p empty` = function(m) {
        m@p <- integer()
        m
    },
    `p missing` = function(m) {
        attr(m, "p") <- NULL
        m
    },
    `p a list` = function(m) {
        attr(m, "p") <- as.list(m@p)
        m
    },
    `i out of range` = function(m) {
        m@i[5] <- 2000000000L
        m
    },
    `i negative` = function(m) {
        m@i[5] <- -1L
        m
    },
    `i NA` = function(m) {
        m@i[5] <- NA
        m
    },
    `i short` = function(m) {
        m@i <- m@i[1:3]
        m
    },
    `i double` = function(m) {
        attr(m, "i") <- as.double(m@i)
        m
    },
    `i twice` = function(m) {
        m@i[2] <- m@i[1]
        m
    },
    `x short` = function(m) {
        m@x <- m@x[1:3]
        m
    },
    `x integer` = function(m) {
        attr(m, "x") <- as.integer(m@x)
        m
    },
    `Dim too wide` = function(m) {
        m@Dim <- c(20L, 2000000L)
        m
    },
    `Dim too short` = function(m) {
        m@Dim <- c(3L, 60L)
        m
    },
    `Dim negative` = function(m) {
        m@Dim <- c(20L, -60L)
        m
    },
    `Dim NA` = function(m) {
        m@Dim <- c(20L, NA)
        m
    },
    `Dim one` = function(m) {
        attr(m, "Dim") <- 20L
        m
    },
    `Dim missing` = function(m) {
        attr(m, "Dim") <- NULL
        m
    },
    `Dimnames short` = function(m) {
        attr(m, "Dimnames") <- list("a", NULL)
        m
    }
)

test_that("B01: a dgCMatrix with a wrong slot is an error that names `x`", {
    model <- quick_train(sparse)
    for (damage in names(damages)) {
        bad <- damages[[damage]](sparse)
        expect_argument_error(quick_train(bad), "x", "not a valid dgCMatrix")
        expect_argument_error(latentRepresentation(model, bad), "x")
        expect_argument_error(quick_train(list(sparse, bad)), "x", "\\[\\[2")
    }
})

test_that("B01: so is any other class of the Matrix package", {
    refused <- function(bad) {
        expect_argument_error(quick_train(bad), "x", "not a valid")
    }
    triplets <- as(sparse, "TsparseMatrix")
    for (index in c(-1L, 2000000000L, NA)) {
        bad <- triplets
        bad@i[3] <- index
        refused(bad)
        bad <- triplets
        bad@j[3] <- index
        refused(bad)
    }
    bad <- triplets
    bad@j <- bad@j[-1]
    refused(bad)
    by_row <- as(sparse, "RsparseMatrix")
    bad <- by_row
    bad@p[4] <- 2000000000L
    refused(bad)
    bad <- by_row
    bad@j[4] <- 60L
    refused(bad)
    logical <- sparse > 0
    logical@i[4] <- 99L
    refused(logical)
    dense <- Matrix::Matrix(as.matrix(sparse), sparse = FALSE)
    bad <- dense
    bad@x <- bad@x[-1]
    refused(bad)
    symmetric <- Matrix::forceSymmetric(Matrix::tcrossprod(sparse))
    attr(symmetric, "uplo") <- "X"
    refused(symmetric)
})

test_that("B01: also inside of what holds a matrix", {
    bad <- damages$`i out of range`(sparse)
    sce <- toy_sce(20, 1, 60)
    sce@assays@data$counts <- bad
    expect_argument_error(quick_train(sce), "x", "not a valid dgCMatrix")
    expect_argument_error(quick_run(sce), "x", "not a valid dgCMatrix")
    delayed <- DelayedArray::DelayedArray(sparse)
    delayed@seed <- damages$`p overflowed`(sparse)
    expect_argument_error(quick_train(delayed), "x", "not valid")
    skip_if_not_installed("SeuratObject")
    seurat <- suppressWarnings(SeuratObject::CreateSeuratObject(sparse))
    assay <- seurat[["RNA"]]
    if (inherits(assay, "StdAssay")) {
        assay@layers$counts <- bad
    } else {
        assay@counts <- bad
    }
    seurat@assays$RNA <- assay
    expect_argument_error(quick_train(seurat), "x", "not a valid ")
})

test_that("B01: rows that are only out of order are sorted", {
    shuffled <- sparse
    for (cell in seq_len(ncol(sparse))) {
        at <- seq.int(sparse@p[cell] + 1, sparse@p[cell + 1])
        shuffled@i[at] <- rev(sparse@i[at])
        shuffled@x[at] <- rev(sparse@x[at])
    }
    expect_identical(modelWeights(quick_train(shuffled)),
                     modelWeights(quick_train(sparse)))
})

test_that("B01: what a damaged pointer claims is not allocated", {
    bad <- damages$`p overflowed`(sparse)
    gc(reset = TRUE)
    expect_argument_error(quick_train(bad), "x", "not a valid dgCMatrix")
    used <- gc()
    expect_lt(sum(used[, ncol(used)]), 1000)
})

test_that("B01: the quick check and the validity method agree", {
    expect_true(scvigor:::has_valid_slots(sparse))
    nameless <- sparse
    dimnames(nameless) <- list(NULL, NULL)
    expect_true(scvigor:::has_valid_slots(nameless))
    expect_true(scvigor:::has_valid_slots(sparse[, 0]))
    expect_true(scvigor:::has_valid_slots(sparse[0, ]))
    for (damage in names(damages)) {
        expect_false(scvigor:::has_valid_slots(damages[[damage]](sparse)))
    }
    for (at in c(1, 2, 100, length(sparse@i))) {
        for (wrong in c(-1L, 20L, NA, .Machine$integer.max)) {
            bad <- sparse
            bad@i[at] <- wrong
            expect_false(scvigor:::has_valid_slots(bad))
        }
    }
})

test_that("a class that extends dgCMatrix is one", {
    name <- "scvigorTestCounts"
    setClass(name, contains = "dgCMatrix",
             representation(note = "character"), where = globalenv())
    withr::defer(removeClass(name, where = globalenv()))
    counts <- new(name, sparse, note = "of a test")
    expect_identical(modelWeights(quick_train(counts)),
                     modelWeights(quick_train(sparse)))
    counts@i[4] <- 99L
    expect_argument_error(quick_train(counts), "x", "not a valid")
})

test_that("B01: C++ itself refuses slots that do not fit together", {
    for (damage in c("p overflowed", "p not ascending", "p short", "p missing",
                     "p a list", "i short", "i double", "x short", "x integer",
                     "Dim negative", "Dim NA", "Dim one", "Dim missing")) {
        expect_argument_error(
            scvigor:::log_library_sizes(damages[[damage]](sparse)), "x",
            "valid dgCMatrix"
        )
    }
})

test_that("cell tables of another length are an error", {
    sce <- toy_sce(20, 1, 60)
    sce@colData <- sce@colData[1:50, ]
    expect_argument_error(quick_train(sce), "x")
})

test_that("B03: threads beyond the processors are capped", {
    processors <- scvigor:::machine_info()$n_processors
    for (n in c(processors + 1, 1e5, .Machine$integer.max)) {
        expect_message(
            model <- quick_train(sparse, num_threads = n),
            "processor", class = "scvigor_message"
        )
    }
    expect_message(
        expect_equal(latentRepresentation(model, sparse, num_threads = 1e5),
                     latentRepresentation(model), tolerance = 1e-6),
        "num_threads"
    )
    expect_silent(quick_train(
        sparse, num_threads = processors, n_epochs_kl_warmup = NULL
    ))
    expect_message(transferLabels(model, model, rep("a", 60), k = 3,
                                  num_threads = 1e4))
})

test_that("B32: a number of threads that is not an integer is an error", {
    for (n in list(3e9, 2^60, Inf, 1.5, NA, -1, "2", 1:2)) {
        expect_argument_error(quick_train(sparse, num_threads = n),
                              "num_threads")
    }
})

test_that("B36: any OMP_NUM_THREADS runs, with no more than the processors", {
    processors <- scvigor:::machine_info()$n_processors
    code <- c(
        "counts <- matrix(rpois(2000, 2), 20)",
        "model <- scvigor::trainSCVI(counts, max_epochs = 1, n_hidden = 8)",
        "cat(scvigor:::runtime_info()$num_threads, '\\n')",
        "cat(Sys.getenv('OMP_NUM_THREADS'), '\\n')"
    )
    values <- c("-3", "99999999999", "100000", "0", "abc", "1,2")
    for (value in values_in_sessions(values)) {
        session <- run_session(code, paste0("OMP_NUM_THREADS=", value))
        expect_identical(session$status, 0L, info = session$out)
        printed <- trimws(tail(session$out, 2))
        expect_lte(as.integer(printed[1]), processors)
        expect_identical(printed[2], value)
        # nothing of LibTorch's
        expect_no_match(paste(session$out, collapse = "\n"), "frame #")
    }
})

test_that("B38: options too large for the machine name the gigabytes", {
    refused <- function(argument, ...) {
        expect_argument_error(quick_train(sparse, ...), argument,
                              "[0-9.]+ GB.*[0-9.,]+ GB are available")
    }
    for (size in c(2^31, 1e9, 2^53)) {
        refused("n_hidden", n_hidden = size)
        refused("n_latent", n_latent = size * 100 / max(1, size / 2^46))
    }
    refused("n_layers", n_layers = 1e12)
    refused("batch_embedding_dim", batch_embedding_dim = 1e11,
            batch_representation = "embedding")
    # what a minibatch would take is counted by the cells that there are
    expect_no_error(quick_train(sparse, batch_size = 1e12))
    model <- quick_train(sparse)
    too_large <- function(argument, expr) {
        expect_argument_error(expr, argument, "GB")
    }
    too_large("n_samples", normalizedExpression(
        model, n_samples = 1e9, return_mean = FALSE
    ))
    too_large("n_samples", posteriorPredictiveSample(model, n_samples = 1e9))
    too_large("n_samples", likelihoodParameters(model, n_samples = 1e9))
    too_large("n_samples_overall",
              normalizedExpression(model, n_samples_overall = 1e12))
    too_large("n_samples_overall", differentialExpression(
        model, sparse, idx1 = 1:30, n_samples_overall = 1e12
    ))
    too_large("m_permutation", differentialExpression(
        model, sparse, idx1 = 1:30, use_permutation = TRUE,
        m_permutation = 1e13
    ))
    logistic <- quick_train(sparse, latent_distribution = "ln")
    too_large("mc_samples", latentRepresentation(logistic, mc_samples = 1e12))
})

test_that("counts of settings are exact numbers", {
    model <- quick_train(sparse)
    for (size in list(2^54, 1e300, Inf, NA, 0, 2.5)) {
        expect_argument_error(elbo(model, sparse, batch_size = size),
                              "batch_size")
    }
    for (seed in list(-1, -2^54, 1e300, -Inf, NA, 2.5)) {
        expect_argument_error(quick_train(sparse, seed = seed), "seed")
    }
    expect_equal(latentRepresentation(model, sparse, batch_size = 2^53),
                 latentRepresentation(model), tolerance = 1e-6)
})
