#' @describeIn SCVIModel-class Prints the architecture, the data and how
#'   training went.
#' @param object A model.
#' @importFrom methods show
#' @export
setMethod("show", "SCVIModel", function(object) {
    problems <- .model_problems(object)
    if (length(problems)) {
        cat("SCVIModel that is not valid: ", paste(problems, collapse = "; "),
            "\n", sep = "")
    } else {
        cat(.describe(object), sep = "\n")
    }
})

.describe <- function(model) {
    options <- .model_options(model)
    pick <- function(names) {
        paste0(names, " ", vapply(options[names], .option_text, ""),
               collapse = ", ")
    }
    c(
        paste0(
            "SCVIModel (scvigor ", .run(model)$version, "), ",
            if (.is_query(.train_options(model))) "query of a reference, ",
            .origin(model)
        ),
        paste0("  network:    ", pick(c(
            "n_hidden", "n_latent", "n_layers", "dropout_rate"
        ))),
        paste0("  model:      ", pick(c(
            "gene_likelihood", "dispersion", "latent_distribution"
        ))),
        paste0("  data:       ", .describe_data(model)),
        if (length(.run(model)$stop_reason)) {
            paste0("  training:   ", .describe_training(model))
        },
        paste0("  best:       ", .describe_best(model)),
        paste0("  counts:     not stored", if (.has_cells(model)) {
            " (minified: the latent posterior of the cells is)"
        } else {
            ", nor are cells (not minified): give them as `x`"
        })
    )
}

.option_text <- function(value) {
    if (is.numeric(value)) .number_text(as.numeric(value)) else format(value)
}

# How the model came by its weights.
.origin <- function(model) {
    if (.is_imported(model)) {
        "imported"
    } else if (identical(.run(model)$stop_reason, "not trained")) {
        "not trained"
    } else {
        "trained"
    }
}

.describe_data <- function(model) {
    registry <- .registry(model)
    batches <- registry$batch$levels
    parts <- c(
        .format_count(length(.genes(model)), "gene"),
        if (.n_trained_cells(model)) {
            .format_count(.n_trained_cells(model), "cell")
        },
        if (length(batches) == 1) {
            paste0("1 batch (", .quote_first(batches), ")")
        } else if (length(batches)) {
            paste0(length(batches), " batches (", .quote_first(batches, 4), ")")
        } else {
            "no batches"
        },
        if (length(registry$labels)) {
            .pluralize(length(registry$labels$levels), "label")
        },
        if (length(registry$categorical)) {
            paste("categories", .quote_first(names(registry$categorical)))
        },
        if (length(registry$continuous)) {
            paste("covariates", .quote_first(names(registry$continuous)))
        },
        if (length(registry$size_factor)) "size factors",
        if (length(.codes(model)$cell_weights)) "weighted cells"
    )
    paste(parts, collapse = ", ")
}

.format_count <- function(n, thing) {
    sub("^[0-9]+", .with_commas(n), .pluralize(n, thing))
}

.is_imported <- function(model) {
    identical(.run(model)$stop_reason, "imported")
}

# An imported model may know how many cells it was trained on, not which.
.n_trained_cells <- function(model) {
    n_cells <- length(.log_library(model))
    if (n_cells || is.null(.run(model)$n_cells)) n_cells else
        .run(model)$n_cells
}

.describe_training <- function(model) {
    run <- .run(model)
    if (.is_imported(model)) {
        return(paste0(
            .pluralize(run$epochs, "epoch"), " in scvi-tools ", run$scvi_tools
        ))
    }
    why <- switch(run$stop_reason,
        max_epochs = "all epochs done", max_steps = "all steps done",
        `early stopping` = "stopped early: no more improvement",
        interrupted = "interrupted by the user",
        `not finite` = "stopped by a number that was not finite",
        `not trained` = "continueTraining() trains it"
    )
    paste0(
        run$epochs, " of ", run$max_epochs, " epochs (", why, ") in ",
        .number_text(round(run$seconds, 1)), " s, seed ",
        .number_text(as.numeric(run$seed)),
        if (length(run$best_epoch)) {
            paste0("; weights of epoch ", run$best_epoch)
        }
    )
}

# elbo_* in the history is a loss (lower is better); the ELBO is its negative.
.describe_best <- function(model) {
    history <- .history(model)
    for (part in c("validation", "train")) {
        loss <- history[[paste0("elbo_", part)]]
        if (any(is.finite(loss))) {
            best <- which.min(loss)
            return(paste0(
                part, " ELBO ", .one_decimal(-loss[best]), " in epoch ",
                history$epoch[best]
            ))
        }
    }
    "no epoch was finished"
}
