// scvigor's interface for C++ code of other R packages: r_api.h with exceptions
// and owned memory. See r_api.h for how a package declares that it uses it.
#ifndef SCVIGOR_R_API_HPP
#define SCVIGOR_R_API_HPP

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "scvigor/r_api.h"

namespace scvigor {
namespace r_api {

class Error : public std::runtime_error {
 public:
  explicit Error(int status)
      : std::runtime_error(scvigor_last_error()), status_(status) {}
  int status() const noexcept { return status_; }  // SCVIGOR_BAD_ARGUMENT ...

 private:
  int status_;
};

inline void check(int status) {
  if (status != SCVIGOR_OK) throw Error(status);
}

// Values to start from.
inline scvigor_cells cells(std::int64_t n_cells) {
  scvigor_cells out = {};
  out.size = sizeof(out);
  out.n_cells = n_cells;
  return out;
}
inline scvigor_run run() {
  scvigor_run out = {};
  out.size = sizeof(out);
  out.batch_size = 512;
  return out;
}
inline scvigor_decoding decoding() {
  scvigor_decoding out = {};
  out.size = sizeof(out);
  out.n_samples = 1;
  out.library_size = 1.0;
  return out;
}

class Model {
 public:
  // An SCVIModel, an object that runSCVI() returned, or a path.
  explicit Model(SEXP object) : model_(nullptr, scvigor_model_free) {
    scvigor_model* opened = nullptr;
    check(scvigor_model_open(object, &opened));
    model_.reset(opened);
    dims_.size = sizeof(dims_);
    check(scvigor_model_dims(opened, &dims_));
  }

  const scvigor_dims& dims() const { return dims_; }
  std::vector<std::string> genes() const {
    std::vector<std::string> out;
    for (std::int64_t i = 0; i < dims_.n_genes; ++i)
      out.emplace_back(scvigor_gene_name(model_.get(), i));
    return out;
  }

  // Means of q(z | x): n_latent x n_cells, one cell after another.
  std::vector<double> latent(const scvigor_cells& of,
                             const scvigor_run& how = run()) const {
    std::vector<double> out(
        static_cast<std::size_t>(dims_.n_latent * of.n_cells));
    check(scvigor_latent(model_.get(), &of, &how, out.data(), nullptr));
    return out;
  }
  // Normalized expression: n_genes x n_cells, one cell after another.
  std::vector<double> decode(const scvigor_cells& of,
                             const scvigor_decoding& as = decoding(),
                             const scvigor_run& how = run()) const {
    std::vector<double> out(
        static_cast<std::size_t>(dims_.n_genes * of.n_cells));
    check(scvigor_decode(model_.get(), &of, &as, &how, out.data()));
    return out;
  }

 private:
  std::unique_ptr<scvigor_model, void (*)(scvigor_model*)> model_;
  scvigor_dims dims_ = {};
};

}  // namespace r_api
}  // namespace scvigor

#endif
