# A reference's registry with the levels of a query: those of the
# reference keep their codes, the others follow.

# The query's covariates, read as the reference's were.
.query_covariates <- function(model, data, given) {
    registry <- .registry(model)
    covariates <- .find_covariates(registry, data, given, function(field) {
        !.is_needed(model, field)
    }, is_query = TRUE)
    for (field in names(.argument_of)) {
        missing <- length(registry[[field]]) && is.null(covariates[[field]])
        if (missing && .is_needed(model, field)) {
            argument <- .argument_of[[field]]
            .stop_argument(
                argument, "The reference was trained with `", argument,
                "`; give it for the query too, as the name of a column or as ",
                "one value per cell."
            )
        }
    }
    covariates
}

.extend_registry <- function(registry, covariates) {
    for (field in names(.argument_of)) {
        read <- covariates[[field]]
        if (is.null(read)) {
            next
        }
        argument <- .argument_of[[field]]
        registry[[field]] <- if (field %in% .list_fields) {
            Map(.extend_entry, registry[[field]], read, argument)
        } else {
            .extend_entry(registry[[field]], read, argument)
        }
    }
    registry
}

# factor(300000) has the level "3e+05", 300000 the level "300000".
.warn_same_numbers <- function(new, known, covariate, argument) {
    twins <- match(.as_number(new), .as_number(known), incomparables = NA)
    is_twin <- !is.na(twins)
    if (any(is_twin)) {
        .warn(
            .covariate_label(covariate, argument), " has new levels that are ",
            "the same numbers as levels of the reference: ",
            .quote_first(new[is_twin]), " and ",
            .quote_first(known[twins[is_twin]]), ". They are kept apart."
        )
    }
}

# `column` is where the query has it.
.extend_entry <- function(entry, covariate, argument) {
    entry["column"] <- list(covariate$column)
    if (is.null(entry$levels)) {
        return(entry)
    }
    new <- setdiff(.levels_of(covariate, argument), entry$levels)
    .warn_same_numbers(new, entry$levels, covariate, argument)
    codes <- match(.level_text(covariate$values), new) - 1L
    .warn_small_levels(codes, new, covariate, argument)
    entry$levels <- c(entry$levels, new)
    entry
}
