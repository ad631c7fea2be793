# scvi-tools' load_query_data on two trained references of real cells: what
# three steps of Adam change, for every switch. Which entries may change at all
# is tested entry by entry in tests/cpp/test_freeze.cpp.

query_files <- function() {
    folder <- reference_folder()
    if (is.null(folder)) {
        return(character())
    }
    list.files(file.path(folder, "kang_model"), "^query_.*[.]h5$",
               full.names = TRUE)
}

read_query_file <- function(file) {
    skip_if_not_installed("rhdf5")
    data <- skip_without_reference("../data/kang_ctrl_stim.h5ad")
    read <- function(name) as.vector(rhdf5::h5read(file, name))
    sce <- readCounts(data, verbose = FALSE)
    groups <- unique(rhdf5::h5ls(file, recursive = FALSE)$name)
    content <- rhdf5::h5ls(file)
    list(
        reference = importScviTools(sub("[.]h5$", "_reference", file)),
        old = sce[, read("reference_obs_names")],
        new = sce[, read("query_obs_names")],
        read = read,
        switches = setdiff(
            groups, c("appended", "query_obs_names", "reference_obs_names")
        ),
        masks = unique(content$name[endsWith(content$group, "/allowed")]),
        attribute = function(group, name) {
            rhdf5::h5readAttributes(file, group)[[name]]
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

# {"name": 12, ...} as a named vector
json_numbers <- function(text) {
    entries <- regmatches(text, gregexpr("\"[^\"]+\": [0-9]+", text))[[1]]
    stats::setNames(
        as.numeric(sub(".*: ", "", entries)),
        sub("^\"([^\"]+)\".*", "\\1", entries)
    )
}

# Three minibatches of the first 128 cells.
three_steps <- function(fixture, group) {
    query <- do.call(loadQuery, c(
        list(fixture$reference, fixture$new, seed = 1,
             external_indexing = list(
                 train = 1:128, validation = 129:ncol(fixture$new)
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

for (file in query_files()) {
    case <- sub("[.]h5$", "", basename(file))
    test_that(paste("TL07 the entries that training changes:", case), {
        fixture <- read_query_file(file)
        for (group in fixture$switches) {
            expected <- json_numbers(fixture$attribute(
                group, "n_changed_after_3_steps_weight_decay_0"
            ))
            found <- three_steps(fixture, group)[names(expected)]
            if (case == "query_three_to_four" && group != "unfrozen") {
                # the query's own dispersions, frozen in scvi-tools, are free
                expect_gt(found[["px_r"]], 0)
                found["px_r"] <- 0
            }
            # a bias in front of a BatchNorm has an exact zero as gradient
            # here, rounding noise there
            expected[grepl("fc_layers.*[.]0[.]bias$", names(expected))] <- 0
            expect_identical(found > 0, expected > 0, info = group)
            # how many entries of a weight, dropout decides here and there
            allowed <- expected
            masks <- intersect(names(expected)[expected > 0], fixture$masks)
            allowed[masks] <- vapply(masks, function(name) {
                sum(fixture$read(paste0(group, "/allowed/", name)) > 0)
            }, numeric(1))
            expect_true(all(found <= allowed), info = group)
        }
    })

    test_that(paste("TL08 TL15 the reference's output stays:", case), {
        fixture <- read_query_file(file)
        query <- loadQuery(fixture$reference, fixture$new, seed = 1)
        cells <- fixture$old[, 1:200]
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
    })
}
