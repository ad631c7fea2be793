# Queries mapped onto references, by scvigor and by scvi-tools, on the same
# splits. Needs data.R.

# One seed differs from the next by more than the programs do, the more the
# fewer cells there are: `seeds` make the standard error of a mean less than
# 0.01.
mapping_cases <- list(
    list(
        data = "kang_ctrl_stim", query = "stim", reference_epochs = 100,
        query_epochs = 100, seeds = 0:9
    ),
    list(
        data = "kang_ctrl_donors", query = c("donor_101", "donor_107"),
        reference_epochs = 40, query_epochs = 40, seeds = 0:2
    )
)

# Architectures: that of trainSCVI(), and the one that scvi-tools' tutorial of
# scArches recommends.
mapping_models <- list(
    defaults = list(),
    scarches = list(
        n_layers = 2L, encode_covariates = TRUE, use_layer_norm = "both",
        use_batch_norm = "none"
    )
)

# The reference's latent space before and after, and the query's.
map_with_scvigor <- function(case, model, seed, threads = 2) {
    sce <- read_data(case$data)
    in_query <- sce$batch %in% case$query
    reference <- do.call(trainSCVI, c(
        list(sce[, !in_query], batch = "batch",
             max_epochs = case$reference_epochs, seed = seed,
             num_threads = threads, verbose = FALSE),
        mapping_models[[model]]
    ))
    mapped <- mapQuery(
        reference, sce[, in_query], max_epochs = case$query_epochs,
        seed = seed, num_threads = threads, verbose = FALSE
    )
    list(
        before = latentRepresentation(reference),
        reference = latentRepresentation(
            scviModel(mapped), x = sce[, !in_query]
        ),
        query = latentRepresentation(mapped)
    )
}

# The same by scvi-tools, in a process of its own.
map_with_scvi_tools <- function(case, model, seed, threads = 2) {
    python <- Sys.getenv("SCVIGOR_PYTHON", "python3")
    folder <- tempfile("mapping")
    dir.create(folder)
    on.exit(unlink(folder, recursive = TRUE))
    request <- c(
        data_path(case$data), model, case$reference_epochs,
        case$query_epochs, seed, threads, folder, case$query
    )
    # R's own LD_LIBRARY_PATH could give Python's torch another LibTorch.
    status <- withr::with_envvar(
        c(LD_LIBRARY_PATH = ""),
        system2(
            python,
            shQuote(c(file.path("bench", "map_scvi_tools.py"), request))
        )
    )
    if (status != 0) {
        stop("scvi-tools failed with status ", status, call. = FALSE)
    }
    parts <- c("before", "reference", "query")
    latent <- lapply(file.path(folder, paste0(parts, ".csv")), function(file) {
        as.matrix(utils::read.csv(file, row.names = 1))
    })
    stats::setNames(latent, parts)
}

# Share of the query's cells that transferLabels() names right, and how far the
# reference's cells moved.
mapping_scores <- function(latent, case, k = 50) {
    sce <- read_data(case$data)
    in_query <- sce$batch %in% case$query
    truth <- sce$cell_type
    names(truth) <- colnames(sce)
    found <- transferLabels(
        latent$query, latent$reference, unname(truth[!in_query]), k = k
    )
    right <- found$label_predicted == truth[in_query]
    c(
        accuracy = mean(right), confidence = mean(found$label_confidence),
        confidence_right = mean(found$label_confidence[right]),
        confidence_wrong = mean(found$label_confidence[!right]),
        moved = max(abs(latent$reference - latent$before))
    )
}
