#ifndef SCVIGOR_R_CONVERT_H
#define SCVIGOR_R_CONVERT_H

// R values <-> core types.

#include <Rcpp.h>

#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "r_matrix.h"
#include "r_text.h"
#include "scvigor/counts.hpp"
#include "scvigor/error.hpp"
#include "scvigor/model.hpp"
#include "scvigor/options.hpp"
#include "scvigor/packed_counts.hpp"
#include "scvigor/train.hpp"

namespace scvigor {
namespace r {

// ---- One option, R -> C++ ------------------------------------------------

[[noreturn]] inline void wrong_type(const std::string& name,
                                    const std::string& expected) {
  throw ArgumentError(name, "`" + name + "` must be " + expected + ".");
}

inline double scalar_number(const std::string& name, SEXP value,
                            const std::string& expected) {
  const bool is_number = TYPEOF(value) == INTSXP || TYPEOF(value) == REALSXP;
  if (!is_number || Rf_length(value) != 1) wrong_type(name, expected);
  const double number = Rf_asReal(value);
  if (std::isnan(number)) wrong_type(name, expected + ", not NA");
  return number;
}

inline void from_r(const std::string& name, SEXP value, std::int64_t& out) {
  const double number = scalar_number(name, value, "one whole number");
  if (number != std::floor(number)) wrong_type(name, "one whole number");
  if (std::fabs(number) > 9007199254740992.0)
    wrong_type(name, "one whole number of at most 9007199254740992");
  out = static_cast<std::int64_t>(number);
}

inline void from_r(const std::string& name, SEXP value, double& out) {
  out = scalar_number(name, value, "one number");
}

inline void from_r(const std::string& name, SEXP value, bool& out) {
  if (TYPEOF(value) != LGLSXP || Rf_length(value) != 1 ||
      LOGICAL(value)[0] == NA_LOGICAL)
    wrong_type(name, "TRUE or FALSE");
  out = LOGICAL(value)[0] != 0;
}

inline void from_r(const std::string& name, SEXP value, std::string& out) {
  if (TYPEOF(value) != STRSXP || Rf_length(value) != 1 ||
      STRING_ELT(value, 0) == NA_STRING)
    wrong_type(name, "one character string");
  out = to_utf8(STRING_ELT(value, 0));
}

inline void from_r(const std::string& name, SEXP value,
                   std::vector<std::int64_t>& out) {
  if (Rf_isNull(value)) {
    out.clear();
    return;
  }
  if (TYPEOF(value) != INTSXP && TYPEOF(value) != REALSXP)
    wrong_type(name, "whole numbers");
  const Rcpp::NumericVector numbers(value);
  out.assign(numbers.begin(), numbers.end());
}

// A member of a list.
inline std::int64_t whole_number(const Rcpp::List& list, const char* name) {
  const Rcpp::RObject value = list[name];
  std::int64_t out = 0;
  from_r(name, value, out);
  return out;
}

template <class Choice>
std::enable_if_t<std::is_enum_v<Choice>> from_r(const std::string& name,
                                                SEXP value, Choice& out) {
  std::string text;
  from_r(name, value, text);
  out = parse_choice<Choice>(name, text);
}

template <class T>
void from_r(const std::string& name, SEXP value, std::optional<T>& out) {
  if (Rf_isNull(value)) {
    out.reset();
    return;
  }
  T inner{};
  from_r(name, value, inner);
  out = inner;
}

// ---- One option, C++ -> R ------------------------------------------------

inline SEXP to_r(double value) { return Rcpp::wrap(value); }
inline SEXP to_r(bool value) { return Rcpp::wrap(value); }
inline SEXP to_r(const std::string& value) { return Rcpp::wrap(value); }
inline SEXP to_r(std::int64_t value) {
  if (std::llabs(value) <= INT_MAX) return Rcpp::wrap(static_cast<int>(value));
  return Rcpp::wrap(static_cast<double>(value));
}
inline SEXP to_r(const std::vector<std::int64_t>& values) {
  return Rcpp::IntegerVector(values.begin(), values.end());
}
template <class Choice>
std::enable_if_t<std::is_enum_v<Choice>, SEXP> to_r(Choice value) {
  return Rcpp::wrap(to_string(value));
}
template <class T>
SEXP to_r(const std::optional<T>& value) {
  return value ? to_r(*value) : R_NilValue;
}

// ---- Option structs <-> named lists, through visit_options() --------------

template <class Options>
Rcpp::List options_to_list(const Options& options) {
  std::vector<std::string> names;
  std::vector<Rcpp::RObject> values;
  visit_options(options, [&](const char* name, const auto& value) {
    names.emplace_back(name);
    values.emplace_back(to_r(value));
  });
  Rcpp::List out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) out[i] = values[i];
  out.names() = Rcpp::wrap(names);
  return out;
}

// Options that the list does not name keep their default.
template <class Options>
Options options_from_list(const Rcpp::List& list) {
  Options options;
  std::set<std::string> unknown;
  if (list.size() > 0)
    for (const auto& name : Rcpp::as<std::vector<std::string>>(list.names()))
      unknown.insert(name);
  visit_options(options, [&](const char* name, auto& value) {
    if (!unknown.erase(name)) return;
    const Rcpp::RObject given = list[name];
    from_r(name, given, value);
  });
  if (!unknown.empty())
    throw ArgumentError(*unknown.begin(),
                        "`" + *unknown.begin() + "` is not an option.");
  return options;
}

// ---- Where a call computes ------------------------------------------------

// The list of .compute_options() in R/arguments.R: threads (0: as many as now)
// and device.
struct ComputeOptions {
  explicit ComputeOptions(const Rcpp::List& list)
      : num_threads(Rcpp::as<int>(list["num_threads"])) {
    from_r("accelerator", list["accelerator"], accelerator);
  }

