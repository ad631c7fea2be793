test_that("training 12,261 cells needs less than 300 MB beyond the data", {
    skip_without_data()
    skip_if_not(file.exists("/proc/self/clear_refs"), "Linux's /proc is missing")
    # In a fresh process, where nothing was trained before.
    used <- callr::r(function(root) {
        setwd(root)
        source(file.path("bench", "data.R"))
        source(file.path("bench", "memory_use.R"))
        training_memory("kang_ctrl_donors", 2, 2, 128)
    }, list(root))
    expect_lt(used[["peak"]] - used[["before"]], 300)
})
