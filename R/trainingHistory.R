#' Training history
#'
#' The losses of every epoch. They are means over cells, in nats, and lower is
#' better throughout: `elbo_train` and `elbo_validation` are negative ELBOs
#' with a KL weight of 1, comparable between epochs and models, whereas
#' `train_loss` uses the KL weight of its epoch.
#'
#' @param object A model, or an object that [runSCVI()] returned.
#' @param name The name of the result in such an object, see [scviModel()].
#'
#' @return A DataFrame with a row per epoch: `epoch`, the losses, `kl_weight`
#'   and the learning rate `lr`. `NA` where an epoch was not validated; see
#'   `check_val_every_n_epoch` in [trainSCVI()].
#' @examples
#' model <- trainSCVI(
#'     exampleSCE(), max_epochs = 3, check_val_every_n_epoch = 1,
#'     n_hidden = 16
#' )
#' trainingHistory(model)
#' @export
trainingHistory <- function(object, name = NULL) {
    .history(scviModel(object, name))
}

.set_generic("trainingHistory", "object")

# `before`: the columns of an earlier training, whose epochs are counted on.
.as_history <- function(columns, epochs, before = NULL) {
    columns <- lapply(columns, function(column) {
        column[is.nan(column)] <- NA
        column
    })
    if (!"epoch" %in% names(columns)) {
        columns <- c(list(epoch = seq_len(epochs)), columns)
    }
    history <- DataFrame(columns, check.names = FALSE)
    if (!length(before$epoch)) {
        return(history)
    }
    if (!epochs) {
        return(DataFrame(before, check.names = FALSE))
    }
    history$epoch <- length(before$epoch) + history$epoch
    columns <- union(names(before), names(history))
    rbind(.with_columns(before, columns), .with_columns(history, columns))
}

# scvi-tools' history has other columns than ours.
.with_columns <- function(table, columns) {
    table <- as.list(table)
    table[setdiff(columns, names(table))] <- NA_real_
    DataFrame(table[columns], check.names = FALSE)
}
