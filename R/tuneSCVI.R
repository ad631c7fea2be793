#' Choose the options of a model
#'
#' Trains models with different options and compares how well they predict cells
#' that they were not trained on. Most of them are trained for a short time
#' only: successive halving (Jamieson and Talwalkar 2016) gives all of them a
#' few epochs, continues the best third for three times as many, and so on, so
#' that the last ones have seen `max_epochs`.
#'
#' All trials hold out the same cells. The score is the mean log-probability of
#' their counts, so that models of different likelihoods of counts can be
#' compared, but not those of other genes or cells. The differences that matter
#' are some tenths of a nat and more; seeds alone change the ELBO by about as
#' much. A better score is a better description of the counts, and often but not
#' always a latent space that separates cell types better.
#'
#' @param x The data, in any form that [trainSCVI()] takes.
#' @param space What to try: a named list of vectors, or lists, of values of
#'   arguments of [trainSCVI()], such as
#'   `list(n_latent = c(10, 20, 30), gene_likelihood = c("nb", "zinb"))`.
#' @param ... Arguments of [trainSCVI()] that are the same in all trials, such
#'   as `batch` and `subset.row`.
#' @param n_trials How many combinations of the values are tried, drawn at
#'   random. NULL (default): all of them.
#' @param metric `"elbo"` (default), see [elbo()]; or
#'   `"marginal_log_likelihood"`, see [marginalLogLik()], which is nearer to
#'   what is meant and takes longer.
#' @param max_epochs Epochs of the models that are trained longest, default 27.
#' @param eta One of `eta` trials is continued, for `eta` times as many epochs.
#'   Default 3. More drop trials earlier.
#' @param recipe How the models are trained, see [trainSCVI()]: `"fast"`
#'   (default) or `"scvi-tools"`.
#' @param seed A whole number that fixes the result; NULL (default): drawn from
#'   R's random numbers.
#' @param num_threads Number of threads of each training, see [trainSCVI()].
#' @param BPPARAM A [BiocParallel::BiocParallelParam] to train models side by
#'   side. NULL (default): one after the other.
#' @param verbose TRUE: tells how far it is. Default: in interactive sessions.
#'
#' @return A list: `trials`, a [S4Vectors::DataFrame] with a row for each trial,
#'   the best first: the values that were tried, `score` (higher is better), the
#'   `epochs` and `seconds` that it was trained, and `problem`, why a trial
#'   failed, or NA. `model`, the best of those trained longest, an
#'   [SCVIModel-class]; `options`, the values that it has.
#' @references Jamieson K, Talwalkar A (2016), Non-stochastic best arm
#'   identification and hyperparameter optimization, *AISTATS*.
#' @seealso [trainSCVI()], [elbo()]
#' @examples
#' tuned <- tuneSCVI(
#'     exampleSCE(), list(n_latent = c(2, 5), n_hidden = c(16, 32)),
#'     batch = "batch", max_epochs = 9, seed = 1
#' )
#' tuned$trials
#' tuned$model
#' @export
tuneSCVI <- function(
    x, space, ..., n_trials = NULL, metric = "elbo", max_epochs = 27, eta = 3,
    recipe = "fast", seed = NULL, num_threads = NULL, BPPARAM = NULL,
    verbose = interactive()
) {
    .check_not_missing(missing(x), "x", "the counts")
    .check_not_missing(
        missing(space), "space", "what to try, a list such as n_latent = 5:20,"
    )
    .check_flag(verbose, "verbose")
    .check_choice(metric, c("elbo", "marginal_log_likelihood"), "metric")
    .check_count(max_epochs, "max_epochs")
    .check_count(eta, "eta", min = 2)
    fixed <- list(...)
    .check_train_dots(...)
    seed <- .check_seed(seed)
    trials <- .tuning_trials(space, names(fixed), n_trials, seed)
    run <- list(
        x = x, fixed = fixed, recipe = recipe, seed = seed, metric = metric,
        num_threads = num_threads
    )
    states <- lapply(trials, function(values) {
        list(values = values, epochs = 0, seconds = 0, score = NA_real_,
             problem = NA_character_)
    })
    rungs <- .tuning_epochs(length(trials), max_epochs, eta)
    alive <- seq_along(trials)
    for (i in seq_along(rungs)) {
        if (verbose) {
            .inform(
                "Round ", i, " of ", length(rungs), ": ",
                .pluralize(length(alive), "model"), " for ",
                .pluralize(rungs[i], "epoch"), " in all."
            )
        }
        states[alive] <- .apply_trials(
            states[alive], .train_trial, run = run, until = rungs[i],
            BPPARAM = BPPARAM
        )
        scores <- vapply(states[alive], `[[`, 0, "score")
        order <- order(scores, decreasing = TRUE, na.last = NA)
        if (!length(order)) {
            .stop_core("numeric", paste0(
                "All trials failed, the first with: ",
                states[[alive[1]]]$problem
            ))
        }
        n_kept <- if (i < length(rungs)) ceiling(length(order) / eta) else 1
        kept <- alive[order[seq_len(n_kept)]]
        # the models of the others are not needed any more
        states[setdiff(alive, kept)] <- lapply(
            states[setdiff(alive, kept)], function(state) {
                state$model <- NULL
                state
            }
        )
        alive <- kept
    }
    best <- states[[alive]]
    list(
        trials = .tuning_table(states), model = best$model,
        options = best$values
    )
}

