# A package with LinkingTo: scvigor, as another developer would write it, is
# installed and used: inst/include/scvigor/r_api.h.

client_c <- '
#include <scvigor/r_api.h>

static void must(int status) {
  if (status != SCVIGOR_OK) Rf_error("%d: %s", status, scvigor_last_error());
}

SEXP use_model(SEXP object, SEXP x, SEXP batch, SEXP seed) {
  scvigor_model *model = NULL;
  must(scvigor_model_open(object, &model));
  scvigor_dims dims = SCVIGOR_DIMS_INIT;
  must(scvigor_model_dims(model, &dims));
  scvigor_cells cells = SCVIGOR_CELLS_INIT;
  cells.n_cells = INTEGER(R_do_slot(x, Rf_install("Dim")))[1];
  cells.p = INTEGER(R_do_slot(x, Rf_install("p")));
  cells.i = INTEGER(R_do_slot(x, Rf_install("i")));
  cells.x = REAL(R_do_slot(x, Rf_install("x")));
  cells.batch = INTEGER(batch);
  scvigor_run run = SCVIGOR_RUN_INIT;
  run.seed = Rf_asInteger(seed);
  scvigor_decoding decoding = SCVIGOR_DECODING_INIT;
  SEXP out = PROTECT(Rf_allocVector(VECSXP, 3));
  SET_VECTOR_ELT(out, 0, Rf_allocMatrix(REALSXP, dims.n_latent, cells.n_cells));
  SET_VECTOR_ELT(out, 1, Rf_allocMatrix(REALSXP, dims.n_genes, cells.n_cells));
  SET_VECTOR_ELT(out, 2, Rf_mkString(scvigor_gene_name(model, 0)));
  int status = scvigor_latent(model, &cells, &run, REAL(VECTOR_ELT(out, 0)), NULL);
  if (status == SCVIGOR_OK)
    status = scvigor_decode(model, &cells, &decoding, &run, REAL(VECTOR_ELT(out, 1)));
  scvigor_model_free(model);
  UNPROTECT(1);
  must(status);
  return out;
}
'

client_cpp <- '
#include <cstdio>
#include <scvigor/r_api.hpp>

extern "C" SEXP latent_from_cpp(SEXP object, SEXP counts) {
  char message[256] = "";
  SEXP out = PROTECT(Rf_allocVector(REALSXP, 1));
  try {
    const scvigor::r_api::Model model(object);
    scvigor_cells cells = scvigor::r_api::cells(Rf_ncols(counts));
    cells.dense = REAL(counts);
    const std::vector<double> latent = model.latent(cells);
    REAL(out)[0] = latent.back();
  } catch (const scvigor::r_api::Error& error) {
    std::snprintf(message, sizeof message, "%d: %s", error.status(), error.what());
  }
  UNPROTECT(1);
  if (message[0] != 0) Rf_error("%s", message);
  return out;
}
'

# Installs the package once; skips where nothing can be compiled.
install_client <- function(env = parent.frame()) {
    compiler <- system2(
        file.path(R.home("bin"), "R"), c("CMD", "config", "CC"), stdout = TRUE
    )
    skip_if(
        !nzchar(Sys.which(strsplit(compiler, " ")[[1]][1])),
        "there is no C compiler"
    )
    source <- file.path(withr::local_tempdir(.local_envir = env), "client")
    library <- withr::local_tempdir(.local_envir = env)
    dir.create(file.path(source, "src"), recursive = TRUE)
    write_to <- function(text, ...) {
        writeLines(text, file.path(source, ...))
    }
    write_to(c(
        "Package: client", "Version: 0.1", "Title: Uses scvigor in C",
        "Description: A test.", "License: MIT", "Author: Nobody",
        "Maintainer: Nobody <nobody@example.org>",
        "Imports: scvigor", "LinkingTo: scvigor"
    ), "DESCRIPTION")
    write_to(
        c("useDynLib(client)", "importFrom(scvigor, scviModel)"), "NAMESPACE"
    )
    write_to(client_c, "src", "client.c")
    write_to(client_cpp, "src", "client_cpp.cpp")
    log <- withr::with_envvar(
        c(R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep)),
        system2(
            file.path(R.home("bin"), "R"),
            c("CMD", "INSTALL", "--no-docs", "--no-test-load",
              paste0("--library=", shQuote(library)), shQuote(source)),
            stdout = TRUE, stderr = TRUE
        )
    )
    expect_null(attr(log, "status"), info = paste(log, collapse = "\n"))
    loadNamespace("client", lib.loc = library)
    withr::defer(unloadNamespace("client"), envir = env)
}

test_that("a package that links to scvigor has the same numbers", {
    sce <- toy_sce(20, per_batch = 30)
    model <- quick_train(sce, batch = "batch")
    counts <- as(SummarizedExperiment::assay(sce), "dgCMatrix")
    install_client()
    use_model <- function(object, x = counts, batch = NULL) {
        if (is.null(batch)) {
            batch <- match(sce$batch, unique(sort(as.character(sce$batch))))
            batch <- batch - 1L
        }
        .Call("use_model", object, x, batch, 3L, PACKAGE = "client")
    }
    path <- withr::local_tempfile(fileext = ".h5")
    saveSCVI(model, path)
    for (object in list(model, path)) {
        found <- use_model(object)
        expect_identical(
            t(found[[1]]), unname(latentRepresentation(model, x = sce))
        )
        expect_identical(
            found[[2]],
            unname(as.matrix(normalizedExpression(model, x = sce, seed = 3)))
        )
        expect_identical(found[[3]], rownames(sce)[1])
    }
    dense <- as.matrix(counts)
    storage.mode(dense) <- "double"
    one_batch <- quick_train(sce)
    expect_identical(
        .Call("latent_from_cpp", one_batch, dense, PACKAGE = "client"),
        unname(latentRepresentation(one_batch, x = sce)[ncol(sce), 5])
    )

    # errors have a status and the message that R users see
    expect_error(use_model(model, batch = rep(2L, ncol(sce))),
                 "^1: `batch` has a level")
    expect_error(use_model("no such file"), "no such file")
    expect_error(use_model(1), "^1: There is no scVI model")
    expect_error(
        .Call("latent_from_cpp", model, dense, PACKAGE = "client"),
        "^1: `batch` must have a value"
    )
})
