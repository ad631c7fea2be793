# Checkpoints of earlier releases, which saveRDS() wrote: a list of
# `format`, `version`, `scvigor`, `plan` (today's `config`) and `state`.
# readRDS() can do more than read data, so that it only sees files that begin as
# these do, and what it gives is looked at before it is used.

.rds_checkpoint_version <- 1L

# Whether a file begins as a compressed list whose first element is the name of
# the format.
.is_rds_checkpoint <- function(path) {
    # pipes and devices, which may keep a reader waiting, have no size
    if (dir.exists(path) || !isTRUE(file.size(path) > 0)) {
        return(FALSE)
    }
    connection <- gzfile(path, "rb")
    on.exit(close(connection))
    start <- tryCatch(
        readBin(connection, "raw", 128),
        error = function(error) raw(), warning = function(warning) raw()
    )
    # a list with attributes of 5 elements, text of 1 element, its 18 bytes
    mark <- c(
        as.raw(c(0, 0, 2, 0x13, 0, 0, 0, 5, 0, 0, 0, 0x10, 0, 0, 0, 1)),
        as.raw(c(0, 4, 0, 9, 0, 0, 0, nchar(.checkpoint_format))),
        charToRaw(.checkpoint_format)
    )
    length(start) > 2 && identical(start[1:2], charToRaw("X\n")) &&
        length(grepRaw(mark, start, fixed = TRUE)) == 1
}

.read_rds_checkpoint <- function(path) {
    damaged <- function(condition) {
        .stop_damaged(path, conditionMessage(condition))
    }
    content <- tryCatch(readRDS(path), error = damaged, warning = damaged)
    if (!is_plain_data(content)) {
        .stop_damaged(path, "it holds more than data.")
    }
    if (!isTRUE(content$version <= .rds_checkpoint_version)) {
        .stop_file(
            "\"", path, "\" was written by a newer version of scvigor (",
            content$scvigor, "); this one is ", packageVersion("scvigor"),
            ". Update scvigor to resume it."
        )
    }
    list(config = content$plan, state = content$state)
}
