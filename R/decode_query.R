# What the verbs that decode have in common.

# As .query(), with the options of the core's decoder (`decode`) and the names
# of its results (`dimnames`). `needs_library`: the verb works at the cells'
# own library sizes.
.decode_query <- function(object, x, dots, transform_batch, n_samples,
                          subset.row, subset.col, name, batch_size, seed,
                          num_threads, accelerator, needs_library,
                          known) {
    .check_count(n_samples, "n_samples")
    .check_count(batch_size, "batch_size")
    compute <- .compute_options(num_threads, accelerator)
    query <- .query(
        object, x, dots, subset.col = subset.col, name = name,
        needs_counts = FALSE, known = known,
        num_threads = compute$num_threads
    )
    if (needs_library) {
        .check_library(query)
    }
    known_genes <- .genes(query$model)
    genes <- .positions(
        subset.row, length(known_genes), known_genes, "subset.row", "genes"
    )
    decode <- list(
        transform_batch = .batch_codes(query$model, transform_batch),
        genes = if (!is.null(subset.row)) genes - 1L,
        n_samples = n_samples, batch_size = batch_size,
        seed = .check_seed(seed)
    )
    c(query, list(
        decode = decode, compute = compute,
        dimnames = list(known_genes[genes], query$cell_names),
        n_cells = .n_cells(query$cells)
    ))
}

# Without counts the library encoder has no input.
.check_library <- function(query) {
    options <- .model_options(query$model)
    learned <- !options$use_observed_lib_size && !options$use_size_factor
    if (learned && is.null(query$cells$counts)) {
        .stop_argument(
            "x", "The model infers library sizes from counts, which it does ",
            "not keep; give the data as `x`."
        )
    }
}

# Codes of the batches that are named by their levels.
.batch_codes <- function(model, transform_batch) {
    if (is.null(transform_batch)) {
        return(integer())
    }
    argument <- "transform_batch"
    levels <- .registry(model)$batch$levels
    if (is.null(levels)) {
        .stop_argument(
            argument, "The model was trained without `batch`."
        )
    }
    if (!is.atomic(transform_batch)) {
        .stop_argument(
            argument, "`transform_batch` must name batches, not be a ",
            class(transform_batch)[1], "."
        )
    }
    asked <- .level_text(transform_batch, "`transform_batch`", argument)
    codes <- match(asked, levels) - 1L
    if (!length(codes) || anyNA(codes)) {
        .stop_argument(
            argument, "`transform_batch` must name batches; there ",
            .or_choices(levels), ", but not ",
            .quote_first(asked[is.na(codes)]),
            .near_miss(asked[is.na(codes)], levels)
        )
    }
    codes
}

# A result of genes x cells, `n_arrays` of them, must fit into memory.
.check_result_memory <- function(query, n_arrays, bytes_per_value = 8) {
    n_genes <- length(query$dimnames[[1]])
    .check_memory(
        bytes_per_value * n_genes * query$n_cells * n_arrays,
        if (n_arrays > 4) "n_samples" else "subset.col",
        paste0(
            "A result of ", .with_commas(n_genes), " genes x ",
            .with_commas(query$n_cells), " cells",
            if (n_arrays > 1) paste0(" x ", .number_text(n_arrays))
        ),
        paste0(
            " Choose genes (`subset.row`) or cells (`subset.col`)",
            if (n_arrays > 4) ", take fewer samples", "."
        )
    )
}

# Names for genes x cells (x samples).
.name_expression <- function(values, names) {
    dimnames(values) <- c(names, rep(list(NULL), length(dim(values)) - 2))
    values
}
