# Three groups of cells far apart, and a query near each.
centers <- rbind(c(0, 0), c(5, 0), c(0, 5))
withr::with_seed(1, {
    latent <- centers[rep(1:3, each = 20), ] + rnorm(120, sd = 0.3)
    query <- centers[rep(1:3, each = 4), ] + rnorm(24, sd = 0.3)
})
rownames(latent) <- paste0("r", seq_len(60))
rownames(query) <- paste0("q", seq_len(12))
groups <- rep(c("a", "b", "c"), each = 20)

test_that("cells get the label around them, with full confidence", {
    found <- transferLabels(query, latent, groups, k = 10)
    expect_s4_class(found, "DataFrame")
    expect_identical(found$label_predicted, rep(c("a", "b", "c"), each = 4))
    expect_equal(found$label_confidence, rep(1, 12))
    expect_identical(rownames(found), rownames(query))
})

test_that("numbers are labels as they are written in full", {
    numbers <- c(a = 1, b = 1e5, c = 2e5)[groups]
    found <- transferLabels(query, latent, numbers, k = 10)
    expect_identical(
        found$label_predicted, rep(c("1", "100000", "200000"), each = 4)
    )
})

test_that("neighbors weigh by the Gaussian kernel of scArches", {
    # written out for each cell
    by_hand <- function(cell, k) {
        distance <- sqrt(colSums((t(latent) - query[cell, ])^2))
        near <- order(distance)[seq_len(k)]
        d <- distance[near]
        s <- sqrt(mean((d - mean(d))^2))
        weight <- exp(-d / (2 / s)^2)
        share <- tapply(weight, groups[near], sum) / sum(weight)
        c(names(which.max(share)), max(share))
    }
    found <- transferLabels(query, latent, groups, k = 45)
    expected <- vapply(seq_len(12), by_hand, character(2), k = 45)
    expect_identical(found$label_predicted, expected[1, ])
    expect_equal(found$label_confidence, as.numeric(expected[2, ]))
    expect_true(all(found$label_confidence < 1))
})

test_that("distances of any size have weights", {
    far <- transferLabels(query * 1e6, latent * 1e6, groups, k = 45)
    expect_true(all(is.finite(far$label_confidence)))
    same <- matrix(1, 5, 2)
    even <- transferLabels(same, same, c("a", "b", "b", "c", "c"), k = 5)
    expect_identical(even$label_predicted, rep("b", 5))
    expect_equal(even$label_confidence, rep(0.4, 5))
})

test_that("the nearest cells vote, whatever the number of threads", {
    withr::with_seed(2, {
        many <- matrix(round(2 * rnorm(3000 * 7)) / 2, ncol = 7)
        few <- matrix(round(2 * rnorm(70 * 7)) / 2, ncol = 7)
        kinds <- sample(letters[1:4], 3000, TRUE)
    })
    by_hand <- vapply(seq_len(70), function(cell) {
        squared <- rowSums((many - rep(few[cell, ], each = 3000))^2)
        kinds[order(squared)[1]]
    }, "")
    one <- transferLabels(few, many, kinds, k = 1, num_threads = 1)
    expect_identical(one$label_predicted, by_hand)
    expect_identical(
        transferLabels(few, many, kinds, k = 30, num_threads = 1),
        transferLabels(few, many, kinds, k = 30, num_threads = 3)
    )
    # latent coordinates may be whole numbers
    expect_identical(
        transferLabels(matrix(1:4, 2), matrix(1:6, 3), letters[1:3], k = 1),
        transferLabels(matrix(c(1, 2, 3, 4), 2), matrix(c(1, 2, 3, 4, 5, 6), 3),
                       letters[1:3], k = 1)
    )
})

test_that("cells below the threshold are unknown", {
    between <- rbind(c(2.5, 0.01), c(0, 0))
    plain <- transferLabels(between, latent, groups, k = 40)
    expect_lt(plain$label_confidence[1], 0.8)
    strict <- transferLabels(between, latent, groups, k = 40,
                             min_confidence = plain$label_confidence[1] + 0.01,
                             unknown = "none")
    expect_identical(strict$label_predicted[1], "none")
    expect_identical(strict$label_confidence, plain$label_confidence)
    all <- transferLabels(between, latent, groups, k = 40, min_confidence = 1)
    expect_identical(all$label_predicted[1], "unknown")
})

test_that("several kinds of labels, of any type, travel together", {
    table <- data.frame(group = factor(groups), number = rep(1:2, 30),
                        flag = rep(c(TRUE, FALSE), each = 30))
    found <- transferLabels(query, latent, table, k = 10)
    expect_identical(colnames(found), paste0(
        rep(c("group", "number", "flag"), each = 3),
        c("_predicted", "_confidence", "_distance")
    ))
    expect_identical(found$group_predicted,
                     transferLabels(query, latent, groups,
                                    k = 10)$label_predicted)
    expect_true(all(found$number_predicted %in% c("1", "2")))
})

