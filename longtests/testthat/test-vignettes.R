# Each vignette as a user runs it, in an R session of its own, and what must be
# true of its objects afterwards.

checks <- list(
    "differential-expression" = quote({
        markers <- topMarkers(de, n = 10)
        of <- function(type) markers$gene[markers$group1 == type]
        stopifnot(
            c("MS4A1", "CD79A") %in% of("B cells"),
            "S100A8" %in% of("CD14+ Monocytes"),
            c("CCL5", "NKG7") %in% of("CD8 T cells"),
            pair$lfc_median[pair$gene == "FCGR3A"] < -1,
            c("ISG15", "IFI6") %in%
                response$gene[response$is_de & response$lfc_median > 1],
            sum(close$is_de) < 100,
            identical(names(de)[1:5], c("gene", "comparison", "lfc_median",
                                        "proba_de", "is_de"))
        )
    }),
    "large-data" = quote(stopifnot(
        length(genes) == 500,
        file.size(file) < object.size(SingleCellExperiment::counts(sce)),
        identical(modelWeights(model), modelWeights(same)),
        is(expression, "DelayedMatrix"),
        identical(dim(expression), c(500L, ncol(sce))),
        identical(modelWeights(longer), modelWeights(whole)),
        max(trainingHistory(trained)$epoch) == 4
    )),
    "mapping" = quote({
        is_known <- !is_new
        right <- query$cell_type_predicted == as.character(query$cell_type)
        rejected <- is.na(query$cell_type_predicted) |
            query$cell_type_predicted == "unknown"
        stopifnot(
            mean(right[is_known & !rejected]) > 0.85,
            mean(rejected[is_new]) > mean(rejected[is_known]),
            auroc(query$cell_type_distance, is_new) > 0.85,
            sort(table(both$cells_of)) ==
                sort(c(ncol(known), sum(!is_reference))),
            identical(SingleCellExperiment::reducedDim(again, "scVI"),
                      SingleCellExperiment::reducedDim(query, "scVI"))
        )
    }),
    "numbers" = quote(stopifnot(
        isTRUE(all.equal(history$kl_weight, (history$epoch - 1) / 400)),
        elbo(model, sce, seed = 1) < -reconstructionError(model, sce, seed = 1),
        abs(colSums(normalizedExpression(model, sce, seed = 1)) - 1) < 1e-5
    )),
    "scvi-tools" = quote(stopifnot(
        length(genes) == 600,
        grepl("batch", tryCatch(trainSCVI(sce, batch_key = "stimulus"),
                                error = conditionMessage)),
        c("model.pt") %in% list.files(folder),
        identical(latentRepresentation(back, x = sce),
                  latentRepresentation(sce, x = sce))
    )),
    "scvigor" = quote({
        mixing <- c(batchMixing(sce, batch = "stimulus", name = "raw"),
                    batchMixing(sce, name = "scVI"))
        own <- isg15()
        stopifnot(
            mixing[2] > 0.7, mixing[2] > 5 * mixing[1],
            own["stim"] > 10 * own["ctrl"],
            isg15(transform_batch = "ctrl")["stim"] < own["stim"] / 10,
            identical(dim(reducedDim(sce, "scVI")), c(ncol(sce), 10L)),
            is.finite(elbo(sce, seed = 1))
        )
    }),
    "seurat" = quote({
        if (has_5) {
            stopifnot(
                ncol(object[["integrated.scvi"]]) == 10,
                methods::is(scviModel(object, "integrated.scvi"), "SCVIModel")
            )
        }
        if (has_any) stopifnot(
            ncol(seurat[["scvi"]]) == 10, is.finite(elbo(seurat, seed = 1))
        )
    })
)

folder <- normalizePath(testthat::test_path("..", "..", "vignettes"))
vignettes <- sub("[.]Rmd$", "", list.files(folder, "[.]Rmd$"))

# The vignette's own objects are those of `vignette`.
walk <- function(name) {
    work <- withr::local_tempdir()
    saveRDS(checks[[name]], file.path(work, "check.rds"))
    run_session(c(
        sprintf("setwd(%s)", deparse(work)),
        "vignette <- new.env()",
        sprintf("output <- knitr::knit(%s, 'out.md', envir = vignette,
                 quiet = TRUE)", deparse(file.path(folder, paste0(name, ".Rmd")))),
        "library(scvigor)",
        "problems <- grep('^#> (Error|Warning)', readLines('out.md'),
                          value = TRUE)",
        "eval(readRDS('check.rds'), vignette)",
        "cat('checked', length(problems), 'problems\\n')"
    ))
}

for (name in union(vignettes, names(checks))) {
    test_that(paste("the vignette", name, "does what it says"), {
        testthat::skip_if_not_installed("knitr")
        expect_true(name %in% vignettes)
        expect_false(is.null(checks[[name]]))
        run <- walk(name)
        expect_identical(run$status, 0L, info = run$out)
        # scvi-tools.Rmd shows the error of an argument with another name
        n_errors <- if (name == "scvi-tools") 1 else 0
        expect_identical(
            tail(run$out, 1), paste("checked", n_errors, "problems"),
            info = run$out
        )
    })
}
