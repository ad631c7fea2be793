# The training cells of an imported model.

# Stores what a model trained in R keeps of its cells.
.set_training_cells <- function(model, codes, names, posterior, log_library) {
    n_cells <- length(log_library)
    split <- .split(model)
    rest <- setdiff(seq_len(n_cells), unlist(split))
    # scvi-tools does not always say which cells were for what.
    part <- if (length(split$train)) "test" else "train"
    split[[part]] <- c(split[[part]], rest)
    .with_cells(
        model, cells = as.character(names), codes = codes, split = split,
        posterior = posterior, log_library = log_library
    )
}

.add_cells <- function(model, x, ..., compute) {
    query <- .query(
        model, x, list(...), subset.col = NULL, name = NULL,
        needs_counts = TRUE, known = character(),
        num_threads = compute$num_threads
    )
    cells <- query$cells
    n_cells <- ncol(cells$counts)
    .check_n_cells(model, n_cells, "x", "`x`")
    by_cell <- function(matrix) if (!is.null(matrix)) t(matrix)
    codes <- list(
        batch = cells$batch, labels = cells$labels,
        categorical = by_cell(cells$categorical),
        continuous = by_cell(cells$continuous),
        size_factor = cells$size_factor
    )
    given <- list(...)
    chosen <- intersect(names(given), .source_arguments)
    registry <- .registry(model)
    registry$source[chosen] <- given[chosen]
    .set_training_cells(
        initialize(model, registry = registry), codes, query$cell_names,
        latent_posterior(
            query$pointer, cells, .inference_batch_size, compute
        ),
        log_library_sizes(cells$counts)
    )
}

# A minified AnnData: the cells' posterior, without counts.
.add_minified <- function(model, file) {
    found <- read_minified(file)
    if (is.null(found)) {
        return(model)
    }
    label <- paste0("\"", file, "\"")
    n_cells <- length(found$library)
    .check_n_cells(model, n_cells, "dir", label)
    if (ncol(found$mean) != .model_options(model)$n_latent) {
        .stop_file(
            label, " has ", ncol(found$mean), " latent dimensions, its model ",
            .model_options(model)$n_latent, "."
        )
    }
    data <- list(
        counts = .cells_without_counts(n_cells),
        cell_data = .file_table(found$cells, n_cells)
    )
    .set_training_cells(
        model, .codes_for(model, data, list()), found$cells$names,
        found[c("mean", "var")], log(found$library)
    )
}

.check_n_cells <- function(model, n_cells, argument, label) {
    expected <- .run(model)$n_cells
    if (expected > 0 && n_cells != expected) {
        .stop_argument(
            argument, label, " has ", .pluralize(n_cells, "cell"),
            ", but the model was trained on ", expected, ". For other cells, ",
            "leave out `x` here and give them as `x` to the verbs."
        )
    }
}