test_that("objects take the columns and give the labels", {
    parts <- query_parts()
    run <- quick_run(parts$reference, batch = "batch", labels = "labels")
    mapped <- mapQuery(parts$query, run, max_epochs = 1, seed = 1,
                       verbose = FALSE)
    named <- transferLabels(mapped, run, c("labels", "cat1"), k = 10)
    expect_s4_class(named, "SingleCellExperiment")
    expect_true(all(c("labels_predicted", "labels_confidence",
                      "cat1_predicted", "cat1_confidence") %in%
                        colnames(SummarizedExperiment::colData(named))))
    expect_false("labels_predicted" %in%
                     colnames(SummarizedExperiment::colData(mapped)))
    # models hold the labels they were trained with
    by_model <- transferLabels(scviModel(mapped), scviModel(run), k = 10)
    expect_identical(by_model$labels_predicted, named$labels_predicted)
    expect_identical(rownames(by_model), colnames(parts$query))
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(run, path)
    expect_identical(transferLabels(scviModel(mapped), path, k = 10), by_model)
    bare <- unminify(scviModel(run))
    expect_argument_error(
        transferLabels(mapped, bare, parts$reference$labels), "reference",
        "keeps no cells"
    )
    expect_argument_error(transferLabels(bare, run), "x", "keeps no cells")
    expect_identical(transferLabels(mapped, run, k = 10)$labels_confidence,
                     named$labels_confidence)
    expect_warning(transferLabels(named, run, "labels", k = 10), "replaced")
    # a cell is named after itself when it is its only neighbor
    own <- transferLabels(run, run, "cat1", k = 1)
    expect_identical(own$cat1_predicted, as.character(own$cat1))
})

test_that("latent spaces of different encoders are recognized", {
    parts <- query_parts()
    reference <- quick_run(parts$reference, batch = "batch", labels = "labels",
                           encode_covariates = TRUE, n_layers = 2)
    map <- function(...) {
        mapQuery(parts$query, reference, max_epochs = 1, lr = 0.05, seed = 1,
                 verbose = FALSE, ...)
    }
    named <- function(x, reference, ...) {
        transferLabels(x, reference, "labels", k = 5, ...)
    }
    expect_warning(named(map(), reference), NA)
    for (switch in c("freeze_expression", "freeze_batchnorm_encoder")) {
        moved <- do.call(map, stats::setNames(list(FALSE), switch))
        expect_warning(named(moved, reference), "encode cells differently")
    }
    expect_warning(named(map(unfrozen = TRUE), reference), "mapQuery")
    # a model of its own
    alone <- quick_run(parts$query, batch = "batch")
    expect_warning(named(alone, reference), "encode cells differently")
    # the way that the warning names
    joint <- map(unfrozen = TRUE, reference_data = parts$reference)
    of_query <- joint$cells_of == "query"
    expect_warning(named(joint[, of_query], joint[, !of_query]), NA)
    # coordinates speak for themselves
    latent <- SingleCellExperiment::reducedDim(reference)
    expect_warning(
        transferLabels(map(unfrozen = TRUE), latent, parts$reference$labels,
                       k = 5), NA
    )
})

test_that("the random numbers of R stay where they are", {
    withr::with_seed(1, {
        transferLabels(query, latent, groups, k = 10)
        expect_identical(runif(1), withr::with_seed(1, runif(1)))
    })
})

test_that("bad values of every argument are errors that name it", {
    refused <- function(argument, value, regexp = NULL) {
        arguments <- list(query, latent, groups, k = 10)
        names(arguments)[1:3] <- c("x", "reference", "labels")
        arguments[[argument]] <- value
        expect_argument_error(
            do.call(transferLabels, arguments), argument, regexp
        )
    }
    refused("x", query[, 1, drop = FALSE] > 0, "numeric")
    refused("x", "abc")
    refused("x", query * NA, "finite")
    refused("x", query[0, ], "no cells")
    expect_argument_error(transferLabels(reference = latent), "x", "Give")
    refused("reference", "no/such/file", "not the path")
    refused("reference", latent[, c(1, 2, 1)], "3")
    refused("reference", 1:3)
    refused("labels", groups[-1], "59 values")
    expect_message(
        transferLabels(query, latent, c(NA, groups[-1]), k = 10), "1 cell"
    )
    refused("labels", "cell_type", "no cell table")
    refused("k", 0)
    refused("k", "a")
    refused("min_confidence", 2, "0 to 1")
    refused("min_confidence", NA)
    refused("max_distance", 2, "0 to 1")
    refused("max_distance", "far")
    refused("unknown", NA_character_)
    refused("treshold", 1)
    refused("num_threads", 0)
    refused("num_threads", "two")
    expect_argument_error(transferLabels(query), "reference", "Give")
    expect_argument_error(transferLabels(query, latent), "labels", "Give")
    expect_warning(transferLabels(query, latent, groups, k = 100),
                   "60 cells")
    sce <- query_parts()$query
    expect_argument_error(transferLabels(sce, latent, groups), "x",
                          "no latent space")
    run <- quick_run(sce)
    expect_argument_error(
        transferLabels(run, latent, groups, name = "other"), "name", "scVI"
    )
    expect_argument_error(
        transferLabels(latent, run, "nonsense", k = 5), "reference"
    )
    expect_argument_error(
        transferLabels(run, run, "nonsense", k = 5), "labels", "nonsense"
    )
    expect_argument_error(transferLabels(run, run, k = 5), "labels",
                          "not trained")
})