  int num_threads;
  Accelerator accelerator = Accelerator::kAuto;
};

// ---- Counts and cells ------------------------------------------------------

// A slot of an S4 object, which may have lost it or hold something else there.
inline SEXP checked_slot(SEXP object, const char* name, unsigned type) {
  const SEXP symbol = Rf_install(name);
  const SEXP value =
      R_has_slot(object, symbol) ? R_do_slot(object, symbol) : R_NilValue;
  if (static_cast<unsigned>(TYPEOF(value)) != type)
    throw ArgumentError("x", "`x` is not a valid dgCMatrix: its slot `" +
                                 std::string(name) + "` has a wrong type.");
  return value;
}

// What reading memory through these slots depends on, but for the rows, which
// R/count_matrix.R has checked: that takes a pass over all of them.
inline void check_slot_lengths(SEXP dim, SEXP p, SEXP i, SEXP x) {
  bool ok = XLENGTH(dim) == 2 && INTEGER(dim)[0] >= 0 && INTEGER(dim)[1] >= 0;
  ok = ok && XLENGTH(p) == R_xlen_t{INTEGER(dim)[1]} + 1 && INTEGER(p)[0] == 0;
  for (R_xlen_t k = 1; ok && k < XLENGTH(p); ++k)
    ok = INTEGER(p)[k] >= INTEGER(p)[k - 1];
  ok = ok && INTEGER(p)[XLENGTH(p) - 1] <= XLENGTH(i) &&
       XLENGTH(i) == XLENGTH(x);
  if (!ok)
    throw ArgumentError("x",
                        "`x` is not a valid dgCMatrix: its slots do not "
                        "fit together.");
}

// What an external pointer in an object of class PackedCounts points to.
struct PackedPointer {
  std::shared_ptr<const CountSource> counts;
};

// R's positions, NA for -1, as positions counting from 0. Empty: all n, in
// their order.
inline std::vector<std::int64_t> positions_unless_all(SEXP given,
                                                      std::int64_t n) {
  const int* positions = INTEGER(given);
  const R_xlen_t length = XLENGTH(given);
  bool are_all = length == n;
  std::vector<std::int64_t> out(static_cast<std::size_t>(length));
  for (R_xlen_t k = 0; k < length; ++k) {
    are_all = are_all && positions[k] == k + 1;
    out[static_cast<std::size_t>(k)] =
        positions[k] == NA_INTEGER ? -1 : std::int64_t{positions[k]} - 1;
  }
  if (are_all) out.clear();
  return out;
}

// R/PackedCounts-class.R opens what is closed.
inline std::shared_ptr<const CountSource> view_packed_counts(SEXP counts) {
  const SEXP store = R_do_slot(counts, Rf_install("store"));
  const SEXP genes = R_do_slot(counts, Rf_install("genes"));
  const SEXP cells = R_do_slot(counts, Rf_install("cells"));
  const SEXP pointer = TYPEOF(store) == ENVSXP
                           ? Rf_findVarInFrame(store, Rf_install("pointer"))
                           : R_NilValue;
  if (TYPEOF(genes) != INTSXP || TYPEOF(cells) != INTSXP ||
      TYPEOF(pointer) != EXTPTRSXP || !R_ExternalPtrAddr(pointer))
    throw ArgumentError("x", "`x` is not valid PackedCounts.");
  std::shared_ptr<const CountSource> source =
      Rcpp::XPtr<PackedPointer>(pointer)->counts;
  if (const auto chosen = positions_unless_all(genes, source->n_genes());
      !chosen.empty() || XLENGTH(genes) == 0)
    source = view_genes(source, chosen);
  if (auto chosen = positions_unless_all(cells, source->n_cells());
      !chosen.empty() || XLENGTH(cells) == 0)
    source = view_cells(source, std::move(chosen));
  return source;
}

// A view of an R matrix of genes x cells: a dgCMatrix, PackedCounts or a dense
// one. The caller keeps `counts` alive; as an argument of a .Call() it is.
inline std::shared_ptr<const CountSource> view_counts(SEXP counts) {
  if (Rf_isS4(counts) && Rf_inherits(counts, "PackedCounts"))
    return view_packed_counts(counts);
  if (Rf_isS4(counts) && Rf_inherits(counts, "dgCMatrix")) {
    const SEXP dim = checked_slot(counts, "Dim", INTSXP);
    const SEXP p = checked_slot(counts, "p", INTSXP);
    const SEXP i = checked_slot(counts, "i", INTSXP);
    const SEXP x = checked_slot(counts, "x", REALSXP);
    check_slot_lengths(dim, p, i, x);
    return view_compressed_cells(INTEGER(p), INTEGER(i), REAL(x),
                                 INTEGER(dim)[1], INTEGER(dim)[0]);
  }
  if (Rf_isMatrix(counts)) {
    const std::int64_t n_genes = Rf_nrows(counts);
    const std::int64_t n_cells = Rf_ncols(counts);
    if (TYPEOF(counts) == REALSXP)
      return view_dense_cells(REAL(counts), n_cells, n_genes);
    if (TYPEOF(counts) == INTSXP)
      return view_dense_cells(INTEGER(counts), n_cells, n_genes);
  }
  throw ArgumentError("x", "Counts must be a dgCMatrix or a numeric matrix.");
}

template <class T>
std::vector<T> member(const Rcpp::List& list, const char* name) {
  if (!list.containsElementNamed(name)) return {};
  const Rcpp::RObject value = list[name];
  if (value.isNULL()) return {};
  const Rcpp::NumericVector numbers(value);
  return std::vector<T>(numbers.begin(), numbers.end());
}

// `cells` names the members of Cells; matrices have one column per cell, so
// that they have the core's order in memory.
inline Cells cells_from_list(const Rcpp::List& cells) {
  Cells out;
  if (cells.containsElementNamed("counts") &&
      !Rf_isNull(static_cast<SEXP>(cells["counts"])))
    out.counts = view_counts(cells["counts"]);
  out.batch = member<std::int64_t>(cells, "batch");
  out.labels = member<std::int64_t>(cells, "labels");
  out.categorical = member<std::int64_t>(cells, "categorical");
  out.continuous = member<double>(cells, "continuous");
  out.size_factor = member<double>(cells, "size_factor");
  out.latent_mean = member<double>(cells, "latent_mean");
  out.latent_var = member<double>(cells, "latent_var");
  out.log_library = member<double>(cells, "log_library");
  out.cell_weights = member<double>(cells, "cell_weights");
  return out;
}

// The prior of the library size from `cells`, if the model has one.
inline LibraryPrior prior_for(const ModelOptions& options, const Cells& cells) {
  if (options.use_observed_lib_size) return {};
  std::vector<std::int64_t> batch = cells.batch;
  if (batch.empty()) batch.assign(cells.n_cells(), 0);
  return library_prior(*cells.counts, batch, options.n_batch);
}

// ---- Results ---------------------------------------------------------------

// Positions counting from 0 <-> R's, counting from 1.
inline Rcpp::IntegerVector to_r_positions(
    const std::vector<std::int64_t>& positions) {
  Rcpp::IntegerVector out(positions.begin(), positions.end());
  for (int& position : out) ++position;
  return out;
}
inline std::vector<std::int64_t> from_r_positions(const Rcpp::List& list,
                                                  const char* name) {
  std::vector<std::int64_t> out = member<std::int64_t>(list, name);
  for (std::int64_t& position : out) --position;
  return out;
}

// A named list of arrays with torch's shapes; a scalar is a number.
inline Rcpp::List state_to_list(const State& state) {
  Rcpp::List out(state.size());
  Rcpp::CharacterVector names(state.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    const StateTensor& tensor = state[i];
    Rcpp::NumericVector values(tensor.values.size());
    to_column_major(tensor.shape, tensor.values.data(), values.begin());
    if (!tensor.shape.empty())
      values.attr("dim") =
          Rcpp::IntegerVector(tensor.shape.begin(), tensor.shape.end());
    out[i] = values;
    names[i] = tensor.name;
  }
  out.names() = names;
  return out;
}

inline State state_from_list(const Rcpp::List& list) {
  State state;
  if (list.size() == 0) return state;
  const Rcpp::CharacterVector names = list.names();
  for (R_xlen_t i = 0; i < list.size(); ++i) {
    const Rcpp::NumericVector values = list[i];
    StateTensor tensor;
    tensor.name = Rcpp::as<std::string>(names[i]);
    tensor.values.resize(values.size());
    if (values.hasAttribute("dim"))
      tensor.shape = Rcpp::as<std::vector<std::int64_t>>(values.attr("dim"));
    else if (values.size() != 1)
      tensor.shape = {values.size()};
    to_row_major(tensor.shape, values.begin(), tensor.values.data());
    state.push_back(std::move(tensor));
  }
  return state;
}

}  // namespace r
}  // namespace scvigor

#endif
