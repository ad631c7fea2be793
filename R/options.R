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
    list(
        model = model, train = train,
        given = intersect(c(given, from_list), names$train)
    )
}

# The options that differ from the defaults in a list.
.not_default <- function(options) {
    default <- default_options()$train[names(options)]
    options[!mapply(identical, options, default)]
}

# What recipes set: all of it for data large enough.
.recipe_decides <- function() {
    names(.not_default(recipe_options("fast", 1e9, TRUE, list())))
}

# Training options with those of a recipe in place of the ones that are not
# `given`.
.with_recipe <- function(train, given, recipe, n_cells,
                         external_indexing = NULL) {
    if (!is.character(recipe) || length(recipe) != 1 || is.na(recipe)) {
        .stop_argument(
            "recipe", "`recipe` must be \"scvi-tools\" or \"fast\"."
        )
    }
    train_size <- if (is.null(train$train_size)) 0.9 else train$train_size
    n_train <- n_cells
    has_validation <- TRUE
    if (is.list(external_indexing)) {
        has_validation <- length(external_indexing$validation) > 0
    } else if (.is_number(train_size)) {
        has_validation <- train_size < 1 &&
            !identical(as.numeric(train$validation_size), 0)
        n_train <- max(1, ceiling(n_cells * train_size))
    }
    decided <- intersect(given, c("batch_size", "max_epochs", "max_steps"))
    chosen <- recipe_options(recipe, n_train, has_validation, train[decided])
    chosen <- chosen[setdiff(names(chosen), c(given, .freeze_options))]
    chosen <- .not_default(chosen)
    train[names(chosen)] <- chosen
    train
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

# The order of the cells of an epoch is drawn in blocks where they are read from
# a file that memory does not hold.
.set_shuffle <- function(train, data, memory = .free_memory()) {
    if (!is.null(train$shuffle_block_size) ||
        !is(data$counts, "PackedCounts")) {
        return(train)
    }
    bytes <- packed_file_bytes(data$counts)
    if (bytes <= memory) {
        return(train)
    }
    train$shuffle_block_size <- 16
    .inform(
        "The packed counts of ", data$label, " have ", .size_text(bytes),
        ", more than the ", .size_text(memory), " of memory that are free: ",
        "cells are shuffled in blocks of `shuffle_block_size = 16`."
    )
    train
}

# What a run that is too short for the KL weight leaves undone.
.inform_warmup <- function(train, n_train, n_batch) {
    last <- last_kl_weight(n_train, train)
    if (last >= 0.9 * train$max_kl_weight) {
        return(invisible())
    }
    by_epochs <- !is.null(train$n_epochs_kl_warmup)
    option <- if (by_epochs) "n_epochs_kl_warmup" else "n_steps_kl_warmup"
    .inform(
        "The KL weight grows over ", option, " = ",
        .number_text(train[[option]]), if (by_epochs) " epochs" else " steps",
        " and ends at ", .number_text(signif(last, 2)), " in max_epochs = ",
        .number_text(train$max_epochs), ".",
        if (n_batch > 1) " Batches may stay apart.",
        " A smaller `", option, "`, or `recipe = \"fast\"`, changes that."
    )
}

# Whether a likelihood is one of counts: whole numbers, from 0.
.is_count_likelihood <- function(gene_likelihood) {
    likelihood_traits(gene_likelihood)$is_count
}
