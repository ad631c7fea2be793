# The resident size of this process, from Linux's /proc.

# In MB: "VmRSS" is the present size, "VmHWM" the largest so far.
resident_size <- function(field) {
    lines <- readLines("/proc/self/status")
    line <- grep(paste0("^", field, ":"), lines, value = TRUE)
    as.numeric(gsub("[^0-9]", "", line)) / 1024
}

# Reading the data may have needed more than training will: forget that.
reset_peak <- function() {
    con <- file("/proc/self/clear_refs", "w")
    on.exit(close(con))
    writeLines("5", con)
}

# Before and at the peak of training, in MB. For a fresh process: what an
# earlier training left behind would count as loaded.
training_memory <- function(data, epochs, threads, batch_size) {
    suppressPackageStartupMessages(library(scvigor))
    sce <- read_data(data)
    invisible(gc())
    reset_peak()
    before <- resident_size("VmRSS")
    trainSCVI(
        sce, batch = batch_of(sce), max_epochs = epochs,
        batch_size = batch_size, num_threads = threads, seed = 0,
        verbose = FALSE
    )
    c(before = before, peak = resident_size("VmHWM"))
}