mean_distance <- function(from, others, k) {
    distance <- sqrt(colSums((t(others) - from)^2))
    mean(sort(distance)[seq_len(k)])
}

test_that("distances are ranks among the reference's own", {
    found <- transferLabels(query, latent, groups, k = 10)
    own <- split(vapply(seq_len(60), function(cell) {
        mean_distance(latent[cell, ], latent[-cell, ], 10)
    }, 0), groups)
    far <- vapply(seq_len(12), function(cell) {
        mean_distance(query[cell, ], latent, 10)
    }, 0)
    rank <- vapply(seq_len(12), function(cell) {
        mean(own[[found$label_predicted[cell]]] < far[cell])
    }, 0)
    expect_equal(found$label_distance, rank)
    # cells where no reference cell is, next to one label alone
    outside <- rbind(query, new = c(9, 0), new = c(-4, -4))
    rownames(outside) <- paste0("cell_", seq_len(14))
    named <- transferLabels(outside, latent, groups, k = 10)
    expect_equal(named$label_confidence[13:14], c(1, 1))
    expect_identical(named$label_distance[13:14], c(1, 1))
    strict <- transferLabels(outside, latent, groups, k = 10,
                             max_distance = 0.95)
    expect_identical(strict$label_predicted[13:14], rep("unknown", 2))
    limit <- quantile((0:19) / 20, 0.95, names = FALSE)
    expect_identical(strict$label_predicted[1:12] == "unknown", rank > limit)
    expect_identical(strict$label_distance, named$label_distance)
    expect_identical(strict$label_confidence, named$label_confidence)
    # several labels at once, one of which some cells lack
    some <- data.frame(label = groups, other = replace(groups, 1:20, NA))
    several <- suppressMessages(
        transferLabels(outside, latent, some, k = 10, max_distance = 0.95)
    )
    expect_identical(several$label_predicted, strict$label_predicted)
    expect_true(all(several$other_predicted[1:4] == "unknown"))
})

test_that("in a large query a new type is found as a population", {
    withr::with_seed(5, {
        reference <- matrix(rnorm(2 * 900), ncol = 2)
        known <- matrix(rnorm(2 * 500), ncol = 2)
        new <- cbind(rnorm(100, 2, 0.25), rnorm(100, 2, 0.25))
    })
    cells <- rbind(known, new)
    found <- transferLabels(cells, reference, rep("a", 900), k = 20,
                            max_distance = 0.95)
    is_unknown <- found$label_predicted == "unknown"
    expect_gt(mean(is_unknown[501:600]), 0.7)
    expect_lt(mean(is_unknown[1:500]), 0.15)
    # the mean over a cell and its 29 nearest
    alone <- vapply(seq_len(600), function(cell) {
        mean_distance(cells[cell, ], reference, 20)
    }, 0)
    own <- vapply(seq_len(900), function(cell) {
        mean_distance(reference[cell, ], reference[-cell, ], 20)
    }, 0)
    rank <- vapply(alone, function(one) mean(own < one), 0)
    near <- order(colSums((t(cells) - cells[7, ])^2))[1:30]
    expect_equal(found$label_distance[7], mean(rank[near]))
    # any number of threads, one cell, one reference cell
    expect_identical(
        transferLabels(cells, reference, rep("a", 900), k = 20,
                       num_threads = 1)$label_distance, found$label_distance
    )
    expect_no_error(transferLabels(cells[1, , drop = FALSE], reference,
                                   rep("a", 900), max_distance = 0.9))
    expect_no_error(suppressWarnings(transferLabels(
        cells, reference[1, , drop = FALSE], "a", max_distance = 0.9
    )))
})

test_that("BNPARAM searches with BiocNeighbors", {
    skip_if_not_installed("BiocNeighbors")
    latent <- withr::with_seed(1, matrix(rnorm(600 * 4), 600))
    types <- rep(c("a", "b", "c"), 200)
    latent[, 1] <- latent[, 1] + 6 * match(types, c("a", "b", "c"))
    query <- latent[1:90, ] + 0.01
    transfer <- function(...) {
        transferLabels(query, latent, types, k = 10, ...)
    }
    expected <- transfer()
    expect_equal(transfer(BNPARAM = BiocNeighbors::KmknnParam()), expected)
    annoy <- transfer(BNPARAM = BiocNeighbors::AnnoyParam())
    expect_identical(annoy[[1]], expected[[1]])
    expect_argument_error(transfer(BNPARAM = "annoy"), "BNPARAM", "AnnoyParam")
})
