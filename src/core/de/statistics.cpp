#include "de/statistics.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <string>

#include "de/delta.hpp"
#include "de/gene_blocks.hpp"
#include "de/gene_statistics.hpp"
#include "de/order.hpp"

namespace scvigor {
namespace {

using Values = std::vector<double>;

constexpr double kMinPseudocount = 1e-10;

// The largest samples of genes that are not expressed, divided by the number of
// genes: what px_scale is where nothing is expressed.
double pseudocounts_from(const Values& largest1, const Values& largest2,
                         double level, std::int64_t n_genes) {
  const auto high = [&](const Values& largest) {
    return largest.empty() ? kMinPseudocount : quantile(largest, level);
  };
  return std::max(kMinPseudocount, std::max(high(largest1), high(largest2)) /
                                       static_cast<double>(n_genes));
}

bool is_set(const std::vector<std::uint8_t>& flags, std::int64_t gene) {
  return flags[static_cast<std::size_t>(gene)] != 0;
}

template <class T>
Values find_pseudocounts(const ScaleSamples<T>& samples,
                         const std::vector<ComparedRows>& comparisons,
                         const DeTest& test, const Hooks& hooks) {
  if (test.vanilla) return Values(comparisons.size(), 0.0);
  if (test.pseudocounts) return Values(comparisons.size(), *test.pseudocounts);
  Genes genes;
  for (std::int64_t gene = 0; gene < samples.n_genes; ++gene)
    if (std::any_of(comparisons.begin(), comparisons.end(),
                    [&](const ComparedRows& c) {
                      return is_set(c.unexpressed1, gene) ||
                             is_set(c.unexpressed2, gene);
                    }))
      genes.push_back(gene);
  std::vector<Values> largest1(comparisons.size());
  std::vector<Values> largest2(comparisons.size());
  std::mutex mutex;
  for_each_gene(
      samples, genes, false, hooks, [&](std::int64_t gene, const T* row) {
        for (std::size_t c = 0; c < comparisons.size(); ++c) {
          const ComparedRows& one = comparisons[c];
          const auto add_max = [&](const RowIndices& rows, Values& to) {
            const double value = max_of(row, rows);
            const std::lock_guard<std::mutex> lock(mutex);
            to.push_back(value);
          };
          if (is_set(one.unexpressed1, gene)) add_max(one.first, largest1[c]);
          if (is_set(one.unexpressed2, gene)) add_max(one.second, largest2[c]);
        }
      });
  Values out;
  for (std::size_t c = 0; c < comparisons.size(); ++c)
    out.push_back(pseudocounts_from(
        largest1[c], largest2[c], test.pseudocount_quantile, samples.n_genes));
  return out;
}

bool is_serial(const DeTest& test) { return test.effect || test.region; }

template <class T>
Values find_deltas(const ScaleSamples<T>& samples,
                   const std::vector<ComparedRows>& comparisons,
                   const Values& pseudocounts, const DeTest& test,
                   const Hooks& hooks) {
  if (test.vanilla) return Values(comparisons.size(), 0.0);
  if (test.delta) return Values(comparisons.size(), *test.delta);
  std::vector<Values> means(
      comparisons.size(),
      Values(static_cast<std::size_t>(samples.n_genes), 0.0));
  const bool all =
      for_each_gene(samples, all_genes(samples.n_genes), is_serial(test), hooks,
                    [&](std::int64_t gene, const T* row) {
                      for (std::size_t c = 0; c < comparisons.size(); ++c) {
                        means[c][static_cast<std::size_t>(gene)] = mean_effect(
                            row, comparisons[c], pseudocounts[c], test);
                      }
                    });
  Values out;
  for (const auto& mean : means)
    out.push_back(all ? core::estimate_delta(mean) : 0.0);
  return out;
}

DeTable empty_table(const DeTest& test, std::int64_t n_genes) {
  DeTable out;
  if (test.vanilla) {
    out.names = {"proba_m1", "proba_m2", "bayes_factor", "scale1", "scale2"};
  } else {
    out.names = {"proba_de",   "proba_not_de", "bayes_factor", "scale1",
                 "scale2",     "pseudocounts", "delta",        "lfc_mean",
                 "lfc_median", "lfc_std",      "lfc_min",      "lfc_max"};
    for (std::size_t k = 0; k < test.cred_interval_lvls.size(); ++k)
      for (const char* end : {"_min", "_max"})
        out.names.push_back("lfc_confidence_interval_" + std::to_string(k) +
                            end);
  }
  out.columns.assign(out.names.size(),
                     Values(static_cast<std::size_t>(n_genes),
                            std::numeric_limits<double>::quiet_NaN()));
  return out;
}

}  // namespace

template <class T>
std::vector<DeTable> compare(const ScaleSamples<T>& samples,
                             const std::vector<ComparedRows>& comparisons,
                             const DeTest& test, const Hooks& hooks) {
  const Values pseudocounts =
      find_pseudocounts(samples, comparisons, test, hooks);
  const Values deltas =
      find_deltas(samples, comparisons, pseudocounts, test, hooks);
  std::vector<DeTable> out;
  for (std::size_t c = 0; c < comparisons.size(); ++c) {
    out.push_back(empty_table(test, samples.n_genes));
    out.back().pseudocounts = pseudocounts[c];
    out.back().delta = deltas[c];
  }
  for_each_gene(samples, all_genes(samples.n_genes), is_serial(test), hooks,
                [&](std::int64_t gene, const T* row) {
                  for (std::size_t c = 0; c < comparisons.size(); ++c) {
                    const Values values =
                        test.vanilla ? vanilla_statistics(row, comparisons[c])
                                     : change_statistics(row, comparisons[c],
                                                         pseudocounts[c],
                                                         deltas[c], test);
                    for (std::size_t k = 0; k < values.size(); ++k)
                      out[c].columns[k][static_cast<std::size_t>(gene)] =
                          values[k];
                  }
                });
  return out;
}

template std::vector<DeTable> compare(const ScaleSamples<float>&,
                                      const std::vector<ComparedRows>&,
                                      const DeTest&, const Hooks&);
template std::vector<DeTable> compare(const ScaleSamples<double>&,
                                      const std::vector<ComparedRows>&,
                                      const DeTest&, const Hooks&);

}  // namespace scvigor
