#include <Rcpp.h>

#include "r_query.h"
#include "scvigor/de.hpp"

using scvigor::DeTable;
using scvigor::DeTest;

namespace {

using Positions = std::vector<std::int64_t>;

Positions positions(SEXP values) {
  const Rcpp::NumericVector numbers(values);
  return Positions(numbers.begin(), numbers.end());
}

std::vector<Positions> positions_of_each(const Rcpp::List& list) {
  std::vector<Positions> out;
  for (const SEXP one : list) out.push_back(positions(one));
  return out;
}

Rcpp::NumericVector column(const double* values, std::int64_t n) {
  return Rcpp::NumericVector(values, values + n);
}

// Functions of R on the pairs of one gene.
scvigor::EffectFunction effect_of(const Rcpp::RObject& function) {
  if (function.isNULL()) return {};
  const Rcpp::Function call(function);
  return [call](const double* a, const double* b, double pseudocounts,
                std::int64_t n, std::int64_t, double* out) {
    const Rcpp::NumericVector effect =
        call(column(a, n), column(b, n), pseudocounts);
    std::copy(effect.begin(), effect.end(), out);
  };
}

// The function returns list(plus, minus).
scvigor::RegionFunction region_of(const Rcpp::RObject& function) {
  if (function.isNULL()) return {};
  const Rcpp::Function call(function);
  return [call](const double* effect, std::int64_t n, std::int64_t,
                double* plus, double* minus) {
    const Rcpp::List found = call(column(effect, n));
    const Rcpp::NumericVector above = found[0];
    const Rcpp::NumericVector below = found[1];
    std::copy(above.begin(), above.end(), plus);
    std::copy(below.begin(), below.end(), minus);
  };
}

DeTest test_from_list(const Rcpp::List& list) {
  DeTest test;
  test.vanilla = Rcpp::as<bool>(list["vanilla"]);
  scvigor::r::from_r("delta", list["delta"], test.delta);
  scvigor::r::from_r("pseudocounts", list["pseudocounts"], test.pseudocounts);
  test.two_sided_sum = Rcpp::as<bool>(list["two"]);
  test.cred_interval_lvls =
      scvigor::r::member<double>(list, "cred_interval_lvls");
  test.effect = effect_of(list["change_fn"]);
  test.region = region_of(list["m1_domain_fn"]);
  return test;
}

Rcpp::List to_list(const DeTable& table) {
  Rcpp::List columns(table.columns.size());
  for (std::size_t k = 0; k < table.columns.size(); ++k)
    columns[k] = Rcpp::wrap(table.columns[k]);
  columns.names() = Rcpp::wrap(table.names);
  using Rcpp::Named;
  return Rcpp::List::create(Named("columns") = columns,
                            Named("pseudocounts") = table.pseudocounts,
                            Named("delta") = table.delta);
}

// R's matrix of genes x columns is the row-major columns x genes, and the
// other way round.
scvigor::Matrix transposed(const Rcpp::NumericMatrix& matrix) {
  return {matrix.ncol(), matrix.nrow(),
          std::vector<double>(matrix.begin(), matrix.end())};
}

Rcpp::NumericMatrix genes_by_part(const scvigor::Matrix& matrix) {
  Rcpp::NumericMatrix out(static_cast<int>(matrix.n_cols),
                          static_cast<int>(matrix.n_rows));
  std::copy(matrix.values.begin(), matrix.values.end(), out.begin());
  return out;
}

std::vector<std::uint8_t> flags(const Rcpp::List& list, const char* name) {
  return scvigor::r::member<std::uint8_t>(list, name);
}

}  // namespace

