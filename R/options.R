# From the arguments of trainSCVI() to the option lists of the core.

# What the data decide, not the user.
.data_options <- c(
    "n_genes", "n_batch", "n_labels", "n_cats_per_cov", "n_continuous_cov",
    "use_size_factor"
)

# What a query moves of its reference: arguments of loadQuery(), and what
# follows from the reference.
.freeze_switches <- c(
    "unfrozen", "freeze_dropout", "freeze_expression",
    "freeze_decoder_first_layer", "freeze_batchnorm_encoder",
    "freeze_batchnorm_decoder"
)
.freeze_options <- c(
    .freeze_switches, "update_only_decoder", "n_batch_reference",
    "n_labels_reference"
)

# The option names of trainSCVI(), by the struct of the core they belong to.
.option_names <- function() {
    names <- lapply(default_options(), names)
    names$model <- setdiff(names$model, .data_options)
    names$train <- setdiff(names$train, .freeze_options)
    names
}

# `arguments` are all formals of trainSCVI() with their values, `given` the
# names of those in the call. An argument beats its entry in plan_kwargs.
.collect_options <- function(arguments, given, plan_kwargs) {
    names <- .option_names()
    # nothing is frozen in a model of its own
    train <- c(arguments[names$train], default_options()$train[.freeze_options])
    model <- arguments[names$model]
    from_list <- setdiff(.check_plan_kwargs(plan_kwargs, names$train), given)
    if (length(from_list)) {
        train[from_list] <- plan_kwargs[from_list]
    }
    .check_plain_options(c(model, train))
    if (identical(model$gene_likelihood, "negative_binomial")) {
        model$gene_likelihood <- "nb"
    }
    list(model = model, train = train)
}

# The core sees the numbers below a factor or a date.
.check_plain_options <- function(options) {
    for (name in names(options)) {
        if (is.object(options[[name]])) {
            .stop_argument(
                name, "`", name, "` must be a plain value, not of class ",
                class(options[[name]])[1], "."
            )
        }
    }
}

.check_plan_kwargs <- function(plan_kwargs, known) {
    if (is.null(plan_kwargs)) {
        return(character())
    }
    if (!is.list(plan_kwargs) || is.null(names(plan_kwargs))) {
        .stop_argument(
            "plan_kwargs", "`plan_kwargs` must be a named list of training ",
            "options."
        )
    }
    unknown <- setdiff(names(plan_kwargs), known)
    if (length(unknown)) {
        .stop_argument(
            "plan_kwargs", "`plan_kwargs` has no option `", unknown[1], "`",
            .did_you_mean(unknown[1], known)
        )
    }
    names(plan_kwargs)
}

# Epochs as scvi-tools chooses them: fewer for more cells.
.set_epochs <- function(train, n_cells) {
    if (!is.null(train$max_epochs)) {
        return(train)
    }
    train$max_epochs <- default_max_epochs(n_cells)
    if (train$max_epochs == 1) {
        .warn(
            "By default a data set of ", n_cells, " cells is trained for 1 ",
            "epoch; give `max_epochs` to train longer."
        )
    }
    train
}

.inform_warmup <- function(train) {
    warmup <- train$n_epochs_kl_warmup
    if (!is.null(warmup) && train$max_epochs < warmup) {
        .inform(
            "The KL weight grows over n_epochs_kl_warmup = ", warmup,
            " epochs and will not reach its maximum in max_epochs = ",
            train$max_epochs, "."
        )
    }
}

# Whether a likelihood is one of counts: whole numbers, from 0.
.is_count_likelihood <- function(gene_likelihood) {
    likelihood_traits(gene_likelihood)$is_count
}
