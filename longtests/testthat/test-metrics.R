# The scores that the benchmarks report.

labels <- rep(c("a", "b", "c"), c(20, 30, 10))
space <- withr::with_seed(1, matrix(rnorm(120), 60) + match(labels, letters))

test_that("equal groupings agree fully, whatever the groups are called", {
    renamed <- c(a = "z", b = "y", c = "x")[labels]
    expect_equal(adjusted_rand_index(labels, renamed), 1)
    expect_equal(normalized_mutual_information(labels, renamed), 1)
})

test_that("groupings that have nothing in common score 0", {
    a <- rep(1:2, 50)
    b <- rep(1:2, each = 50)
    expect_equal(normalized_mutual_information(a, b), 0)
    expect_equal(adjusted_rand_index(a, b), 0, tolerance = 0.02)
})

test_that("the adjusted Rand index falls below 0 by less than chance", {
    # No pair together in both, one in each, three pairs: (0 - 1/3) / (1 - 1/3).
    expect_equal(adjusted_rand_index(c(1, 1, 2), c(1, 2, 2)), -0.5)
})

test_that("silhouettes are those of the cluster package, in any blocks", {
    skip_if_not_installed("cluster")
    expected <- mean(cluster::silhouette(
        as.integer(factor(labels)), dist(space)
    )[, "sil_width"])
    expect_equal(mean_silhouette(space, labels), expected)
    expect_equal(mean_silhouette(space, labels, block_size = 7), expected)
})

test_that("batches apart do not mix, batches drawn at random do", {
    apart <- ifelse(seq_len(200) <= 100, "one", "two")
    shuffled <- rep(c("one", "two"), 100)
    x <- withr::with_seed(2, matrix(rnorm(400), 200))
    far <- nearest_cells(x + 100 * (apart == "one"), 30)
    expect_equal(batch_mixing(far, apart), 0)
    expect_equal(inverse_simpson_mixing(far, apart), 0)
    near <- nearest_cells(x, 30)
    expect_equal(batch_mixing(near, shuffled), 1, tolerance = 0.05)
    expect_gt(inverse_simpson_mixing(near, shuffled), 0.9)
})

test_that("the bands of scvi-tools are read from their table", {
    path <- withr::local_tempfile(lines = c(
        "# Bands", "", "| data | epochs | model | neg_elbo_val | ilisi30 |",
        "|---|---|---|---|---|",
        "| a.h5ad [3] | 400 | defaults | 12.5 .. 13.0 |  |",
        "| a.h5ad [1] | 60 | gene_likelihood: nb, n_layers: 2 | 12.0 | 0.5 |",
        "", "| another | table |"
    ))
    rows <- read_bands(path)
    expect_length(rows, 2)
    expect_equal(rows[[1]]$bands, cbind(neg_elbo_val = c(low = 12.5, high = 13)))
    expect_equal(rows[[2]]$model, list(gene_likelihood = "nb", n_layers = 2L))
    expect_equal(rows[[2]]$epochs, 60L)
    wide <- widen_single_seeds(rows)[[2]]$bands
    expect_equal(wide[, "neg_elbo_val"], c(low = 11.5, high = 12.5))
})

test_that("a mean outside of the band is better or worse", {
    band <- c(low = 1, high = 2)
    expect_identical(judge(c(0.9, 1.3), band, "asw_label"), "inside")
    expect_identical(judge(3, band, "asw_label"), "better")
    expect_identical(judge(3, band, "recon_val"), "worse")
    expect_identical(judge(0, band, "recon_val"), "better")
})