.set_generic("tuneSCVI", "x")

# The combinations to try, each a named list.
.tuning_trials <- function(space, fixed, n_trials, seed) {
    if (!is.list(space) || !length(space) || is.null(names(space)) ||
        !all(nzchar(names(space)))) {
        .stop_argument(
            "space", "`space` must be a named list, such as list(n_latent = ",
            "c(10, 20))."
        )
    }
    known <- unlist(.option_names(), use.names = FALSE)
    unknown <- setdiff(names(space), setdiff(known, "max_epochs"))
    if (length(unknown)) {
        .stop_argument(
            "space", "\"", unknown[1], "\" in `space` is not an option of a ",
            "model or of its training", .did_you_mean(unknown[1], known)
        )
    }
    twice <- c(names(space)[duplicated(names(space))],
               intersect(names(space), fixed))
    if (length(twice)) {
        .stop_argument(
            "space", "\"", twice[1], "\" is given twice; give it once, in ",
            "`space` or by itself."
        )
    }
    if (any(lengths(space) == 0)) {
        .stop_argument(
            "space", "\"", names(space)[lengths(space) == 0][1], "\" in ",
            "`space` has no values."
        )
    }
    if (length(space$gene_likelihood) > 1 &&
        "normal" %in% unlist(space$gene_likelihood)) {
        .stop_argument(
            "space", "The likelihood \"normal\" is a density of numbers, the ",
            "others are probabilities of counts: their scores cannot be ",
            "compared."
        )
    }
    size <- prod(lengths(space))
    n <- if (is.null(n_trials)) size else
        min(size, .check_count(n_trials, "n_trials"))
    if (n > 10000 || size > 1e7) {
        .stop_argument(
            "space", "`space` has ", .number_text(size), " combinations; ",
            "leave some values out",
            if (size <= 1e7) ", or give `n_trials` to try some of them", "."
        )
    }
    chosen <- seq_len(size)
    if (n < size) {
        shuffled <- split_cells(size, default_options()$train, seed)
        chosen <- c(shuffled$train, shuffled$validation)[seq_len(n)]
    }
    lapply(chosen, .combination, space = space)
}

# The values of one combination, as expand.grid() would number them.
.combination <- function(i, space) {
    left <- i - 1
    for (name in names(space)) {
        n <- length(space[[name]])
        value <- space[[name]][[left %% n + 1]]
        left <- left %/% n
        space[name] <- list(value)
    }
    space
}

