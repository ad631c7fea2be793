#' Continue training a model
#'
#' Trains a fitted model for more epochs on the cells that it was trained on.
#' Its architecture, genes, covariates and split stay; training options may
#' change. The model itself is left as it is.
#'
#' As a second `train()` in scvi-tools, this is a new training that starts from
#' the weights of the model: with a fresh optimizer, and with schedules that
#' start again. So the weight of the KL term grows once more from
#' `min_kl_weight`; `n_epochs_kl_warmup = NULL` keeps it at its maximum. The
#' split of the cells, which scvi-tools draws again, stays here, so that
#' validation cells remain unseen. To continue a run as if it had never
#' ended, see [resumeTraining()].
#'
#' @section The decoder alone:
#' With `update_only_decoder = TRUE` the encoders stay as they are, bit for bit,
#' and with them the latent space: z is drawn from the posterior that the model
#' keeps of its cells, and what decodes it is trained. That takes less time, and
#' leaves everything valid that was computed in the latent space. Models with
#' `use_observed_lib_size = FALSE` cannot. In scvi-tools the option does
#' nothing, unless the model is minified with its counts kept; models here are
#' always ready for it.
#'
#' @inheritParams trainSCVI
#' @param object A model, or an object that [runSCVI()] returned.
#' @param x The data of the training, as they were given to [trainSCVI()]. Not
#'   needed where `object` holds them. Genes and cells are found by name;
#'   counts and covariates are compared with those of training. A model that
#'   keeps no cells, as [importScviTools()] gives, is trained on those of `x`;
#'   to train any other model on other cells, `minify(model, x)` first.
#' @param max_epochs Passes over the data, besides those already done. NULL
#'   (default): as in [trainSCVI()].
#' @param ... Training options of [trainSCVI()], such as `lr` or
#'   `early_stopping`, by default those that the model was trained with;
#'   `balance_by` and `cell_weights`, NULL to draw every cell once per epoch;
#'   `update_only_decoder`, see above; for a model of [loadQuery()] its switches
#'   of what is frozen too. Also
#'   `batch`, `labels`, `categorical_covariates`, `continuous_covariates`,
#'   `size_factor`, to be compared with those of training, and `assay.type`,
#'   `altexp`, `assay`, where they differ.
#' @param recipe `"fast"` or `"scvi-tools"`: takes the options that a recipe of
#'   [trainSCVI()] decides from it. NULL (default): those that the model was
#'   trained with stay.
#' @param name The name of the result in `object`, see [scviModel()].
#' @param checkpoint,checkpoint_overwrite As in [trainSCVI()].
#' @param seed A whole number that fixes the result; NULL (default): drawn
#'   from R's random numbers.
#' @param num_threads Number of threads, at most one per processor. NULL
#'   (default): one per processor that this session may use (its affinity mask
#'   and its container's quota count), at most what the environment variables
#'   OMP_NUM_THREADS and SLURM_CPUS_PER_TASK say, and one in a forked process.
#'   More are faster until the work is too little to share; no result depends on
#'   it.
#' @param verbose TRUE: shows progress. Default: in interactive sessions.
#'
#' @return For a model, a new [SCVIModel-class], whose history continues
#'   that of the model. For another object, the object with its latent space
#'   and model replaced.
#' @seealso [trainSCVI()], [resumeTraining()]
#' @examples
#' sce <- exampleSCE()
#' model <- trainSCVI(sce, batch = "batch", max_epochs = 3, n_hidden = 16)
#' longer <- continueTraining(model, sce, max_epochs = 2, lr = 5e-4)
#' trainingHistory(longer)[, c("epoch", "elbo_train", "lr")]
#' @export
continueTraining <- function(
    object, x = NULL, max_epochs = NULL, ..., recipe = NULL, name = NULL,
    checkpoint = NULL, checkpoint_overwrite = FALSE, seed = NULL,
    num_threads = NULL, accelerator = "auto", verbose = interactive()
) {
    .check_flag(verbose, "verbose")
    compute <- .compute_options(num_threads, accelerator)
    model <- scviModel(object, name)
    is_model <- is(object, "SCVIModel")
    if (is.null(x)) {
        if (is_model) {
            .stop_argument(
                "x", "Training needs the counts, which a model does not ",
                "keep; give the data as `x`."
            )
        }
        x <- object
    }
    given <- .split_dots(list(...), model)
    x <- .packed_once(x, .registry(model)$source, given$data)
    model <- .with_training_cells(model, x, given$data, compute)
    config <- .run_config_of(model)
    config$train_options <- .continued_options(
        config, given$options, max_epochs, recipe
    )
    if (isTRUE(config$train_options$update_only_decoder)) {
        config$posterior <- .posterior(model)
    }
    data <- .training_data(config, x, given$data, model)
    checkpoint <- .checked_checkpoint_path(checkpoint, checkpoint_overwrite)
    config$seed <- .check_seed(seed)
    config$num_threads <- compute$num_threads
    config$split <- .split_or_draw(config)
    config$train_options <- .set_shuffle(
        config$train_options,
        list(counts = data$counts, label = data$as_read$label)
    )
    if (length(given$weights)) {
        config$codes$cell_weights <- .cell_weights(
            given$weights$balance_by, given$weights$cell_weights, data$as_read,
            config$split$train, data$cells
        )
    }
    .check_other_run(checkpoint, config, checkpoint_overwrite)
    trained <- .fit(
        config, data$counts, checkpoint, accelerator, verbose,
        start = list(weights = .weights(model))
    )
    if (is_model) {
        return(trained)
    }
    .add_result(object, trained, .result_name(object, name))
}

