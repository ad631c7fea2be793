# The arguments of differentialExpression() that need no data to be checked.

.de_test_arguments <- c(
    "mode", "delta", "pseudocounts", "test_mode", "cred_interval_lvls",
    "change_fn", "m1_domain_fn"
)

.de_sampling_arguments <- c(
    "batch_correction", "batchid1", "batchid2", "use_observed_batches",
    "n_samples_overall", "use_permutation", "m_permutation", "weights",
    "max_cells", "n_mc_samples", "batch_size"
)

# Of those that are plain values, what the result's metadata keep beside what
# was made of them.
.recorded_de_arguments <- c(
    "test_mode", "n_samples_overall", "weights", "batch_correction",
    "use_permutation", "m_permutation", "filter_outlier_cells"
)

.check_de_test <- function(given) {
    .check_choice(given$mode, c("change", "vanilla"), "mode")
    .check_choice(given$test_mode, c("three", "two"), "test_mode")
    .check_non_negative(given$delta, "delta")
    .check_non_negative(given$pseudocounts, "pseudocounts")
    # a list of one number is looped over like a vector of it
    levels <- given$cred_interval_lvls
    if (!is.null(levels) && !is.vector(levels)) {
        .check_open_unit(levels, "cred_interval_lvls")
    }
    for (level in levels) {
        .check_open_unit(level, "cred_interval_lvls")
    }
    .check_function(
        given$change_fn, "change_fn", 3,
        "the expression in both groups and the pseudocounts"
    )
    .check_function(given$m1_domain_fn, "m1_domain_fn", 1, "the effects")
    list(
        vanilla = given$mode == "vanilla", delta = given$delta,
        pseudocounts = given$pseudocounts, two = given$test_mode == "two",
        cred_interval_lvls = given$cred_interval_lvls,
        change_fn = .checked_effect(given$change_fn),
        m1_domain_fn = .checked_region(given$m1_domain_fn)
    )
}

.check_non_negative <- function(value, argument) {
    is_valid <- is.null(value) ||
        (.is_number(value) && is.finite(value) && value >= 0)
    if (!is_valid) {
        .stop_argument(
            argument, "`", argument, "` must be one number of 0 or above, or ",
            "NULL."
        )
    }
}

.check_open_unit <- function(value, argument) {
    if (!.is_number(value) || value <= 0 || value >= 1) {
        .stop_argument(
            argument, "`", argument, "` must be above 0 and below 1."
        )
    }
}

.check_function <- function(value, argument, n, of) {
    if (is.null(value)) {
        return()
    }
    if (!is.function(value)) {
        .stop_argument(
            argument, "`", argument, "` must be a function of ", of, "."
        )
    }
    known <- names(formals(args(value)))
    if (length(known) != n && !"..." %in% known) {
        .stop_argument(
            argument, "`", argument, "` must take ",
            .pluralize(n, "argument"), ": ", of, "; it takes ",
            length(known), "."
        )
    }
}

.checked_effect <- function(change_fn) {
    if (is.null(change_fn)) {
        return(NULL)
    }
    function(a, b, pseudocounts) {
        effect <- tryCatch(
            change_fn(a, b, pseudocounts), error = function(error) {
                .stop_argument("change_fn", "`change_fn` failed: ",
                               conditionMessage(error))
            }
        )
        if (!is.numeric(effect) || length(effect) != length(a)) {
            .stop_argument(
                "change_fn", "`change_fn` must return a number for each of ",
                "the ", length(a), " pairs; it returned ",
                .pluralize(length(effect), "value"), " of class ",
                class(effect)[1], "."
            )
        }
        as.double(effect)
    }
}

.checked_region <- function(m1_domain_fn) {
    if (is.null(m1_domain_fn)) {
        return(NULL)
    }
    function(effect) {
        found <- tryCatch(
            m1_domain_fn(effect), error = function(error) {
                .stop_argument("m1_domain_fn", "`m1_domain_fn` failed: ",
                               conditionMessage(error))
            }
        )
        if (!is.list(found)) {
            found <- list(found, rep(FALSE, length(effect)))
        }
        if (length(found) != 2 || any(lengths(found) != length(effect)) ||
            !all(unlist(found) %in% c(FALSE, TRUE))) {
            .stop_argument(
                "m1_domain_fn", "`m1_domain_fn` must return TRUE or FALSE for ",
                "each of the ", length(effect), " effects, or a list of two ",
                "such vectors: higher and lower."
            )
        }
        lapply(found, as.double)
    }
}

