# Models of scvi-tools: from its own files, where the reference has them, and
# from what exportScviTools() writes.

sce <- toy_sce(30, per_batch = 100)
model <- quick_train(sce, batch = "batch", labels = "labels",
                     categorical_covariates = "cat1",
                     continuous_covariates = "cont1",
                     check_val_every_n_epoch = 1)
folder <- withr::local_tempdir(.local_envir = teardown_env())
exportScviTools(model, folder)

test_that("an imported model is the one that was exported", {
    imported <- importScviTools(folder, x = sce)
    expect_identical(modelWeights(imported), modelWeights(model))
    expect_equal(modelOptions(imported)[names(modelOptions(model))],
                 modelOptions(model))
    expect_equal(latentRepresentation(imported), latentRepresentation(model),
                 tolerance = 1e-6)
    expect_identical(trainingSplit(imported), trainingSplit(model))
    expect_equal(as.list(trainingHistory(imported))$elbo_validation,
                 trainingHistory(model)$elbo_validation)
    expect_identical(modelRegistry(imported), modelRegistry(model))
    expect_equal(elbo(imported, x = sce, seed = 1),
                 elbo(model, x = sce, seed = 1))
})

test_that("a model without cells answers about those it is given", {
    imported <- importScviTools(folder)
    expect_equal(latentRepresentation(imported, x = sce),
                 latentRepresentation(model), tolerance = 1e-6)
    expect_equal(
        normalizedExpression(imported, x = sce, transform_batch = "batch_1",
                             seed = 1),
        normalizedExpression(model, x = sce, transform_batch = "batch_1",
                             seed = 1)
    )
    expect_argument_error(latentRepresentation(imported), "x",
                          "give the data as `x`")
    expect_argument_error(elbo(imported), "x")
    # levels by name; without a cell table they must be given
    counts <- SummarizedExperiment::assay(sce)
    expect_argument_error(latentRepresentation(imported, x = counts), "batch")
    cells <- SummarizedExperiment::colData(sce)
    expect_equal(
        latentRepresentation(
            imported, x = counts, batch = cells$batch,
            categorical_covariates = cells["cat1"],
            continuous_covariates = cells["cont1"]
        ),
        latentRepresentation(model), tolerance = 1e-6
    )
    expect_argument_error(
        latentRepresentation(imported, x = sce, batch = rep("new", 200)),
        "batch", "new"
    )
    expect_true(all(is.na(modelRegistry(imported)$n_cells)))
    shown <- paste(capture.output(imported), collapse = "\n")
    expect_match(shown, "imported")
    expect_match(shown, "200 cells")
    expect_match(shown, "give them as `x`")
})

test_that("an imported model with its cells trains on", {
    imported <- importScviTools(folder, x = sce)
    further <- continueTraining(imported, sce, max_epochs = 1, seed = 1,
                                verbose = FALSE)
    expect_equal(trainingHistory(further)$epoch, 1:2)
    # without them, it is trained on those that it is given then
    bare <- importScviTools(folder)
    expect_identical(
        modelWeights(continueTraining(bare, sce, max_epochs = 1, seed = 1,
                                      verbose = FALSE)),
        modelWeights(further)
    )
    file <- withr::local_tempfile(fileext = ".rds")
    saveRDS(imported, file)
    expect_identical(latentRepresentation(readRDS(file)),
                     latentRepresentation(imported))
})

test_that("an imported model is saved and loaded, with cells or without", {
    file <- withr::local_tempfile(fileext = ".h5")
    slots <- setdiff(slotNames("SCVIModel"), "cache")
    imported <- importScviTools(folder, x = sce)
    bare <- importScviTools(folder)
    for (model in list(imported, bare)) {
        saveSCVI(model, file, overwrite = TRUE)
        loaded <- suppressWarnings(loadSCVI(file))
        for (part in slots) {
            expect_identical(slot(loaded, part), slot(model, part))
        }
    }
    # given its data, it is saved as one about them
    saveSCVI(bare, file, x = sce, overwrite = TRUE)
    expect_equal(latentRepresentation(loadSCVI(file)),
                 latentRepresentation(imported))
    expect_identical(dim(readCounts(file)), dim(sce))
    # and goes back to scvi-tools as it came
    again <- withr::local_tempdir()
    exportScviTools(loadSCVI(file), again)
    expect_equal(latentRepresentation(importScviTools(again, x = sce)),
                 latentRepresentation(imported))
})

# The cells of `sce` as a minified AnnData beside the model.
minify_beside <- function(folder, mean, var) {
    cells <- as.list(SummarizedExperiment::colData(sce))
    cells$observed_lib_size <-
        colSums(as.matrix(SummarizedExperiment::assay(sce)))
    names(cells) <- paste0("obs/", names(cells))
    # rhdf5 reverses the dimensions
    file <- write_h5(
        c(cells, list(
            `obs/_index` = colnames(sce), `var/_index` = rownames(sce),
            `obsm/scvi_latent_qzm` = t(mean), `obsm/scvi_latent_qzv` = t(var)
        )),
        list(obs = frame_attributes(sub("obs/", "", names(cells))),
             var = frame_attributes())
    )
    file.copy(file, file.path(folder, "adata.h5ad"), overwrite = TRUE)
}

