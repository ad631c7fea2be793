# Models in other processes: forked ones, and sessions of their own.

sce <- toy_sce(30, per_batch = 60)
model <- quick_train(sce, batch = "batch")

# What a worker computes. Without this file's environment, which a message to
# another process would take along.
use_model <- function(model, x) {
    list(
        stored = scvigor::latentRepresentation(model),
        computed = scvigor::latentRepresentation(model, x = x),
        trained = scvigor::modelWeights(scvigor::continueTraining(
            model, x, max_epochs = 1, seed = 1, num_threads = 2,
            verbose = FALSE
        ))
    )
}
environment(use_model) <- globalenv()

test_that("SL07 forked workers compute, although threads do not come along", {
    skip_on_os("windows")
    expected <- normalizedExpression(model, seed = 1, num_threads = 2)
    latent <- latentRepresentation(model, x = sce, num_threads = 2)
    # who waits for threads that did not come along would wait for ever
    setTimeLimit(elapsed = 60)
    withr::defer(setTimeLimit(elapsed = Inf))
    found <- parallel::mclapply(c(1, 2), function(num_threads) {
        list(
            normalizedExpression(model, seed = 1, num_threads = num_threads),
            latentRepresentation(model, x = sce),
            scvigor:::runtime_info()$num_threads
        )
    }, mc.cores = 2)
    expect_equal(found, rep(list(list(expected, latent, 1L)), 2),
                 tolerance = 1e-6)
    expect_identical(
        latentRepresentation(model, x = sce, num_threads = 2), latent
    )
})

test_that("SL07 workers of a PSOCK cluster take models of every origin", {
    cluster <- parallel::makePSOCKcluster(1)
    withr::defer(parallel::stopCluster(cluster))
    # sent as a function, .libPaths() would come with a memory of its own
    parallel::clusterCall(cluster, eval, call(".libPaths", .libPaths()))
    folder <- withr::local_tempdir()
    exportScviTools(model, folder)
    file <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, file)
    parts <- query_parts()
    reference <- quick_train(parts$reference, batch = "batch")
    query <- loadQuery(parts$query, reference, seed = 1)
    for (case in list(
        list(model = model, x = sce),
        list(model = importScviTools(folder, x = sce), x = sce),
        list(model = loadSCVI(file), x = sce),
        list(model = query, x = parts$query)
    )) {
        expect_equal(
            parallel::clusterCall(cluster, use_model, case$model, case$x)[[1]],
            use_model(case$model, case$x), tolerance = 1e-6
        )
    }
    # what a worker made comes back
    trained <- parallel::clusterCall(
        cluster, scvigor::continueTraining, model, sce, max_epochs = 1,
        seed = 1, verbose = FALSE
    )[[1]]
    expect_equal(
        latentRepresentation(trained, x = sce), latentRepresentation(trained),
        tolerance = 1e-6
    )
})
