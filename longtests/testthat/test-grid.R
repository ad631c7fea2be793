test_that("MC02 every combination of choices answers every verb", {
    sce <- toy_sce(12, per_batch = 30)
    grid <- do.call(expand.grid, c(grid_choices, stringsAsFactors = FALSE))
    expect_equal(nrow(grid), 4 * 4 * 2 * 3 * 3)
    for (k in seq_len(nrow(grid))) {
        info <- paste(unlist(grid[k, ]), collapse = ", ")
        expect_finite_answers(grid_train(sce, grid[k, ]), sce, info)
    }
})
