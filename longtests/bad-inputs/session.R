# Rscript session.R CASES LOG DONE REFERENCE: tries the inputs that the file
# CASES makes, one after another, without the first DONE, and writes a line to
# LOG before and after each, so that the death of this session is that of an
# input. See helper-bad-inputs.R, which starts it and reads the log.

arguments <- commandArgs(trailingOnly = TRUE)
log_file <- file(arguments[2], "ab")
note <- function(...) {
    line <- paste0(gsub("[\t\r\n]", " ", c(...)), collapse = "\t")
    writeLines(iconv(line, "", "ASCII", "byte"), log_file, useBytes = TRUE)
    flush(log_file)
}
note("session", Sys.getpid())

# Lines of R as a user's .Rprofile has them.
eval(parse(text = Sys.getenv("SCVIGOR_PROFILE")), globalenv())
suppressPackageStartupMessages({
    library(methods)
    library(stats)
    library(utils)
    library(scvigor)
    library(Matrix)
})
here <- dirname(arguments[1])

# Functions that judge are out of reach of what inputs put into the session.
judge <- new.env(parent = globalenv())
list2env(as.list(baseenv(), all.names = TRUE), judge)
judge$here <- here
for (file in c("judge.R", "../../tests/testthat/helper-toy.R")) {
    sys.source(file.path(here, file), judge)
}

try_all <- function(done) {
    for (number in seq_along(cases)[seq_along(cases) > done]) {
        case <- cases[[number]]
        note("start", sprintf("%d", number), case$name)
        peak_mb()
        took <- system.time(found <- verdict_on(case), gcFirst = FALSE)[[3]]
        note("end", sprintf("%d", number), found[1], sprintf("%.2f", took),
             sprintf("%.0f", peak_mb()), found[2])
    }
}
environment(try_all) <- judge
judge$note <- note
sys.source(arguments[1], new.env(parent = judge))
note("cases", length(judge$cases))
try_all(as.integer(arguments[3]))
note("finished")
