# Settings of training: every argument with values of every kind. What is taken
# must be what the model notes of its options.

sys.source(file.path(here, "odd_values.R"), environment())
sce <- toy_sce(12, 2, 20)
train <- function(given) {
    defaults <- list(x = sce, max_epochs = 1, n_hidden = 8, n_latent = 3,
                     seed = 1, verbose = FALSE)
    do.call(trainSCVI, c(
        given, defaults[setdiff(names(defaults), names(given))]
    ), quote = TRUE)
}
noted <- function(model, argument, value) {
    options <- c(model@options, model@train_options, model@run["seed"])
    is_finite <- all(is.finite(unlist(model@posterior)))
    is_finite && (is.null(options[[argument]]) ||
        identical(as.vector(options[[argument]]), as.vector(value)))
}
add_settings(
    "trainSCVI", train, setdiff(names(formals(trainSCVI)), c(
        "x", "...", "checkpoint"
    )), noted,
    # no covariates; and what goes on for as long as one asks for
    same = list(
        categorical_covariates = list(none = NULL, list = NULL),
        continuous_covariates = list(none = NULL, list = NULL)
    ),
    skip = list(max_epochs = c("2^53", "3e9", "NULL"))
)
