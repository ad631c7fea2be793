#include "de/gene_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "de/kernels.hpp"
#include "de/order.hpp"

namespace scvigor {
namespace {

constexpr double kEps = 1e-8;  // of the Bayes factor
// The reported effects have this times the pseudocounts.
constexpr double kReportedPseudocounts = 1e-3;

template <class T>
void take(const T* row, const RowIndices& rows, std::vector<T>& out) {
  out.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = row[rows[i]];
}

template <class T>
double mean_of(const T* row, const RowIndices& rows) {
  double sum = 0.0;
  for (const auto i : rows) sum += static_cast<double>(row[i]);
  return sum / static_cast<double>(rows.size());
}

// Scratch for the pairs of one gene; one per thread.
template <class T>
struct GenePairs {
  std::vector<T> a;
  std::vector<T> b;
  std::vector<T> effect;
  OrderFinder<T> order;

  std::int64_t size() const { return static_cast<std::int64_t>(a.size()); }
};

template <class T>
GenePairs<T>& scratch_pairs() {
  static thread_local GenePairs<T> pairs;
  return pairs;
}

template <class T>
GenePairs<T>& load(const T* row, const ComparedRows& comparison) {
  GenePairs<T>& pairs = scratch_pairs<T>();
  take(row, comparison.first, pairs.a);
  take(row, comparison.second, pairs.b);
  pairs.effect.resize(pairs.a.size());
  return pairs;
}

template <class T>
std::vector<double> doubles(const std::vector<T>& values) {
  return std::vector<double>(values.begin(), values.end());
}

template <class T>
void set_effect(GenePairs<T>& pairs, double pseudocounts, const DeTest& test) {
  if (!test.effect) {
    log2_ratio(pairs.a.data(), pairs.b.data(), static_cast<T>(pseudocounts),
               pairs.effect.data(), pairs.size());
    return;
  }
  std::vector<double> out(pairs.a.size());
  test.effect(doubles(pairs.a).data(), doubles(pairs.b).data(), pseudocounts,
              pairs.size(), 1, out.data());
  for (std::size_t i = 0; i < out.size(); ++i)
    pairs.effect[i] = static_cast<T>(out[i]);
}

// Proportions of pairs in the region of higher, and of lower expression.
template <class T>
std::pair<double, double> region_proportions(const GenePairs<T>& pairs,
                                             double delta, const DeTest& test) {
  const auto n = static_cast<double>(pairs.size());
  if (!test.region) {
    const TailCounts found =
        count_outside(pairs.effect.data(), static_cast<T>(delta), pairs.size());
    return {static_cast<double>(found.above) / n,
            static_cast<double>(found.below) / n};
  }
  std::vector<double> plus(pairs.a.size());
  std::vector<double> minus(pairs.a.size());
  test.region(doubles(pairs.effect).data(), pairs.size(), 1, plus.data(),
              minus.data());
  return {std::accumulate(plus.begin(), plus.end(), 0.0) / n,
          std::accumulate(minus.begin(), minus.end(), 0.0) / n};
}

double bayes_factor(double yes, double no) {
  return std::log(yes + kEps) - std::log(no + kEps);
}

}  // namespace

template <class T>
std::vector<double> vanilla_statistics(const T* row,
                                       const ComparedRows& comparison) {
  const GenePairs<T>& pairs = load(row, comparison);
  double higher = 0.0;
  for (std::size_t i = 0; i < pairs.a.size(); ++i)
    higher += pairs.a[i] > pairs.b[i];
  const double p = higher / static_cast<double>(pairs.a.size());
  return {p, 1.0 - p, bayes_factor(p, 1.0 - p), mean_of(row, comparison.side1),
          mean_of(row, comparison.side2)};
}

template <class T>
std::vector<double> change_statistics(const T* row,
                                      const ComparedRows& comparison,
                                      double pseudocounts, double delta,
                                      const DeTest& test) {
  GenePairs<T>& pairs = load(row, comparison);
  set_effect(pairs, pseudocounts, test);
  const auto [plus, minus] = region_proportions(pairs, delta, test);
  const double p = test.two_sided_sum ? plus + minus : std::max(plus, minus);
  set_effect(pairs, kReportedPseudocounts * pseudocounts, test);
  const EffectSummary m = summarize_effects(pairs.effect.data(), pairs.size());
  std::vector<double> out{p,
                          1.0 - p,
                          bayes_factor(p, 1.0 - p),
                          mean_of(row, comparison.side1),
                          mean_of(row, comparison.side2),
                          pseudocounts,
                          delta,
                          m.mean,
                          median(pairs.order, pairs.effect,
                                 static_cast<T>(m.min), static_cast<T>(m.max)),
                          m.sd,
                          m.min,
                          m.max};
  if (test.cred_interval_lvls.empty()) return out;
  std::sort(pairs.effect.begin(), pairs.effect.end());
  for (const double level : test.cred_interval_lvls) {
    const auto [low, high] = shortest_interval(pairs.effect, level);
    out.push_back(low);
    out.push_back(high);
  }
  return out;
}

template <class T>
double mean_effect(const T* row, const ComparedRows& comparison,
                   double pseudocounts, const DeTest& test) {
  GenePairs<T>& pairs = load(row, comparison);
  set_effect(pairs, pseudocounts, test);
  return summarize_effects(pairs.effect.data(), pairs.size()).mean;
}

template <class T>
double max_of(const T* row, const RowIndices& rows) {
  T out = row[rows.front()];
  for (const auto i : rows) out = std::max(out, row[i]);
  return static_cast<double>(out);
}

#define SCVIGOR_GENE_STATISTICS(T)                                      \
  template std::vector<double> vanilla_statistics(const T*,             \
                                                  const ComparedRows&); \
  template std::vector<double> change_statistics(                       \
      const T*, const ComparedRows&, double, double, const DeTest&);    \
  template double mean_effect(const T*, const ComparedRows&, double,    \
                              const DeTest&);                           \
  template double max_of(const T*, const RowIndices&);
SCVIGOR_GENE_STATISTICS(float)
SCVIGOR_GENE_STATISTICS(double)
#undef SCVIGOR_GENE_STATISTICS

}  // namespace scvigor
