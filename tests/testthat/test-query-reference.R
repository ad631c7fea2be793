# scvi-tools' load_query_data on trained references of real cells: what three
# steps of Adam change, for every switch. Which entries may change at all is
# tested entry by entry in tests/cpp/test_freeze.cpp.

read_query_file <- function(file) {
    setup <- json_attribute(file, "setup_args")
    reference <- importScviTools(sub("[.]h5$", "_reference", file))
    cells <- function(names) {
        find_cells(names, reference@genes, setup_columns(setup), dirname(file))
    }
    switches <- Filter(function(group) {
        has_h5(file, paste0(group, "/allowed"))
    }, h5_names(file))
    list(
        reference = reference, switches = switches,
        old = cells(read_h5(file, "reference_obs_names")),
        new = cells(read_h5(file, "query_obs_names")),
        read = function(path) read_h5(file, path),
        masks = h5_names(file, paste0(switches[1], "/allowed")),
        json = function(group, name) {
            unlist(json_attribute(file, name, group))
        }
    )
}

# "freeze_dropout", "no_freeze_expression" ... as arguments
switch_arguments <- function(group) {
    if (group == "default") {
        return(list())
    }
    stats::setNames(
        list(!startsWith(group, "no_")), sub("^no_", "", group)
    )
}

# Three minibatches of the first 128 cells.
three_steps <- function(fixture, group) {
    n <- min(128, ncol(fixture$new))
    query <- do.call(loadQuery, c(
        list(fixture$new, fixture$reference, seed = 1,
             external_indexing = list(
                 train = seq_len(n),
                 validation = setdiff(seq_len(ncol(fixture$new)), seq_len(n))
             )),
        switch_arguments(group)
    ))
    trained <- continueTraining(
        query, fixture$new, max_epochs = 3, seed = 1, verbose = FALSE
    )
    before <- modelWeights(query)
    after <- modelWeights(trained)
    vapply(names(after), function(name) {
        sum(before[[name]] != after[[name]])
    }, numeric(1))
}

# Weights with a row for each level that have grown: the query's own rows are
# frozen in scvi-tools and free here.
own_levels <- function(fixture) {
    before <- modelWeights(fixture$reference)
    after <- modelWeights(loadQuery(fixture$new, fixture$reference, seed = 1))
    grown <- names(after)[lengths(after) > lengths(before[names(after)])]
    intersect(grown, c("px_r", "_embeddings_dict.batch.weight"))
}

# A vector for a query's only batch is like a bias: a BatchNorm takes it away.
has_own_dispersions <- function(fixture) {
    options <- modelOptions(fixture$reference)
    identical(options$dispersion, "gene-batch") &&
        options$gene_likelihood != "poisson" &&
        "px_r" %in% own_levels(fixture)
}

# Biases in front of a BatchNorm: their gradient is an exact zero here,
# rounding noise there.
biases_before_norm <- function(names) {
    biases <- grep("fc_layers.*[.]0[.]bias$", names, value = TRUE)
    biases[sub("0[.]bias$", "1.weight", biases) %in% names]
}

for_each_file(
    "TL07 the entries that training changes", model_files("^query_.*[.]h5$"),
    "query of a trained model",
    function(file) {
        fixture <- read_query_file(file)
        own <- own_levels(fixture)
        for (group in fixture$switches) {
            expected <- fixture$json(
                group, "n_changed_after_3_steps_weight_decay_0"
            )
            found <- three_steps(fixture, group)[names(expected)]
            if (group != "unfrozen") {
                if (has_own_dispersions(fixture)) {
                    expect_gt(found[["px_r"]], 0, label = group)
                }
                found[own] <- 0
            }
            expected[biases_before_norm(names(expected))] <- 0
            expect_identical(found > 0, expected > 0, info = group)
            # how many entries of a weight, dropout decides here and there
            allowed <- expected
            masks <- intersect(names(expected)[expected > 0], fixture$masks)
            allowed[masks] <- vapply(masks, function(name) {
                sum(fixture$read(paste0(group, "/allowed/", name)) > 0)
            }, numeric(1))
            expect_true(all(found <= allowed), info = group)
        }
    }
)

for_each_file(
    "TL08 TL15 the reference's output stays", model_files("^query_.*[.]h5$"),
    "query of a trained model",
    function(file) {
        fixture <- read_query_file(file)
        query <- loadQuery(fixture$new, fixture$reference, seed = 1)
        cells <- fixture$old[, seq_len(min(200, ncol(fixture$old)))]
        latent <- function(model) {
            latentRepresentation(model, x = cells, return_dist = TRUE)
        }
        expect_equal(latent(query), latent(fixture$reference),
                     tolerance = 1e-6)
        expect_equal(
            normalizedExpression(query, x = cells, seed = 1),
            normalizedExpression(fixture$reference, x = cells, seed = 1),
            tolerance = 1e-6
        )
    }
)