test_that("a minified model brings the posterior of its cells", {
    posterior <- latentRepresentation(model, return_dist = TRUE)
    minified <- withr::local_tempdir()
    exportScviTools(model, minified)
    minify_beside(minified, posterior$mean, posterior$var)
    imported <- importScviTools(minified)
    expect_equal(latentRepresentation(imported, return_dist = TRUE), posterior)
    expect_equal(
        normalizedExpression(imported, transform_batch = "batch_1", seed = 1,
                             library_size = "latent"),
        normalizedExpression(model, transform_batch = "batch_1", seed = 1,
                             library_size = "latent"), tolerance = 1e-6
    )
    expect_identical(
        modelRegistry(imported)$n_cells, modelRegistry(model)$n_cells
    )
    expect_argument_error(elbo(imported), "x")
    minify_beside(minified, posterior$mean[, 1:2], posterior$var[, 1:2])
    expect_error(importScviTools(minified), "2 latent dimensions",
                 class = "scvigor_file_error")
    writeLines("no HDF5", file.path(minified, "adata.h5ad"))
    expect_error(importScviTools(minified), "adata.h5ad",
                 class = "scvigor_file_error")
})

test_that("what is wrong with the files is reported", {
    expect_argument_error(importScviTools(), "dir", "Give the folder")
    expect_argument_error(importScviTools("nowhere"), "dir", "no folder")
    expect_argument_error(importScviTools(1), "dir")
    expect_argument_error(importScviTools(file.path(folder, "model.pt")),
                          "dir", "not a file")
    expect_argument_error(importScviTools(folder, prefix = 1), "prefix")
    expect_argument_error(importScviTools(folder, prefix = "a/b"), "prefix",
                          "no \"/\"")
    expect_argument_error(importScviTools(folder, accelerator = "x"),
                          "accelerator")
    expect_argument_error(importScviTools(folder, num_threads = 0),
                          "num_threads")
    expect_argument_error(importScviTools(folder, batsh = "x"), "batsh")
    expect_argument_error(importScviTools(folder, batch = "x"), "batch",
                          "how to read")
    expect_argument_error(importScviTools(folder, sce, "x"), "...")
    expect_argument_error(importScviTools(folder, x = sce, subset.col = 1),
                          "subset.col")
    expect_argument_error(importScviTools(folder, x = sce, batsh = "x"),
                          "batsh", "batch")
    expect_argument_error(importScviTools(folder, x = sce[, 1:9]), "x",
                          "trained on 200")
    expect_argument_error(importScviTools(folder, x = 1), "x")
    expect_error(importScviTools(folder, prefix = "other_"), "other_model.pt",
                 class = "scvigor_file_error")

    damaged <- withr::local_tempdir()
    file <- file.path(damaged, "model.pt")
    bytes <- readBin(file.path(folder, "model.pt"), "raw", 1e7)
    write_bytes <- function(bytes) writeBin(bytes, file)
    write_bytes(bytes[seq_len(1000)])
    expect_error(importScviTools(damaged), "model.pt",
                 class = "scvigor_file_error")
    bytes[3000:3200] <- !bytes[3000:3200]
    write_bytes(bytes)
    expect_error(importScviTools(damaged), "model.pt\" is damaged",
                 class = "scvigor_file_error")
    write_bytes(charToRaw("cos\nsystem\n(S'touch hacked'\ntR."))
    expect_error(importScviTools(damaged), "os.system",
                 class = "scvigor_file_error")
    expect_false(file.exists("hacked"))
})

test_that("a history of scvi-tools is continued by ours", {
    imported <- importScviTools(folder, x = sce)
    imported@history <- scvigor:::.as_history(
        list(elbo_train = c(3, 2), kl_global_train = c(0, 0)), 2
    )
    further <- continueTraining(imported, sce, max_epochs = 1, seed = 1,
                                verbose = FALSE)
    history <- trainingHistory(further)
    expect_equal(history$epoch, 1:3)
    expect_equal(history$elbo_train[1:2], c(3, 2))
    expect_true(is.finite(history$elbo_train[3]))
    expect_identical(history$kl_global_train, c(0, 0, NA))
    expect_identical(is.na(history$lr), c(TRUE, TRUE, FALSE))
})

for_each_file(
    "the reference of a query is read",
    list.files(model_files("^query_.*_reference$"), "^model[.]pt$",
               full.names = TRUE),
    "saved reference of a query",
    function(file) {
        imported <- importScviTools(dirname(file))
        numbers <- sub("_reference$", ".h5", dirname(file))
        given <- flat_arguments(json_attribute(numbers, "init_params"))
        expect_equal(modelOptions(imported)[names(given)], given)
        setup <- json_attribute(numbers, "setup_args")
        known <- modelRegistry(imported)
        expect_setequal(unique(known$column), setup_columns(setup))
        shapes <- json_attribute(numbers, "reference_shapes")
        weights <- modelWeights(imported)
        expect_setequal(names(weights), names(shapes))
        for (name in names(shapes)) {
            expect_length(weights[[name]], prod(unlist(shapes[[name]])))
        }
    }
)
