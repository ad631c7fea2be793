#include <Rcpp.h>

#include "r_runtime.h"
#include "r_value.h"

using scvigor::r::guarded;

// `others` are values that lie beside the model, or an empty list.
// [[Rcpp::export(rng = false)]]
void write_model_file(const std::string& path, const Rcpp::List& model,
                      const Rcpp::List& others, const std::string& writer,
                      bool overwrite) {
  guarded([&] {
    scvigor::write_model_file(path, scvigor::r::value_from_r(model),
                              scvigor::r::value_from_r(others), writer,
                              overwrite);
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List read_model_file(const std::string& path) {
  return guarded([&] {
    const auto file =
        scvigor::read_model_file(path, [] { Rcpp::checkUserInterrupt(); });
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("version") = static_cast<double>(file.version),
        Named("writer") = file.writer,
        Named("model") = scvigor::r::value_to_r(file.model));
  });
}

// [[Rcpp::export(rng = false)]]
void write_checkpoint_file(const std::string& path,
                           const Rcpp::List& checkpoint,
                           const std::string& writer) {
  guarded([&] {
    scvigor::write_checkpoint_file(path, scvigor::r::value_from_r(checkpoint),
                                   writer);
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::RObject read_checkpoint_file(const std::string& path) {
  return guarded([&]() -> Rcpp::RObject {
    return scvigor::r::value_to_r(scvigor::read_checkpoint_file(
        path, [] { Rcpp::checkUserInterrupt(); }));
  });
}

// [[Rcpp::export(rng = false)]]
std::string read_file_format(const std::string& path) {
  return guarded([&] {
    return scvigor::read_file_format(path, [] { Rcpp::checkUserInterrupt(); });
  });
}
