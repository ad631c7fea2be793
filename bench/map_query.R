# Queries mapped onto references, by scvigor and by scvi-tools, on the same
# splits. Needs data.R.

# `steady`: models of different seeds agree, so that those of two programs can
# be compared. The 750 reference cells of kang_ctrl_stim are too few: there even
# mappings onto one reference differ by 0.02 (standard deviation), so that it
# takes several `times` to compare them.
mapping_cases <- list(
    list(
        data = "kang_ctrl_stim", query = "stim", reference_epochs = 100,
        query_epochs = 100, steady = FALSE, times = 10
    ),
    list(
        data = "kang_ctrl_donors", query = c("donor_101", "donor_107"),
        reference_epochs = 40, query_epochs = 40, steady = TRUE, times = 1
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

map_with_scvigor <- function(case, model, seed, threads = 2) {
    sce <- read_data(case$data)
    reference <- do.call(trainSCVI, c(
        list(sce[, !sce$batch %in% case$query], batch = "batch",
             max_epochs = case$reference_epochs, seed = seed,
             num_threads = threads, verbose = FALSE),
        mapping_models[[model]]
    ))
    map_onto(reference, case, seed, threads)
}

# The reference's latent space before and after, and the query's.
map_onto <- function(reference, case, seed, threads) {
    sce <- read_data(case$data)
    in_query <- sce$batch %in% case$query
    mapped <- mapQuery(
        sce[, in_query], reference, max_epochs = case$query_epochs,
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
    folder <- tempfile("mapping")
    on.exit(unlink(folder, recursive = TRUE))
    run_scvi_tools(case, model, seed, threads, folder, 1)[[1]]
}

# One reference, that of scvi-tools, and the query mapped onto it by either, so
# many times as the case needs.
map_with_both <- function(case, model, seed, threads = 2) {
    folder <- tempfile("mapping")
    on.exit(unlink(folder, recursive = TRUE))
    theirs <- run_scvi_tools(case, model, seed, threads, folder, case$times)
    sce <- read_data(case$data)
    reference <- importScviTools(
        file.path(folder, "model"), x = sce[, !sce$batch %in% case$query]
    )
    ours <- lapply(1000 * seed + seq_len(case$times), function(query_seed) {
        map_onto(reference, case, query_seed, threads)
    })
    list(ours = ours, theirs = theirs)
}

# A list of mappings onto one reference. Leaves the model of that in
# `folder`/model.
run_scvi_tools <- function(case, model, seed, threads, folder, times) {
    python <- Sys.getenv("SCVIGOR_PYTHON", "python3")
    dir.create(folder)
    request <- c(
        data_path(case$data), model, case$reference_epochs,
        case$query_epochs, seed, threads, folder, times, case$query
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
    read <- function(name) {
        file <- file.path(folder, paste0(name, ".csv"))
        as.matrix(utils::read.csv(file, row.names = 1))
    }
    lapply(seq_len(times), function(time) {
        list(
            before = read("before"),
            reference = read(paste0("reference", time)),
            query = read(paste0("query", time))
        )
    })
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
