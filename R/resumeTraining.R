#' Resume a run from its checkpoint
#'
#' Takes up a training that was cut short, or one that should have been
#' longer, from the file that `trainSCVI(checkpoint = )` wrote: with its
#' weights, optimizer, schedules, random numbers, split and history. The
#' result is the model that the uninterrupted run would have given, bit for
#' bit, on the same machine and with the same number of threads.
#'
#' The data must be those of the run: genes and cells are found by name, and
#' their counts and covariates are compared. Further checkpoints are written to
#' the same file.
#'
#' A run that ended because a number was not finite ends again at the same
#' place. `max_epochs` set to the epochs that the checkpoint holds gives the
#' model as it was then, and `lr` continues in smaller steps.
#'
#' @inheritParams trainSCVI
#' @param path The file, or the folder that was given as `checkpoint`. Files of
#'   older releases (`.rds`) are read too; the next checkpoint replaces them by
#'   a file of today's form.
#' @param x The data of the run, as they were given to [trainSCVI()].
#' @param max_epochs Epochs of the whole run. NULL (default): as many as were
#'   requested then. More make the run longer. Epochs before a
#'   [continueTraining()] that wrote the file are not counted.
#' @param ... Where they are not in `x`: `batch`, `labels`,
#'   `categorical_covariates`, `continuous_covariates`, `size_factor`, to be
#'   compared with those of the run; and `assay.type`, `altexp`, `assay`, where
#'   they differ.
#' @param lr Learning rate from now on. NULL (default): the run's own.
#' @param num_threads Threads; NULL (default): as the run was started.
#' @param verbose TRUE: shows progress. Default: in interactive sessions.
#'
#' @return An [SCVIModel-class].
#' @seealso [continueTraining()] to train a model further with a fresh
#'   optimizer.
#' @examples
#' sce <- exampleSCE()
#' file <- tempfile(fileext = ".h5")
#' model <- trainSCVI(
#'     sce, batch = "batch", max_epochs = 3, n_hidden = 16, seed = 1,
#'     checkpoint = file
#' )
#' longer <- resumeTraining(file, sce, max_epochs = 5)
#' trainingHistory(longer)[, c("epoch", "elbo_train")]
#' @export
resumeTraining <- function(path, x, max_epochs = NULL, ..., lr = NULL,
                           num_threads = NULL, accelerator = "auto",
                           verbose = interactive()) {
    .check_flag(verbose, "verbose")
    .check_accelerator(accelerator)
    path <- .checkpoint_to_read(path)
    content <- .read_checkpoint(path)
    config <- content$config
    state <- content$state
    config$train_options$max_epochs <- .resumed_max_epochs(
        max_epochs, config$train_options$max_epochs, state$epochs
    )
    if (!is.null(lr)) {
        config$train_options$lr <- lr
        state$lr <- lr
    }
    validate_options(config$model_options, config$train_options)
    if (!is.null(num_threads)) {
        config$num_threads <- .check_threads(num_threads)
    }
    counts <- .training_counts(config, x, list(...))
    withCallingHandlers(
        .fit(config, counts, path, accelerator, verbose, start = state),
        scvigor_argument_error = function(error) {
            if (error$argument != "state") {
                return()
            }
            .stop_damaged(path, conditionMessage(error))
        }
    )
}

.set_generic("resumeTraining", "x")

.resumed_max_epochs <- function(wanted, planned, done) {
    if (is.null(wanted)) {
        return(planned)
    }
    .check_count(wanted, "max_epochs")
    if (wanted < done) {
        .stop_argument(
            "max_epochs", "The run has done ", done, " epochs already; ",
            "`max_epochs` must be at least that."
        )
    }
    wanted
}