.set_generic("continueTraining", c("object", "x"))

# A model that minify() made of other cells has trained on none of them.
.split_or_draw <- function(config) {
    if (length(config$split$train)) {
        return(config$split)
    }
    .make_split(
        length(config$log_library), config$cells, NULL, config$train_options,
        config$seed
    )
}

.split_options <- c("train_size", "validation_size", "shuffle_set_split")

# What `...` holds: training options, how to read the data, and how often each
# cell is drawn.
.split_dots <- function(dots, model) {
    fixed <- intersect(names(dots), c(.split_options, "external_indexing"))
    if (length(fixed)) {
        .stop_argument(
            fixed[1], "`", fixed[1], "` cannot change: the model keeps the ",
            "split of its cells."
        )
    }
    fixed <- intersect(names(dots), names(.model_options(model)))
    if (length(fixed)) {
        .stop_argument(
            fixed[1], "`", fixed[1], "` is a part of the model and cannot ",
            "change; train a new one with trainSCVI()."
        )
    }
    options <- c(.option_names()$train, "update_only_decoder")
    if (.is_query(.train_options(model))) {
        options <- c(options, .freeze_switches)
    } else if (any(names(dots) %in% .freeze_switches)) {
        name <- intersect(names(dots), .freeze_switches)[1]
        .stop_argument(
            name, "`", name, "` is for a model of loadQuery(): no other has ",
            "frozen weights."
        )
    }
    other <- c(.reading_arguments, .weight_arguments)
    is_known <- names(dots) %in% c(options, other)
    .check_dots(
        if (is.null(names(dots))) dots else dots[!is_known],
        c(options, other, names(formals(continueTraining)))
    )
    list(
        options = dots[names(dots) %in% options],
        data = dots[names(dots) %in% .reading_arguments],
        weights = dots[names(dots) %in% .weight_arguments]
    )
}

# A model that loadQuery() made stores the number of its reference's levels.
.is_query <- function(train_options) {
    isTRUE(train_options$n_batch_reference > 0)
}

# Without a recipe, those that the model was trained with; the number of steps
# is that of a number of epochs that is given.
.continued_options <- function(config, given, max_epochs, recipe) {
    if (!is.null(max_epochs)) {
        .check_count(max_epochs, "max_epochs")
        given["max_epochs"] <- list(max_epochs)
    }
    options <- config$train_options
    if (!is.null(recipe)) {
        decided <- .recipe_decides()
        options[decided] <- default_options()$train[decided]
    } else if (!is.null(max_epochs)) {
        options["max_steps"] <- list(NULL)
    } else {
        options["max_epochs"] <- list(NULL)
    }
    options[names(given)] <- given
    n_cells <- length(config$log_library)
    if (!is.null(recipe)) {
        options <- .with_recipe(
            options, names(given), recipe, n_cells, config$split
        )
    }
    options <- .set_epochs(options, n_cells)
    validate_options(config$model_options, options)
    options
}
