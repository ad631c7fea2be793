# Scores that are kept in a file as soon as they are known, so that a long
# comparison can be stopped and go on. A line per score: columns that say what
# was scored (`keys`), `metric` and `value`.

read_results <- function(path, keys) {
    if (file.exists(path)) {
        return(utils::read.csv(path))
    }
    columns <- c(keys, "metric", "value")
    utils::read.csv(text = paste(columns, collapse = ","))
}

# `key`: a named list of what was scored; `scores`: named numbers.
add_results <- function(path, key, scores) {
    dir.create(dirname(path), FALSE, TRUE)
    utils::write.table(
        data.frame(key, metric = names(scores), value = unname(scores)),
        path, append = file.exists(path), sep = ",", row.names = FALSE,
        col.names = !file.exists(path)
    )
}

# Which lines belong to `key`.
is_result_of <- function(results, key) {
    Reduce(`&`, lapply(names(key), function(name) {
        results[[name]] == key[[name]]
    }))
}
