# What the rest of the package takes for granted of a model. The slots of an
# object can be changed by hand, and files can hold anything.

# Sentences that say which slots do not fit, and what was expected; none for a
# valid model. `slots` is a list of the slots, by name. The weights are compared
# with the options where the handle is made, see handle.R. A run that is not
# finished has no posterior.
.slot_problems <- function(slots, has_posterior = TRUE) {
    problems <- .option_problems(slots$options)
    if (length(problems)) {
        return(problems)
    }
    for (name in c("codes", "split", "posterior")) {
        # unfinished runs have none
        if (!is.null(slots[[name]]) && !is.list(slots[[name]])) {
            return(paste0("slot `", name, "` must be a list"))
        }
    }
    problems <- tryCatch(
        c(
            .gene_problems(slots), .weight_problems(slots$weights),
            .registry_problems(slots), .split_problems(slots$split)
        ),
        error = .foreign_slots
    )
    if (length(problems)) {
        return(problems)
    }
    tryCatch(.cell_problems(slots, has_posterior), error = .foreign_slots)
}

# lists that hold something else altogether
.foreign_slots <- function(error) {
    "its slots are not those of a model"
}

.counted_options <- c(
    "n_genes", "n_latent", "n_batch", "n_labels", "n_continuous_cov"
)

.option_problems <- function(options) {
    is_count <- function(name) .is_whole(options[[name]])
    if (!is.list(options)) {
        return("slot `options` must be a list")
    }
    wrong <- Filter(Negate(is_count), .counted_options)
    if (length(wrong)) {
        paste0("slot `options` must have a whole number `", wrong[1], "`")
    }
}

.gene_problems <- function(slots) {
    genes <- slots$genes
    if (!is.character(genes) || anyNA(genes)) {
        return("slot `genes` must be text without missing values")
    }
    c(
        .length_problem("genes", length(genes), slots$options$n_genes,
                        "`options$n_genes`"),
        if (anyDuplicated(genes)) "slot `genes` has duplicated names"
    )
}

.weight_problems <- function(weights) {
    if (!.is_list_of(weights, is.numeric) || is.null(names(weights))) {
        "slot `weights` must be a named list of numeric arrays"
    }
}

.registry_problems <- function(slots) {
    problem <- .entry_problem(slots$registry)
    if (length(problem)) {
        return(problem)
    }
    expected <- .options_from_data(slots$options$n_genes, slots$registry)
    found <- slots$options
    differs <- vapply(setdiff(names(expected), "n_genes"), function(name) {
        !identical(as.numeric(expected[[name]]), as.numeric(found[[name]]))
    }, NA)
    for (name in names(which(differs))) {
        return(paste0(
            "slot `registry` gives ", name, " = ",
            .number_list(expected[[name]]), ", but `options$", name, "` is ",
            .number_list(found[[name]])
        ))
    }
}

# Where a covariate came from: the name of a column or NULL, and the levels of
# a category.
.entry_problem <- function(registry) {
    is_text <- function(value) is.null(value) || is.character(value)
    is_entry <- function(entry) {
        is.null(entry) || (is.list(entry) && is_text(entry[["column"]]) &&
            is_text(entry[["levels"]]))
    }
    is_valid <- function(field) {
        part <- registry[[field]]
        if (field %in% .list_fields) {
            is.null(part) || .is_list_of(part, is_entry)
        } else {
            is_entry(part)
        }
    }
    wrong <- Filter(Negate(is_valid), names(.argument_of))
    source <- registry[["source"]]
    if (!length(wrong) && !is.null(source) && !is.list(source)) {
        wrong <- "source"
    }
    if (length(wrong)) {
        paste0("slot `registry` has a `", wrong[1], "` that cannot be read")
    }
}

.split_problems <- function(split) {
    is_part <- function(part) {
        is.null(part) || (is.numeric(part) && !anyNA(part))
    }
    if (is.null(split)) {
        return(NULL)
    }
    if (!is.list(split) || !.is_list_of(split[.split_parts], is_part)) {
        paste("slot `split` must hold positions of cells: `train`,",
              "`validation`, `test`")
    }
}

# ---- What the model keeps of its cells --------------------------------------

.cell_problems <- function(slots, has_posterior) {
    sizes <- .cell_sizes(slots)
    if (!any(sizes$stored > 0)) {
        return(NULL)
    }
    n_cells <- .most_frequent(unlist(sizes))
    problems <- c(
        if (has_posterior) {
            .posterior_problems(
                slots$posterior, n_cells, slots$options$n_latent
            )
        },
        if (!is.numeric(slots$log_library)) {
            "slot `log_library` must be numeric"
        } else if (anyNA(slots$log_library)) {
            "slot `log_library` has missing values"
        } else {
            .length_problem("log_library", length(slots$log_library), n_cells,
                            "one per cell")
        },
        if (length(slots$cells)) {
            .length_problem("cells", length(slots$cells), n_cells,
                            "one per cell")
        },
        .code_problems(slots, n_cells)
    )
    positions <- unlist(slots$split[.split_parts], use.names = FALSE)
    if (length(positions) && (min(positions) < 1 || max(positions) > n_cells)) {
        problems <- c(problems, paste0(
            "slot `split` must hold positions from 1 to ", n_cells
        ))
    }
    problems
}

# The numbers of cells that slots tell of.
.cell_sizes <- function(slots) {
    n_rows <- function(value) if (is.null(value)) 0L else NROW(value)
    list(
        stored = c(
            n_rows(slots$posterior$mean), n_rows(slots$posterior$var),
            length(slots$log_library),
            vapply(slots$codes, n_rows, 1L, USE.NAMES = FALSE)
        ),
        named = length(slots$cells),
        split = sum(lengths(slots$split[.split_parts]))
    )
}

