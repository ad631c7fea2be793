# Trainings in two and four sessions beside random load, for so many minutes in
# all.

minutes <- as.numeric(Sys.getenv("SCVIGOR_STRESS_MINUTES", "10"))

# Shell loops that compute for a while, rest, and compute again.
start_load <- function(n) {
    lapply(seq_len(n), function(i) {
        pause <- sprintf("%.3f", stats::runif(1, 0, 0.05))
        script <- paste(
            "while :; do i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done;",
            "sleep", pause, "; done"
        )
        processx::process$new("sh", c("-c", script), cleanup = TRUE)
    })
}

# Trains until `seconds` have passed, each time with another number of threads
# and, now and then, in forked processes. The first number of threads whose
# result differs, or 0; how many trainings there were.
train_for <- function(seconds, x, expected, seed) {
    set.seed(seed)
    end <- Sys.time() + seconds
    train <- function(num_threads) {
        model <- scvigor::trainSCVI(
            x, batch = "batch", max_epochs = 3, n_hidden = 64, seed = 1,
            num_threads = num_threads, verbose = FALSE
        )
        list(
            scvigor::modelWeights(model), scvigor::latentRepresentation(model),
            scvigor::normalizedExpression(model, x, seed = 1)
        )
    }
    processors <- scvigor:::machine_info()$n_processors
    n <- 0
    while (Sys.time() < end) {
        for (num_threads in seq_len(min(processors, 4))) {
            if (!identical(train(num_threads), expected)) {
                return(c(differs = num_threads, trainings = n))
            }
            n <- n + 1
        }
        if (stats::runif(1) < 0.2) {
            for (found in parallel::mclapply(c(1, processors), train,
                                             mc.cores = 2)) {
                if (!identical(found, expected)) {
                    return(c(differs = -1, trainings = n))
                }
                n <- n + 1
            }
        }
    }
    c(differs = 0, trainings = n)
}
environment(train_for) <- globalenv()

# Sessions that train for `seconds` beside load that comes and goes.
run_sessions <- function(n, seconds, x, expected) {
    end <- Sys.time() + seconds
    sessions <- lapply(seq_len(n), function(seed) {
        callr::r_bg(
            train_for, list(seconds, x, expected, seed), cleanup = TRUE
        )
    })
    while (Sys.time() < end && any(vapply(sessions, function(session) {
        session$is_alive()
    }, NA))) {
        load <- start_load(sample(0:4, 1))
        Sys.sleep(stats::runif(1, 0.5, 5))
        lapply(load, function(process) process$kill())
    }
    for (session in sessions) {
        # one that hangs is still there
        session$wait(2 * 60 * 1000)
        expect_false(session$is_alive())
        result <- session$get_result()
        expect_identical(result[["differs"]], 0)
        expect_gt(result[["trainings"]], 2)
        message(n, " sessions: ", result[["trainings"]], " trainings in one")
    }
}

test_that("trainings beside random load end, with identical results", {
    x <- toy_sce(300, per_batch = 300)
    model <- trainSCVI(
        x, batch = "batch", max_epochs = 3, n_hidden = 64, seed = 1,
        num_threads = 1, verbose = FALSE
    )
    expected <- list(
        modelWeights(model), latentRepresentation(model),
        normalizedExpression(model, x, seed = 1)
    )
    set.seed(1)
    for (n in c(2, 4)) {
        run_sessions(n, 60 * minutes / 2, x, expected)
    }
})
