#' The registry of a model's covariates
#'
#' The categories that a model was trained with, their levels and codes.
#'
#' @param object A model, an object that [runSCVI()] returned, or the path of
#'   a file that [saveSCVI()] wrote.
#' @param name The name of the result in such an object, see [scviModel()].
#'
#' @return A DataFrame with a row per level: the argument of [trainSCVI()]
#'   (`covariate`), the `column` of the cell table (`NA` for values given
#'   directly), the `level`, its `code` (counting from 0, as in scvi-tools)
#'   and the number of the model's cells that have it (`NA` when it keeps
#'   none, see [minify()]). Continuous covariates
#'   and size factors have one row without level.
#' @examples
#' model <- trainSCVI(
#'     exampleSCE(), batch = "batch", max_epochs = 2, n_hidden = 16
#' )
#' modelRegistry(model)
#' @export
modelRegistry <- function(object, name = NULL) {
    model <- scviModel(object, name)
    registry <- .registry(model)
    codes <- if (length(.log_library(model))) .codes(model)
    rows <- lapply(names(.argument_of), function(field) {
        entries <- registry[[field]]
        if (!length(entries)) {
            return(NULL)
        }
        if (!field %in% .list_fields) {
            return(.registry_rows(field, field, entries, codes[[field]]))
        }
        do.call(rbind, lapply(seq_along(entries), function(k) {
            .registry_rows(
                field, names(entries)[k], entries[[k]], codes[[field]][, k]
            )
        }))
    })
    rows <- c(rows, list(.registry_rows("batch", "batch", list(), integer())))
    DataFrame(do.call(rbind, rows))
}

.set_generic("modelRegistry", "object")

.registry_rows <- function(field, name, entry, codes) {
    levels <- entry$levels
    n <- length(levels)
    one_row <- n == 0 && length(entry) > 0
    cells <- function(known) if (is.null(codes)) NA_integer_ else known
    column <- if (is.null(entry$column)) NA_character_ else entry$column
    data.frame(
        covariate = rep(.argument_of[[field]], n + one_row),
        name = rep(name, n + one_row),
        column = rep(column, n + one_row),
        level = if (one_row) NA_character_ else as.character(levels),
        code = if (one_row) NA_integer_ else seq_len(n) - 1L,
        n_cells = if (one_row) {
            cells(length(codes))
        } else {
            rep(cells(tabulate(codes + 1L, n)), length.out = n)
        }
    )
}

#' @describeIn modelRegistry The former name, deprecated.
#' @export
modelSetup <- function(object, name = NULL) {
    .Deprecated("modelRegistry")
    modelRegistry(object, name)
}
