// The functions of scvigor/r_api.h, registered for other packages.

#include <Rcpp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "r_convert.h"
#include "scvigor/inference.hpp"
#include "scvigor/runtime.hpp"
#define SCVIGOR_R_API_IMPLEMENTATION
#include "scvigor/r_api.h"

struct scvigor_model {
  scvigor::Model model;
  std::vector<std::string> genes;
  std::vector<std::string> batch_levels;
};

namespace {

std::string& last_error() {
  thread_local std::string message;
  return message;
}

// The status of `body`; no exception leaves.
template <class Body>
int guarded(Body body) noexcept {
  const auto failed = [](int status, const char* message) {
    last_error() = message;
    return status;
  };
  try {
    return body();
  } catch (const scvigor::ArgumentError& e) {
    return failed(SCVIGOR_BAD_ARGUMENT, e.what());
  } catch (const scvigor::FileError& e) {
    return failed(SCVIGOR_BAD_FILE, e.what());
  } catch (const std::bad_alloc&) {
    return failed(SCVIGOR_NO_MEMORY, "Not enough memory.");
  } catch (const std::exception& e) {
    return failed(SCVIGOR_FAILED, e.what());
  } catch (...) {
    return failed(SCVIGOR_INTERRUPTED, "Interrupted.");
  }
}

// A struct of a caller whose version of it may have fewer members, or more.
template <class T>
T members_of(const T* given, const char* what) {
  if (given == nullptr || given->size < sizeof(std::size_t))
    throw scvigor::ArgumentError(
        what, std::string("`") + what + "` must have its size set.");
  T out = {};
  std::memcpy(&out, given, std::min(given->size, sizeof(T)));
  return out;
}

template <class T, class From>
std::vector<T> copied(const From* values, std::int64_t n) {
  return values == nullptr ? std::vector<T>()
                           : std::vector<T>(values, values + n);
}

scvigor::Cells core_cells(const scvigor_cells& given,
                          const scvigor::ModelOptions& o) {
  const auto n = given.n_cells;
  if (n < 0)
    throw scvigor::ArgumentError("cells", "`n_cells` must not be negative.");
  scvigor::Cells out;
  if (given.p != nullptr)
    out.counts =
        scvigor::view_compressed_cells(given.p, given.i, given.x, n, o.n_genes);
  else if (given.dense != nullptr)
    out.counts = scvigor::view_dense_cells(given.dense, n, o.n_genes);
  else if (given.latent_mean == nullptr || given.latent_var == nullptr ||
           given.log_library == nullptr)
    throw scvigor::ArgumentError(
        "cells",
        "`cells` must have counts, or latent_mean, latent_var and "
        "log_library.");
  out.batch = copied<std::int64_t>(given.batch, n);
  out.labels = copied<std::int64_t>(given.labels, n);
  out.categorical = copied<std::int64_t>(
      given.categorical,
      n * static_cast<std::int64_t>(o.n_cats_per_cov.size()));
  out.continuous = copied<double>(given.continuous, n * o.n_continuous_cov);
  out.size_factor = copied<double>(given.size_factor, n);
  if (out.counts) return out;
  out.latent_mean = copied<double>(given.latent_mean, n * o.n_latent);
  out.latent_var = copied<double>(given.latent_var, n * o.n_latent);
  out.log_library = copied<double>(given.log_library, n);
  return out;
}

// Calls verb(cells, hooks) with the threads of `run`.
template <class Verb>
int run_verb(const scvigor_model* model, const scvigor_cells* cells,
             const scvigor_run& run, Verb verb) {
  if (model == nullptr)
    throw scvigor::ArgumentError("model", "`model` is null.");
  const scvigor::ThreadScope threads(run.num_threads);
  bool interrupted = false;
  scvigor::Hooks hooks;
  hooks.interrupted = [&] {
    interrupted = interrupted ||
                  (run.interrupted != nullptr && run.interrupted(run.data));
    return interrupted;
  };
  verb(core_cells(members_of(cells, "cells"), model->model.options()), hooks);
  if (!interrupted) return SCVIGOR_OK;
  last_error() = "Interrupted.";
  return SCVIGOR_INTERRUPTED;
}

std::vector<std::string> utf8(const Rcpp::RObject& text) {
  std::vector<std::string> out;
  if (text.isNULL()) return out;
  for (R_xlen_t i = 0; i < Rf_xlength(text); ++i)
    out.emplace_back(Rf_translateCharUTF8(STRING_ELT(text, i)));
  return out;
}

// The members of a model, by R's own functions.
Rcpp::List model_content(SEXP object) {
  const Rcpp::Environment package = Rcpp::Environment::namespace_env("scvigor");
  const Rcpp::RObject function = package[".model_content"];
  const Rcpp::Shield<SEXP> call(Rf_lang2(function, object));
  const Rcpp::List content = Rcpp::Rcpp_eval(call, R_GlobalEnv);
  if (!content.containsElementNamed("error")) return content;
  const auto message = Rcpp::as<std::string>(content["error"]);
  if (Rcpp::as<bool>(content["is_file"])) throw scvigor::FileError(message);
  throw scvigor::ArgumentError("object", message);
}

// Null outside the range.
const char* name_at(const std::vector<std::string>& names, std::int64_t i) {
  const bool inside = i >= 0 && i < static_cast<std::int64_t>(names.size());
  return inside ? names[static_cast<std::size_t>(i)].c_str() : nullptr;
}

extern "C" {

int api_version() { return SCVIGOR_API_VERSION; }

const char* api_last_error() { return last_error().c_str(); }

int api_model_open(SEXP object, scvigor_model** model) {
  return guarded([&] {
    if (model == nullptr)
      throw scvigor::ArgumentError("model", "`model` is null.");
    const Rcpp::List content = model_content(object);
    *model = new scvigor_model{
        scvigor::Model(scvigor::r::options_from_list<scvigor::ModelOptions>(
                           content["options"]),
                       scvigor::r::state_from_list(content["weights"])),
        utf8(content["genes"]), utf8(content["batch_levels"])};
    return SCVIGOR_OK;
  });
}

void api_model_free(scvigor_model* model) { delete model; }

int api_model_dims(const scvigor_model* model, scvigor_dims* dims) {
  return guarded([&] {
    if (model == nullptr)
      throw scvigor::ArgumentError("model", "`model` is null.");
    scvigor_dims out = members_of(dims, "dims");
    const scvigor::ModelOptions& o = model->model.options();
    out.n_genes = o.n_genes;
    out.n_latent = o.n_latent;
    out.n_batch = o.n_batch;
    out.n_labels = o.n_labels;
    out.n_categorical = static_cast<std::int64_t>(o.n_cats_per_cov.size());
    out.n_continuous = o.n_continuous_cov;
    out.uses_size_factor = o.use_size_factor;
    std::memcpy(dims, &out, std::min(dims->size, sizeof(out)));
    return SCVIGOR_OK;
  });
}

const char* api_gene_name(const scvigor_model* model, std::int64_t gene) {
  return model == nullptr ? nullptr : name_at(model->genes, gene);
}

const char* api_batch_level(const scvigor_model* model, std::int64_t batch) {
  return model == nullptr ? nullptr : name_at(model->batch_levels, batch);
}

int api_latent(const scvigor_model* model, const scvigor_cells* cells,
               const scvigor_run* run, double* mean, double* var) {
  return guarded([&] {
    const scvigor_run how = members_of(run, "run");
    return run_verb(
        model, cells, how,
        [&](const scvigor::Cells& core_cells, const scvigor::Hooks& hooks) {
          const scvigor::Posterior q = scvigor::latent_posterior(
              model->model, core_cells, how.batch_size, hooks);
          std::copy(q.mean.values.begin(), q.mean.values.end(), mean);
          if (var != nullptr)
            std::copy(q.var.values.begin(), q.var.values.end(), var);
        });
  });
}

int api_decode(const scvigor_model* model, const scvigor_cells* cells,
               const scvigor_decoding* decoding, const scvigor_run* run,
               double* expression) {
  return guarded([&] {
    const scvigor_run how = members_of(run, "run");
    const scvigor_decoding as = members_of(decoding, "decoding");
    scvigor::ExpressionOptions options;
    options.transform_batch =
        copied<std::int64_t>(as.transform_batch, as.n_transform_batch);
    options.posterior_mean = as.n_samples == 0;
    options.n_samples = options.posterior_mean ? 1 : as.n_samples;
    options.latent_library_size = as.library_size == 0.0;
    if (!options.latent_library_size) options.library_size = as.library_size;
    options.batch_size = how.batch_size;
    options.seed = how.seed;
    return run_verb(
        model, cells, how,
        [&](const scvigor::Cells& core_cells, const scvigor::Hooks& hooks) {
          const auto n_genes = model->model.options().n_genes;
          scvigor::normalized_expression(
              model->model, core_cells, options,
              [](const scvigor::RowBlock&) {}, hooks,
              [&](std::int64_t first, std::int64_t) {
                return expression + first * n_genes;
              });
        });
  });
}

}  // extern "C"

}  // namespace

// [[Rcpp::init]]
void register_callables(DllInfo* dll) {
  (void)dll;
  const auto add = [](const char* name, auto function) {
    R_RegisterCCallable(
        "scvigor", name,
        reinterpret_cast<DL_FUNC>(reinterpret_cast<void (*)()>(function)));
  };
  add("scvigor_api_version", api_version);
  add("scvigor_last_error", api_last_error);
  add("scvigor_model_open", api_model_open);
  add("scvigor_model_free", api_model_free);
  add("scvigor_model_dims", api_model_dims);
  add("scvigor_gene_name", api_gene_name);
  add("scvigor_batch_level", api_batch_level);
  add("scvigor_latent", api_latent);
  add("scvigor_decode", api_decode);
}
