# Rscript tools/lint.R: checks the style of R/, with lintr by the rules in
# .lintr, and that blocks are indented by 4 spaces. Without lintr it says so and
# checks the indentation alone.

# Lines on which a statement of a block does not start 4 columns to the right of
# the block's closing brace.
misindented <- function(file) {
    code <- utils::getParseData(parse(file, keep.source = TRUE))
    lines <- readLines(file)
    indent <- function(line) nchar(sub("^( *).*", "\\1", lines[line]))
    closing <- code[code$token == "'}'", ]
    found <- lapply(seq_len(nrow(closing)), function(k) {
        inside <- code[code$parent == closing$parent[k] &
                           !code$token %in% c("'{'", "'}'", "COMMENT"), ]
        first <- inside$col1 == indent(inside$line1) + 1
        inside$line1[first & inside$col1 != indent(closing$line1[k]) + 5 &
                         inside$line1 != closing$line1[k]]
    })
    unlist(found)
}

status <- 0
for (file in setdiff(list.files("R", full.names = TRUE), "R/RcppExports.R")) {
    for (line in misindented(file)) {
        cat(file, ":", line, ": blocks are indented by 4 spaces\n", sep = "")
        status <- 1
    }
}
if (requireNamespace("lintr", quietly = TRUE)) {
    found <- lintr::lint_dir("R")
    if (length(found)) {
        print(found)
        status <- 1
    }
} else {
    message("scvigor: lintr is not installed, most of the style is not checked")
}
if (status == 0) {
    message("scvigor: the style of R/ is clean")
}
quit(status = status)