# Until which epoch each round trains: the last one until max_epochs.
.tuning_epochs <- function(n_trials, max_epochs, eta) {
    n_rounds <- 1
    while (eta^n_rounds <= min(n_trials * (eta - 1), max_epochs)) {
        n_rounds <- n_rounds + 1
    }
    unique(pmax(1, round(max_epochs / eta^rev(seq_len(n_rounds) - 1))))
}

.apply_trials <- function(states, FUN, ..., BPPARAM) {
    if (is.null(BPPARAM)) {
        return(lapply(states, FUN, ...))
    }
    .check_package("BiocParallel", "tuneSCVI() with `BPPARAM`")
    if (!is(BPPARAM, "BiocParallelParam")) {
        .stop_argument(
            "BPPARAM", "`BPPARAM` must be a BiocParallelParam, such as ",
            "BiocParallel::MulticoreParam(2)."
        )
    }
    BiocParallel::bplapply(states, FUN, ..., BPPARAM = BPPARAM)
}

# A trial after its next round. Numbers that are not finite end the trial, not
# the others.
.train_trial <- function(state, run, until) {
    started <- proc.time()[["elapsed"]]
    state <- tryCatch(
        {
            state$model <- .continue_trial(state, run, until)
            state$score <- .score_trial(state$model, run)
            state$epochs <- until
            state
        },
        scvigor_numeric_error = function(error) {
            state$problem <- conditionMessage(error)
            state$score <- NA_real_
            state
        }
    )
    state$seconds <- state$seconds + proc.time()[["elapsed"]] - started
    state
}

# The learning rate is low at the end of each round, all of which is trained.
# The KL weight grows in the first.
.continue_trial <- function(state, run, until) {
    common <- list(
        max_epochs = until - state$epochs, seed = run$seed,
        num_threads = run$num_threads, verbose = FALSE
    )
    given <- c(run$fixed, state$values)
    if (!"early_stopping" %in% names(given)) {
        common$early_stopping <- FALSE
    }
    if (is.null(state$model)) {
        if (identical(run$recipe, "scvi-tools") &&
            !"n_epochs_kl_warmup" %in% names(given)) {
            given$n_epochs_kl_warmup <- max(1, until %/% 2)
        }
        return(do.call(
            trainSCVI, c(list(run$x), given, common, recipe = run$recipe),
            quote = TRUE
        ))
    }
    data <- run$fixed[intersect(names(run$fixed), .reading_arguments)]
    do.call(continueTraining, c(
        list(state$model, run$x), data, common,
        list(n_epochs_kl_warmup = NULL, n_steps_kl_warmup = NULL)
    ), quote = TRUE)
}

.score_trial <- function(model, run) {
    data <- run$fixed[intersect(names(run$fixed), .reading_arguments)]
    held_out <- trainingSplit(model)$validation
    if (!length(held_out)) {
        .stop_argument(
            "train_size", "No cells are held out, so that models cannot be ",
            "compared; leave out `train_size = 1`."
        )
    }
    verb <- switch(run$metric,
        elbo = elbo, marginal_log_likelihood = marginalLogLik
    )
    do.call(verb, c(
        list(model, run$x), data,
        list(subset.col = held_out, seed = run$seed,
             num_threads = run$num_threads)
    ), quote = TRUE)
}

.tuning_table <- function(states) {
    names <- names(states[[1]]$values)
    values <- lapply(names, function(name) {
        column <- lapply(states, function(state) state$values[[name]])
        is_plain <- all(lengths(column) == 1) &&
            all(vapply(column, is.atomic, NA))
        if (is_plain) unlist(column) else I(column)
    })
    table <- DataFrame(
        stats::setNames(values, names),
        score = vapply(states, `[[`, 0, "score"),
        epochs = vapply(states, `[[`, 0, "epochs"),
        seconds = vapply(states, `[[`, 0, "seconds"),
        problem = vapply(states, `[[`, "", "problem"),
        check.names = FALSE
    )
    # those that were trained longer come first: they were better before
    table[order(-table$epochs, -table$score), ]
}
