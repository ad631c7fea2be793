sce <- toy_sce(30, per_batch = 80)
model <- quick_train(sce, batch = "batch")
n <- ncol(sce)

test_that("batches that stand apart do not mix, those at random do", {
    code <- as.integer(factor(sce$batch))
    apart <- cbind(100 * code + seq_len(n) / n)
    expect_equal(batchMixing(model, space = apart, k = 10), 0)
    random <- cbind(withr::with_seed(1, stats::rnorm(n)))
    mixing <- batchMixing(model, space = random, k = 30)
    expect_gt(mixing, 0.85)
    expect_lt(mixing, 1.15)
})

test_that("it agrees with the definition, ties and all", {
    space <- withr::with_seed(2, matrix(stats::rnorm(2 * n), n))
    space[2:4, ] <- space[c(1, 1, 1), ]
    k <- 7
    distance <- as.matrix(stats::dist(space))
    diag(distance) <- Inf
    codes <- as.integer(factor(sce$batch))
    shares <- table(codes) / n
    far <- setdiff(seq_len(n), 1:4)
    expected <- vapply(far, function(i) {
        near <- order(distance[i, ])[seq_len(k)]
        mean(codes[near] != codes[i]) / (1 - sum(shares^2))
    }, 0)
    found <- batchMixing(model, space = space, k = k, per_cell = TRUE)
    is_clear <- vapply(far, function(i) {
        d <- sort(distance[i, ])
        d[k + 1] > d[k]
    }, NA)
    expect_equal(unname(found[far])[is_clear], expected[is_clear])
    expect_named(found, colnames(sce))
})

test_that("the latent space, new cells and other batches are looked at", {
    expect_equal(
        batchMixing(model), batchMixing(model, space = latentRepresentation(model))
    )
    expect_true(is.finite(batchMixing(model, sce[, 1:100], k = 5)))
    other <- rep(c("u", "v"), length.out = n)
    expect_true(is.finite(batchMixing(model, batch = other, k = 5)))
    other[1:5] <- NA
    found <- batchMixing(model, batch = other, k = 5, per_cell = TRUE)
    expect_identical(unname(is.na(found)), is.na(other))
})

test_that("within compares cells of a group alone", {
    code <- as.integer(factor(sce$batch))
    group <- rep(c("a", "b"), length.out = n)
    # two places, one for each group
    space <- cbind(100 * (group == "a"), withr::with_seed(3, stats::rnorm(n)))
    all <- batchMixing(model, space = space, k = 10, per_cell = TRUE)
    each <- batchMixing(
        model, space = space, within = group, k = 10, per_cell = TRUE
    )
    expect_equal(cor(all, each), 1, tolerance = 0.02)
    alone <- ifelse(code == 1, "first", "rest")
    found <- batchMixing(model, within = alone, k = 5, per_cell = TRUE)
    expect_true(all(is.na(found[code == 1])))
})

test_that("rows of a space are matched by name", {
    latent <- latentRepresentation(model)
    expect_equal(
        batchMixing(model, space = latent[n:1, ]), batchMixing(model)
    )
    rownames(latent)[1] <- "stranger"
    expect_argument_error(batchMixing(model, space = latent), "space")
})

test_that("wrong arguments are refused", {
    refused <- function(argument, ...) {
        expect_argument_error(batchMixing(model, ...), argument)
    }
    refused("k", k = 0)
    refused("per_cell", per_cell = NA)
    refused("space", space = matrix(1, 3, 2))
    refused("space", space = matrix(NA_real_, n, 2))
    refused("space", space = data.frame(a = seq_len(n)))
    refused("batch", batch = "nothing")
    refused("within", within = 1:3)
    expect_argument_error(batchMixing(quick_train(sce)), "batch")
})
