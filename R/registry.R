# The registry of a model's covariates and the codes of its cells.

.argument_of <- c(
    batch = "batch", labels = "labels",
    categorical = "categorical_covariates",
    continuous = "continuous_covariates", size_factor = "size_factor"
)

# Fields that hold several covariates.
.list_fields <- c("categorical", "continuous")

# From the covariates of the training cells.
.make_registry <- function(covariates) {
    category <- function(covariate, argument) {
        if (is.null(covariate)) {
            return(NULL)
        }
        levels <- .levels_of(covariate, argument)
        codes <- .codes_of(covariate, levels, argument)
        label <- .covariate_label(covariate, argument)
        if (!.warn_many_levels(levels, covariate$values, label, argument)) {
            .warn_small_levels(codes, levels, covariate, argument)
        }
        list(
            column = covariate$column, levels = levels,
            type = .level_type(covariate$values)
        )
    }
    source_column <- function(covariate) covariate["column"]
    list(
        batch = category(covariates$batch, "batch"),
        labels = category(covariates$labels, "labels"),
        categorical = lapply(
            covariates$categorical, category,
            argument = "categorical_covariates"
        ),
        continuous = lapply(covariates$continuous, source_column),
        size_factor = if (!is.null(covariates$size_factor)) {
            source_column(covariates$size_factor)
        }
    )
}

# The model options that follow from the data.
.options_from_data <- function(n_genes, registry) {
    n_levels <- function(entry) max(1L, length(entry$levels))
    list(
        n_genes = n_genes,
        n_batch = n_levels(registry$batch),
        n_labels = n_levels(registry$labels),
        n_cats_per_cov = unname(vapply(
            registry$categorical, n_levels, integer(1)
        )),
        n_continuous_cov = length(registry$continuous),
        use_size_factor = !is.null(registry$size_factor)
    )
}

# Codes of cells under a registry; matrices have one row per cell.
.make_codes <- function(covariates, registry) {
    category <- function(covariate, entry, argument) {
        if (is.null(covariate)) {
            return(NULL)
        }
        .codes_of(covariate, entry$levels, argument)
    }
    numbers <- function(covariate, argument) {
        if (is.null(covariate)) NULL else .numbers_of(covariate, argument)
    }
    list(
        batch = category(covariates$batch, registry$batch, "batch"),
        labels = category(covariates$labels, registry$labels, "labels"),
        categorical = .bind_columns(Map(
            category, covariates$categorical, registry$categorical,
            "categorical_covariates"
        )),
        continuous = .bind_columns(lapply(
            covariates$continuous, numbers,
            argument = "continuous_covariates"
        )),
        size_factor = numbers(covariates$size_factor, "size_factor")
    )
}

.bind_columns <- function(columns) {
    if (!length(columns)) {
        return(NULL)
    }
    # names of arguments are symbols, which the C locale has of ASCII only
    bound <- do.call(cbind, unname(columns))
    colnames(bound) <- names(columns)
    bound
}

.subset_codes <- function(codes, cells) {
    lapply(codes, function(code) {
        if (is.matrix(code)) code[cells, , drop = FALSE] else code[cells]
    })
}