.most_frequent <- function(sizes) {
    sizes <- sizes[sizes > 0]
    counted <- table(sizes)
    as.integer(max(as.integer(names(counted))[counted == max(counted)]))
}

.posterior_problems <- function(posterior, n_cells, n_latent) {
    expected <- c(n_cells, as.integer(n_latent))
    for (name in c("mean", "var")) {
        matrix <- posterior[[name]]
        if (!is.numeric(matrix) || !identical(dim(matrix), expected)) {
            return(paste0(
                "slot `posterior` has a `", name, "` of ",
                .shape_text(matrix), ", expected is a numeric matrix of ",
                n_cells, " x ", n_latent, " (cells x `options$n_latent`)"
            ))
        }
        if (!.is_finite(matrix) || (name == "var" && any(matrix < 0))) {
            return(paste0(
                "slot `posterior` has values of `", name, "` that are ",
                "missing, infinite", if (name == "var") " or negative"
            ))
        }
    }
}

.code_problems <- function(slots, n_cells) {
    c(
        .cell_weight_problems(slots$codes$cell_weights, n_cells),
        unlist(lapply(names(.argument_of), function(field) {
            .field_problems(slots, field, n_cells)
        }))
    )
}

.cell_weight_problems <- function(weights, n_cells) {
    fits <- is.null(weights) || is.numeric(weights) &&
        length(weights) == n_cells && all(is.finite(weights)) &&
        all(weights >= 0)
    if (!fits) {
        "slot `codes` must have a number from 0 per cell as `cell_weights`"
    }
}

.field_problems <- function(slots, field, n_cells) {
    entries <- slots$registry[[field]]
    found <- slots$codes[[field]]
    # a query may leave its labels out where no parameter depends on them
    may_be_missing <- field == "labels" &&
        !identical(slots$options$dispersion, "gene-label")
    if (!length(entries) || is.null(found) && may_be_missing) {
        return(NULL)
    }
    expected <- c(n_cells, if (field %in% .list_fields) length(entries))
    shape <- if (is.null(dim(found))) length(found) else dim(found)
    if (!is.numeric(found) || !identical(as.integer(shape), expected)) {
        return(paste0(
            "slot `codes` has a `", field, "` of ", .shape_text(found),
            ", expected is ", paste(expected, collapse = " x "),
            " (one row per cell)"
        ))
    }
    .value_problems(found, field, entries)
}

.value_problems <- function(codes, field, entries) {
    if (field %in% c("continuous", "size_factor")) {
        must_be_positive <- field == "size_factor"
        if (!all(is.finite(codes)) || (must_be_positive && any(codes <= 0))) {
            paste0("slot `codes` has values of `", field, "` that are not ",
                   "finite", if (must_be_positive) " and positive")
        }
    } else {
        if (field != "categorical") {
            entries <- list(entries)
        }
        for (k in seq_along(entries)) {
            n_levels <- length(entries[[k]]$levels)
            column <- if (is.matrix(codes)) codes[, k] else codes
            if (anyNA(column) ||
                (length(column) &&
                    (min(column) < 0 || max(column) >= n_levels))) {
                return(paste0(
                    "slot `codes` must have codes of `", field, "` from 0 to ",
                    n_levels - 1
                ))
            }
        }
    }
}

# ---- Text -------------------------------------------------------------------

.length_problem <- function(slot, found, expected, of) {
    if (found != expected) {
        paste0("slot `", slot, "` has length ", found, ", expected is ",
               .number_text(as.numeric(expected)), " (", of, ")")
    }
}

# Without a copy; a sum of finite doubles does not overflow in long double.
.is_finite <- function(values) {
    is.finite(sum(values)) || all(is.finite(values))
}

.shape_text <- function(value) {
    if (is.null(value)) {
        "no values"
    } else if (is.null(dim(value))) {
        .pluralize(length(value), "value")
    } else {
        paste(dim(value), collapse = " x ")
    }
}

.number_list <- function(values) {
    if (!length(values)) {
        return("none")
    }
    paste(.number_text(as.numeric(values)), collapse = ", ")
}

# ---- The checks of an object ------------------------------------------------

# attr<-() and old releases may leave slots of another type, or none.
.slot_type_problems <- function(model) {
    types <- getSlots("SCVIModel")
    fits <- vapply(names(types), function(name) {
        .hasSlot(model, name) && is(slot(model, name), types[[name]])
    }, NA)
    wrong <- names(types)[!fits]
    if (length(wrong)) {
        article <- if (types[[wrong[1]]] == "environment") "an " else "a "
        paste0("slot `", wrong[1], "` must be ", article, types[[wrong[1]]])
    }
}

.model_problems <- function(model) {
    problems <- .slot_type_problems(model)
    if (length(problems)) {
        return(problems)
    }
    names <- c("options", "weights", "genes", "cells", "registry", "codes",
               "split", "posterior", "log_library")
    .slot_problems(.slot_list(model, names))
}

# Where a model enters a verb.
.check_model <- function(model) {
    problems <- .model_problems(model)
    if (length(problems)) {
        .stop_argument(
            "object", "The model is not valid: ",
            paste(problems, collapse = "; "), "."
        )
    }
    model
}

setValidity("SCVIModel", function(object) {
    problems <- .model_problems(object)
    if (!length(problems)) {
        problems <- tryCatch(
            {
                .handle(object)
                NULL
            },
            scvigor_argument_error = conditionMessage
        )
    }
    if (length(problems)) problems else TRUE
})
