/* scvigor's C interface for other R packages. No scvigor library is linked: the
 * functions are fetched from the loaded package.
 *
 *   DESCRIPTION   Imports: scvigor
 *                 LinkingTo: scvigor
 *   NAMESPACE     importFrom(scvigor, scviModel)   loads scvigor first
 *   C or C++      #include <scvigor/r_api.h>       C++: or r_api.hpp
 *
 * Functions that return int return SCVIGOR_OK, or another status with a message
 * in scvigor_last_error(). None of them raises an R error, except where
 * the installed scvigor is older than this header and lacks a function. A model
 * may be used from one thread at a time; scvigor_model_open() is for R's main
 * thread only. Everything is computed on the CPU.
 *
 * Arrays hold one cell after another: an R matrix with one column per cell.
 * Codes of batches and other levels count from 0, in the order of the levels.
 */
#ifndef SCVIGOR_R_API_H
#define SCVIGOR_R_API_H

#include <R_ext/Rdynload.h>
#include <Rinternals.h>
#include <stddef.h>
#include <stdint.h>

/* Increases with every new function or member; none is ever removed. */
#define SCVIGOR_API_VERSION 1

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SCVIGOR_OK = 0,
  SCVIGOR_BAD_ARGUMENT = 1,
  SCVIGOR_BAD_FILE = 2,
  SCVIGOR_NO_MEMORY = 3,
  SCVIGOR_INTERRUPTED = 4,
  SCVIGOR_FAILED = 5
};

typedef struct scvigor_model scvigor_model;

/* Structs begin with their size, from which an installed scvigor infers which
 * members the caller was compiled with. Start from SCVIGOR_*_INIT; a member
 * that is 0 or null is not given. */

typedef struct {
  size_t size;
  int64_t n_genes;
  int64_t n_latent;
  int64_t n_batch;
  int64_t n_labels;
  int64_t n_categorical; /* further categorical covariates */
  int64_t n_continuous;
  int uses_size_factor; /* size factors must be given */
} scvigor_dims;

typedef struct {
  size_t size;
  int64_t n_cells;
  /* Counts of the model's genes in the model's order: the slots p, i and x of a
   * dgCMatrix of genes x cells, or a dense matrix. */
  const int* p;
  const int* i;
  const double* x;
  const double* dense;
  /* In place of counts: q(z | x) and the log of the total count. */
  const double* latent_mean; /* n_latent x n_cells */
  const double* latent_var;
  const double* log_library; /* n_cells */
  /* Covariates that the model has. */
  const int* batch;          /* n_cells, as all codes; null: one batch */
  const int* labels;         /* for dispersion = "gene-label" */
  const int* categorical;    /* n_categorical x n_cells */
  const double* continuous;  /* n_continuous x n_cells */
  const double* size_factor; /* n_cells */
} scvigor_cells;

typedef struct {
  size_t size;
  int64_t batch_size; /* cells at a time */
  int num_threads;    /* 0: as many as scvigor uses by itself */
  uint64_t seed;      /* of random draws */
  /* Called regularly; a value other than 0 ends the call with
   * SCVIGOR_INTERRUPTED. */
  int (*interrupted)(void* data);
  void* data;
} scvigor_run;

typedef struct {
  size_t size;
  /* Decode as each of these batches and take the mean; none: the cells' own. */
  const int* transform_batch;
  int64_t n_transform_batch;
  int64_t n_samples;   /* draws of z to average; 0: the posterior mean of z */
  double library_size; /* what a cell sums to; 0: its own library size */
} scvigor_decoding;

/* C99; r_api.hpp has functions for C++. */
#ifndef __cplusplus
#define SCVIGOR_DIMS_INIT ((scvigor_dims){.size = sizeof(scvigor_dims)})
#define SCVIGOR_CELLS_INIT ((scvigor_cells){.size = sizeof(scvigor_cells)})
#define SCVIGOR_RUN_INIT \
  ((scvigor_run){.size = sizeof(scvigor_run), .batch_size = 512})
#define SCVIGOR_DECODING_INIT \
  ((scvigor_decoding){        \
      .size = sizeof(scvigor_decoding), .n_samples = 1, .library_size = 1.0})
#endif

#ifndef SCVIGOR_R_API_IMPLEMENTATION

#define SCVIGOR_CALLABLE(back, result, name, parameters, arguments)         \
  static inline result name parameters {                                    \
    typedef result(*function) parameters;                                   \
    static function fetched = NULL;                                         \
    if (fetched == NULL)                                                    \
      fetched = (function)(void (*)(void))R_GetCCallable("scvigor", #name); \
    back fetched arguments;                                                 \
  }

/* SCVIGOR_API_VERSION of the installed scvigor. */
SCVIGOR_CALLABLE(return, int, scvigor_api_version, (void), ())

/* Why the last call in this thread failed; valid until the next call. */
SCVIGOR_CALLABLE(return, const char*, scvigor_last_error, (void), ())

/* A model from an SCVIModel, an object that runSCVI() returned, or the path of
 * a file of saveSCVI(). It is a copy, to be freed. */
SCVIGOR_CALLABLE(return, int, scvigor_model_open,
                       (SEXP object, scvigor_model** model), (object, model))
SCVIGOR_CALLABLE(, void, scvigor_model_free, (scvigor_model * model), (model))

SCVIGOR_CALLABLE(return, int, scvigor_model_dims,
                       (const scvigor_model* model, scvigor_dims* dims),
                       (model, dims))
/* UTF-8, valid as long as the model; null outside the range. */
SCVIGOR_CALLABLE(return, const char*, scvigor_gene_name,
                       (const scvigor_model* model, int64_t gene),
                       (model, gene))
SCVIGOR_CALLABLE(return, const char*, scvigor_batch_level,
                       (const scvigor_model* model, int64_t batch),
                       (model, batch))

/* q(z | x): mean and var are n_latent x n_cells; var may be null. */
SCVIGOR_CALLABLE(return, int, scvigor_latent,
                       (const scvigor_model* model, const scvigor_cells* cells,
                        const scvigor_run* run, double* mean, double* var),
                       (model, cells, run, mean, var))

/* Normalized expression, as normalizedExpression(): n_genes x n_cells. */
SCVIGOR_CALLABLE(return, int, scvigor_decode,
                       (const scvigor_model* model, const scvigor_cells* cells,
                        const scvigor_decoding* decoding,
                        const scvigor_run* run, double* expression),
                       (model, cells, decoding, run, expression))

#undef SCVIGOR_CALLABLE

#endif /* SCVIGOR_R_API_IMPLEMENTATION */

#ifdef __cplusplus
}
#endif

#endif
