# The state of a session: options, random numbers, masked functions, closed
# connections, limits. Each is set, and set back.

sys.source(file.path(here, "basics.R"), environment())
clean <- basics()
small <- function(verbose = FALSE) {
    unname(latentRepresentation(trainSCVI(
        toy, batch = site, n_hidden = 8, n_latent = 5, max_epochs = 1, seed = 1,
        verbose = verbose
    )))
}
small_clean <- small()

add_options <- function(...) {
    given <- list(...)
    name <- paste("options", paste(names(given), vapply(given, function(value) {
        paste(format(value), collapse = " ")
    }, ""), sep = " = ", collapse = ", "))
    bad(name, {
        before <- options(given)
        on.exit(options(before))
        basics()
    }, clean)
}
add_options(warn = 2)
add_options(digits = 1)
add_options(digits = 22)
add_options(OutDec = ",")
add_options(scipen = 100)
add_options(scipen = -9)
add_options(encoding = "latin1")
add_options(expressions = 500)
add_options(warnPartialMatchDollar = TRUE, warnPartialMatchArgs = TRUE,
            warnPartialMatchAttr = TRUE, warn = 2)
add_options(check.bounds = TRUE, warn = 2)
add_options(max.print = 1)
add_options(width = 10)
add_options(mc.cores = 1000)
add_options(useFancyQuotes = "UTF-8")
add_options(keep.source = TRUE)
add_options(contrasts = c("none", "none"))
add_options(na.action = "na.fail")
add_options(ts.eps = NULL)
add_options(matprod = "internal")
add_options(Matrix.warn = 2, Matrix.verbose = 2)
add_options(DelayedArray.auto.block.size = 1)
add_options(nwarnings = 50, warning.length = 100)
add_options(browserNLdisabled = TRUE, error = NULL)
add_options(showErrorCalls = FALSE, deparse.max.lines = 1)
add_options(`_R_CHECK_LENGTH_1_CONDITION_` = TRUE)

# Random numbers: of any kind, and none yet.
for (kind in c("Wichmann-Hill", "Marsaglia-Multicarry", "Super-Duper",
               "Knuth-TAOCP-2002", "L'Ecuyer-CMRG")) local({
    kind <- kind
    bad(paste("random numbers", kind), {
        before <- suppressWarnings(RNGkind(kind))
        on.exit(do.call(RNGkind, as.list(before)))
        small()
    }, small_clean)
})
bad("random numbers rounded", {
    before <- suppressWarnings(RNGkind(sample.kind = "Rounding"))
    on.exit(do.call(RNGkind, as.list(before)))
    small()
}, small_clean)
bad("no random numbers yet", {
    rm(".Random.seed", envir = globalenv())
    small()
}, small_clean)
bad("a seed that is damaged", {
    assign(".Random.seed", "a", globalenv())
    on.exit(rm(".Random.seed", envir = globalenv()))
    value <- small()
    value
}, small_clean)

# Functions of the user's with the names of base R's.
masks <- list(
    T = FALSE, F = TRUE, c = function(...) stop("c"),
    names = function(x) stop("names"), length = function(x) 1,
    paste0 = function(...) "pasted", is.null = function(x) TRUE,
    rownames = function(x) stop("rownames"), match = function(...) 1L,
    data = 1, t = 3, levels = "a", sort = NULL, unique = function(x) x[1],
    as = function(...) stop("as"), is = function(...) FALSE,
    colSums = function(...) 0, counts = "x", model = "m", .warn = stop
)
for (mask in names(masks)) local({
    mask <- mask
    bad(paste("masked", mask), {
        assign(mask, masks[[mask]], globalenv())
        on.exit(rm(list = mask, envir = globalenv()))
        result <- small()
        result
    }, small_clean)
})

# Where output goes, and where the session is.
bad("output diverted", {
    sink(tempfile())
    on.exit(sink())
    small(verbose = TRUE)
}, small_clean)
bad("messages diverted", {
    connection <- file(tempfile(), "w")
    sink(connection, type = "message")
    on.exit({
        sink(type = "message")
        close(connection)
    })
    small(verbose = TRUE)
}, small_clean)
bad("working directory gone", {
    gone <- tempfile()
    dir.create(gone)
    before <- setwd(gone)
    on.exit(setwd(before))
    unlink(gone, recursive = TRUE)
    basics()
}, clean)
bad("temporary directory gone", {
    # R itself makes it again where it is asked to
    kept <- tempdir()
    file.rename(kept, paste0(kept, "-kept"))
    on.exit({
        unlink(kept, recursive = TRUE)
        file.rename(paste0(kept, "-kept"), kept)
    })
    small()
}, small_clean)
bad("from a handler of a warning", {
    withCallingHandlers({
        warning("outer")
        0
    }, warning = function(warning) {
        found <<- small()
        invokeRestart("muffleWarning")
    })
    found
}, small_clean)
bad("from a finalizer", {
    found <- NULL
    object <- new.env()
    reg.finalizer(object, function(object) found <<- small())
    rm(object)
    gc()
    found
}, small_clean)
bad("deep in a recursion", {
    deep <- function(n) if (n == 0) small() else deep(n - 1)
    deep(1000)
}, small_clean)
bad("in parallel workers", {
    found <- parallel::mclapply(1:2, function(k) small(), mc.cores = 2)
    found[[2]]
}, small_clean)
bad("in a worker, a model of the parent's", {
    model <- quick_train(toy, batch = site, n_hidden = 8)
    found <- parallel::mclapply(1:2, function(k) {
        unname(latentRepresentation(model, toy, batch = site))
    }, mc.cores = 2)
    found[[1]]
}, small_clean)
bad("a time limit that is not reached", {
    setTimeLimit(elapsed = 20, transient = TRUE)
    small()
}, small_clean)
for (locale in c("C", "POSIX", "C.UTF-8")) local({
    locale <- locale
    bad(paste("locale changed to", locale), {
        before <- Sys.getlocale("LC_CTYPE")
        Sys.setlocale("LC_CTYPE", locale)
        on.exit(Sys.setlocale("LC_CTYPE", before))
        basics()
    }, clean)
})
for (threads in c("0", "-1", "1e6", "abc", "2,2")) local({
    threads <- threads
    bad(paste("OMP_NUM_THREADS set late to", threads), {
        Sys.setenv(OMP_NUM_THREADS = threads)
        on.exit(Sys.unsetenv("OMP_NUM_THREADS"))
        small()
    }, small_clean)
})
