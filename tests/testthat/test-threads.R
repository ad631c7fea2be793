# What a session prints that runs `before`; the last line has `num_threads`. The
# variables that limit it are those that are given. A session takes seconds:
# tests/cpp/test_processors.cpp has more values of the variables.
thread_session <- function(..., before = character(), command = character()) {
    code <- c(
        before, "cat('\nthreads', scvigor:::runtime_info()$num_threads, '\n')"
    )
    env <- c("OMP_THREAD_LIMIT=", "SLURM_CPUS_PER_TASK=", ...)
    run_session(code, env, command)$out
}

threads_in <- function(printed) {
    as.integer(sub("threads ", "", grep("^threads ", printed, value = TRUE)))
}

default_threads <- function(...) threads_in(thread_session(...))

processors <- scvigor:::machine_info()$available_processors

training <- c(
    "counts <- matrix(rpois(4e5, 2), 1000)",
    "model <- scvigor::trainSCVI(counts, max_epochs = 1, n_hidden = 8)"
)

test_that("OMP_NUM_THREADS is the default number of threads", {
    for (variable in values_in_sessions(c(
        "OMP_NUM_THREADS=1", "OMP_NUM_THREADS=2,4", "SLURM_CPUS_PER_TASK=1"
    ))) {
        number <- as.integer(sub(".*=([0-9]+).*", "\\1", variable))
        expect_identical(default_threads(variable), min(number, processors))
    }
})

test_that("B03 B36 OMP_NUM_THREADS that no machine has is the processors", {
    for (value in values_in_sessions(c("99999999999", "abc"))) {
        variable <- paste0("OMP_NUM_THREADS=", value)
        printed <- thread_session(variable, before = training)
        expect_identical(threads_in(printed), processors, info = value)
        # OpenMP's own line may be there, but none of LibTorch's backtrace
        expect_lt(length(printed), 8)
        expect_false(any(grepl("frame #|ParallelCommon", printed)))
    }
})

test_that("the default does not depend on what is called first", {
    skip_if(!nzchar(Sys.which("nproc")), "nproc, which counts processors")
    n <- as.integer(system2("nproc", stdout = TRUE))
    expect_identical(default_threads(before = training) > 1, n > 1)
})

test_that("threads are limited to the processors that a session may use", {
    skip_if(!nzchar(Sys.which("taskset")), "taskset, which binds processes")
    first <- strsplit(
        sub(".*: ", "", system2("taskset", c("-cp", Sys.getpid()),
                                stdout = TRUE)), "[-,]"
    )[[1]][1]
    expect_identical(
        default_threads(before = training, command = c("taskset", "-c", first)),
        1L
    )
})

test_that("the number of threads does not change a result", {
    x <- toy_sce(300, per_batch = 150)
    trained <- lapply(c(1, 2), function(n) {
        model <- trainSCVI(
            x, max_epochs = 2, n_hidden = 32, seed = 1, num_threads = n,
            verbose = FALSE
        )
        list(
            modelWeights(model), latentRepresentation(model),
            normalizedExpression(model, x, seed = 1, num_threads = n)
        )
    })
    expect_identical(trained[[1]], trained[[2]])
})

test_that("a session ends cleanly while its threads sleep or wait", {
    unload <- "library.dynam.unload('scvigor', find.package('scvigor'))"
    for (after in values_in_sessions(c("", "Sys.sleep(0.1)", unload))) {
        session <- run_session(c(training, after, "cat('end\\n')"))
        expect_identical(tail(session$out, 1), "end")
        expect_identical(session$status, 0L)
    }
})

test_that("B12 default threads beside a busy process are no slower than one", {
    skip_if(processors < 2, "a second processor")
    x <- matrix(rpois(5e5, 1), 1000)
    seconds <- function(num_threads) {
        min(replicate(3, system.time(trainSCVI(
            x, max_epochs = 5, seed = 1, num_threads = num_threads,
            verbose = FALSE
        ))[["elapsed"]]))
    }
    busy <- lapply(seq_len(processors - 1), function(i) {
        parallel::mcparallel(repeat sqrt(2), silent = TRUE)
    })
    withr::defer({
        tools::pskill(vapply(busy, `[[`, 0L, "pid"), tools::SIGKILL)
        suppressWarnings(parallel::mccollect(busy))
    })
    one <- seconds(1)
    # spinning threads made it 20 to 40 times
    expect_lt(seconds(NULL), 4 * one)
})