// One list per comparison. Positions, parts and codes count from 0;
// `part_totals` is genes x parts or NULL.
// [[Rcpp::export(rng = false)]]
Rcpp::List differential_expression(SEXP model, Rcpp::List cells,
                                   Rcpp::List groups, Rcpp::List sampling,
                                   Rcpp::List test, Rcpp::List compute) {
  return scvigor::r::run_verb(
      model, cells, compute, {Rcpp::as<double>(sampling["batch_size"])},
      [=](const scvigor::Model& m, const scvigor::Cells& c,
          const scvigor::Hooks& hooks) {
        auto options = scvigor::r::common_options<scvigor::DeOptions>(
            Rcpp::as<double>(sampling["batch_size"]),
            Rcpp::as<double>(sampling["seed"]));
        options.parts = positions_of_each(groups["parts"]);
        const auto side1 = positions_of_each(groups["side1"]);
        const auto side2 = positions_of_each(groups["side2"]);
        for (std::size_t k = 0; k < side1.size(); ++k)
          options.comparisons.push_back({side1[k], side2[k]});
        const Rcpp::RObject totals = groups["part_totals"];
        if (!totals.isNULL())
          options.part_totals = transposed(Rcpp::NumericMatrix(totals));
        options.test = test_from_list(test);
        options.batchid1 =
            scvigor::r::member<std::int64_t>(sampling, "batchid1");
        options.batchid2 =
            scvigor::r::member<std::int64_t>(sampling, "batchid2");
        options.n_samples_overall =
            scvigor::r::whole_number(sampling, "n_samples_overall");
        options.m_permutation =
            scvigor::r::whole_number(sampling, "m_permutation");
        options.max_cells = scvigor::r::whole_number(sampling, "max_cells");
        options.n_mc_samples =
            scvigor::r::whole_number(sampling, "n_mc_samples");
        options.use_permutation = Rcpp::as<bool>(sampling["use_permutation"]);
        options.importance = Rcpp::as<bool>(sampling["importance"]);
        const auto tables =
            scvigor::differential_expression(m, c, options, hooks);
        Rcpp::List out(tables.size());
        for (std::size_t k = 0; k < tables.size(); ++k)
          out[k] = to_list(tables[k]);
        return out;
      });
}

// The statistics of given samples. `samples` has scale1 and scale2 (samples
// x genes), pair_idx1, pair_idx2 (from 0), unexpressed1, unexpressed2.
// [[Rcpp::export(rng = false)]]
Rcpp::List compare_samples(Rcpp::List samples, Rcpp::List test) {
  return scvigor::r::guarded([&] {
    scvigor::DeSamples given;
    given.scale1 = transposed(samples["scale1"]);
    given.scale2 = transposed(samples["scale2"]);
    given.pair_idx1 = positions(samples["pair_idx1"]);
    given.pair_idx2 = positions(samples["pair_idx2"]);
    given.unexpressed1 = flags(samples, "unexpressed1");
    given.unexpressed2 = flags(samples, "unexpressed2");
    return to_list(scvigor::compare_samples(given, test_from_list(test)));
  });
}

// Which samples are paired, from 0; `batch1` and `batch2` are codes.
// [[Rcpp::export(rng = false)]]
Rcpp::List pair_samples(Rcpp::IntegerVector batch1, Rcpp::IntegerVector batch2,
                        bool observed, bool use_permutation,
                        double m_permutation, double seed) {
  return scvigor::r::guarded([&] {
    scvigor::PairOptions options;
    options.observed = observed;
    options.use_permutation = use_permutation;
    options.m_permutation = static_cast<std::int64_t>(m_permutation);
    options.seed = static_cast<std::uint64_t>(seed);
    const auto pairs =
        scvigor::pair_samples(positions(batch1), positions(batch2), options);
    return Rcpp::List::create(
        Rcpp::IntegerVector(pairs.first.begin(), pairs.first.end()),
        Rcpp::IntegerVector(pairs.second.begin(), pairs.second.end()));
  });
}

// [[Rcpp::export(rng = false)]]
double estimate_delta(std::vector<double> effect_means) {
  return scvigor::r::guarded(
      [&] { return scvigor::estimate_delta(effect_means); });
}

// Genes x parts each; `parts` holds positions of cells from 0.
// [[Rcpp::export(rng = false)]]
Rcpp::List part_counts(SEXP counts, Rcpp::List parts) {
  return scvigor::r::guarded([&] {
    const auto source = scvigor::r::view_counts(counts);
    const auto found = scvigor::part_counts(*source, positions_of_each(parts));
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("total") = genes_by_part(found.total),
        Named("non_zeros") = genes_by_part(found.non_zeros),
        Named("normalized") = genes_by_part(found.normalized));
  });
}