.check_de_sampling <- function(given) {
    for (flag in c("batch_correction", "use_permutation")) {
        .check_flag(given[[flag]], flag)
    }
    for (number in c("n_samples_overall", "m_permutation", "max_cells",
                     "n_mc_samples", "batch_size")) {
        .check_count(given[[number]], number)
    }
    .check_choice(given$weights, c("uniform", "importance"), "weights")
    observed <- given$use_observed_batches
    if (!is.null(observed)) {
        .check_flag(observed, "use_observed_batches")
        if (observed == given$batch_correction) {
            .stop_argument(
                "use_observed_batches", "`use_observed_batches = ", observed,
                "` contradicts `batch_correction = ", given$batch_correction,
                "`; give one of them."
            )
        }
    }
    given$importance <- given$weights == "importance"
    given
}

# Codes of the batches that both sides are decoded as; none: their own.
.de_batches <- function(sampling, model) {
    for (argument in c("batchid1", "batchid2")) {
        given <- sampling[[argument]]
        if (!sampling$batch_correction) {
            if (!is.null(given)) {
                .stop_argument(
                    argument, "`", argument, "` needs `batch_correction = ",
                    "TRUE`: without it, cells are decoded as their own batch."
                )
            }
            next
        }
        levels <- .registry(model)$batch$levels
        codes <- if (is.null(given)) {
            seq_len(max(1, length(levels))) - 1L
        } else {
            match(
                .level_text(given, paste0("`", argument, "`"), argument),
                levels
            ) - 1L
        }
        if (!length(codes) || anyNA(codes) || anyDuplicated(codes)) {
            unknown <- .level_text(given[is.na(codes)])
            .stop_argument(
                argument, "`", argument, "` must name batches of the model, ",
                "each once; there ", .or_choices(levels),
                .near_miss(unknown, levels)
            )
        }
        sampling[[argument]] <- codes
    }
    shared <- intersect(sampling$batchid1, sampling$batchid2)
    if (length(shared) && !setequal(sampling$batchid1, sampling$batchid2)) {
        .warn(
            "`batchid1` and `batchid2` differ but share batches: samples are ",
            "paired across batches, so batch effects stay in the comparison."
        )
    }
    n_batches <- max(1, lengths(sampling[c("batchid1", "batchid2")]))
    if (sampling$n_samples_overall %/% n_batches < 2) {
        .warn(
            "`n_samples_overall` leaves fewer than 2 samples per batch; 2 ",
            "are drawn."
        )
    }
    sampling
}

# Ways to do without the counts, for each use of them.
.counts_needed_for <- function(test, all_stats, weights) {
    c(
        if (all_stats) "set `all_stats = FALSE`",
        if (!test$vanilla && is.null(test$pseudocounts)) {
            "give `pseudocounts` (1e-5, say)"
        },
        if (weights == "importance") "use `weights = \"uniform\"`"
    )
}

.check_de_counts <- function(query, test, all_stats, weights) {
    if (!is.null(query$cells$counts)) {
        return()
    }
    need <- .counts_needed_for(test, all_stats, weights)
    if (length(need)) {
        .stop_argument(
            "x", "This needs the counts, which a model does not keep; give ",
            "the data as `x`, or ", paste(need, collapse = " and "), "."
        )
    }
}

# Samples are kept up to the last layer, pairs as positions and effects.
.check_de_memory <- function(sampling, query) {
    n_hidden <- .model_options(query$model)$n_hidden
    .check_memory(
        4 * sampling$n_samples_overall * n_hidden, "n_samples_overall",
        paste(.number_text(sampling$n_samples_overall), "samples")
    )
    if (sampling$use_permutation) {
        .check_memory(
            24 * sampling$m_permutation, "m_permutation",
            paste(.number_text(sampling$m_permutation), "pairs of samples")
        )
    }
}
