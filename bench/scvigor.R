# scvigor's side of the timings: the same requests as scvi_tools_worker.py.

.data_sets <- new.env()
.models <- new.env()

cached_data <- function(name) {
    if (is.null(.data_sets[[name]])) {
        .data_sets[[name]] <- read_data(name)
    }
    .data_sets[[name]]
}

# Seconds a cell: of training, those in epochs, as the model records them. Of
# differential expression, seconds a call.
time_scvigor <- function(figure) {
    switch(figure$do,
        train = {
            model <- train_figure(figure, figure$epochs, figure$batch_size)
            n_train <- length(trainingSplit(model)$train)
            scvigor:::.run(model)$seconds / (n_train * figure$epochs)
        },
        latent = time_inference(figure, latentRepresentation),
        expression = time_inference(figure, normalizedExpression),
        de = time_de(figure)
    )
}

train_figure <- function(figure, epochs, batch_size) {
    sce <- cached_data(figure$data)
    do.call(trainSCVI, c(list(
        sce, batch = batch_of(sce), max_epochs = epochs,
        batch_size = batch_size, num_threads = figure$threads, seed = 0,
        verbose = FALSE
    ), figure$model))
}

# A model to infer with, trained once, for an epoch.
trained_model <- function(figure) {
    key <- paste(c(figure$data, figure$model), collapse = " ")
    if (is.null(.models[[key]])) {
        .models[[key]] <- train_figure(figure, 1, 128)
    }
    .models[[key]]
}

# From the counts, as scvi-tools does, not from the posterior that the model
# keeps of its training cells.
time_inference <- function(figure, verb) {
    model <- trained_model(figure)
    sce <- cached_data(figure$data)
    calls <- seq_len(figure$calls)
    seconds <- system.time(for (call in calls) {
        verb(model, x = sce, batch_size = figure$batch_size, seed = 0,
             num_threads = figure$threads)
    })[["elapsed"]]
    seconds / (ncol(sce) * figure$calls)
}

# `groups` is a column, or the number of groups that cells are dealt to.
time_de <- function(figure) {
    model <- trained_model(figure)
    sce <- cached_data(figure$data)
    groups <- figure$groups
    if (is.numeric(groups)) {
        groups <- paste0("g", seq_len(ncol(sce)) %% groups)
    }
    system.time(differentialExpression(
        model, sce, groups = groups, group1 = figure$group1, mode = "change",
        seed = 0, num_threads = figure$threads
    ))[["elapsed"]]
}
