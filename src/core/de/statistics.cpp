#include "de/statistics.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <string>

#include "de/delta.hpp"
#include "de/kernels.hpp"
#include "de/order.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

using Genes = std::vector<std::int64_t>;
using Rows = Comparison::Rows;

constexpr double kEps = 1e-8;            // of the Bayes factor
constexpr double kReportedShare = 1e-3;  // of the pseudocounts
constexpr double kMinPseudocount = 1e-10;

// ---- Blocks of genes --------------------------------------------------------

// So many values of a block a thread: 8 MB of floats.
constexpr std::int64_t kValuesPerBlock = 1 << 21;

std::int64_t genes_per_block(std::int64_t n_samples) {
  return std::clamp<std::int64_t>(
      kValuesPerBlock / std::max<std::int64_t>(1, n_samples), 8, 64);
}

// An exception may not leave a thread that OpenMP owns: kept until all are
// done.
class FirstError {
 public:
  template <class Work>
  void guard(Work work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
};

// Calls visit(gene, row) with the samples of each gene in turn; a thread owns
// one block. `serial`: one at a time, on the caller's thread.
template <class T, class Visitor>
bool for_each_gene(const Samples<T>& samples, const Genes& genes, bool serial,
                   const Hooks& hooks, Visitor visit) {
  const auto n_genes = static_cast<std::int64_t>(genes.size());
  const auto size = genes_per_block(samples.n_samples);
  const auto n_blocks = (n_genes + size - 1) / size;
  FirstError error;
  const auto work = [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> values(static_cast<std::size_t>(size * samples.n_samples));
    for (auto block = begin; block < end; ++block) {
      const auto first =
          genes.begin() + static_cast<std::ptrdiff_t>(block * size);
      const auto n = std::min(size, n_genes - block * size);
      const Genes some(first, first + static_cast<std::ptrdiff_t>(n));
      samples.read(some, values.data());
      for (std::int64_t k = 0; k < n; ++k)
        visit(some[static_cast<std::size_t>(k)],
              values.data() + k * samples.n_samples);
    }
  };
  // In rounds, between which the host is asked whether to go on.
  const std::int64_t round = serial ? 1 : 4 * at::get_num_threads();
  for (std::int64_t first = 0; first < n_blocks; first += round) {
    if (hooks.interrupted && hooks.interrupted()) return false;
    const auto last = std::min(n_blocks, first + round);
    if (serial)
      work(first, last);
    else
      at::parallel_for(first, last, 1, [&](std::int64_t b, std::int64_t e) {
        error.guard([&] { work(b, e); });
      });
    error.rethrow();
  }
  return true;
}

Genes all_genes(std::int64_t n) {
  Genes out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

// ---- One gene ---------------------------------------------------------------

template <class T>
void take(const T* row, const Rows& rows, std::vector<T>& out) {
  out.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = row[rows[i]];
}

template <class T>
double mean_of(const T* row, const Rows& rows) {
  double sum = 0.0;
  for (const auto i : rows) sum += static_cast<double>(row[i]);
  return sum / static_cast<double>(rows.size());
}

template <class T>
double max_of(const T* row, const Rows& rows) {
  T out = row[rows.front()];
  for (const auto i : rows) out = std::max(out, row[i]);
  return static_cast<double>(out);
}

// Room for the pairs of one gene; a thread has its own.
template <class T>
struct Pairs {
  std::vector<T> a;
  std::vector<T> b;
  std::vector<T> effect;
  OrderFinder<T> order;

  std::int64_t size() const { return static_cast<std::int64_t>(a.size()); }
};

template <class T>
Pairs<T>& scratch_pairs() {
  static thread_local Pairs<T> pairs;
  return pairs;
}

template <class T>
Pairs<T>& load(const T* row, const Comparison& comparison) {
  Pairs<T>& pairs = scratch_pairs<T>();
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
void set_effect(Pairs<T>& pairs, double pseudocounts, const DeTest& test) {
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

// Shares of pairs in the region of higher, and of lower expression.
template <class T>
std::pair<double, double> shares(const Pairs<T>& pairs, double delta,
                                 const DeTest& test) {
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

using Values = std::vector<double>;

template <class T>
Values vanilla_statistics(const T* row, const Comparison& comparison) {
  const Pairs<T>& pairs = load(row, comparison);
  double higher = 0.0;
  for (std::size_t i = 0; i < pairs.a.size(); ++i)
    higher += pairs.a[i] > pairs.b[i];
  const double p = higher / static_cast<double>(pairs.a.size());
  return {p, 1.0 - p, bayes_factor(p, 1.0 - p), mean_of(row, comparison.side1),
          mean_of(row, comparison.side2)};
}

template <class T>
Values change_statistics(const T* row, const Comparison& comparison,
                         double pseudocounts, double delta,
                         const DeTest& test) {
  Pairs<T>& pairs = load(row, comparison);
  set_effect(pairs, pseudocounts, test);
  const auto [plus, minus] = shares(pairs, delta, test);
  const double p = test.two_sided_sum ? plus + minus : std::max(plus, minus);
  set_effect(pairs, kReportedShare * pseudocounts, test);
  const Moments m = moments(pairs.effect.data(), pairs.size());
  Values out{p,
             1.0 - p,
             bayes_factor(p, 1.0 - p),
             mean_of(row, comparison.side1),
             mean_of(row, comparison.side2),
             pseudocounts,
             delta,
             m.mean,
             median(pairs.order, pairs.effect, static_cast<T>(m.min),
                    static_cast<T>(m.max)),
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

// ---- What is estimated from all genes ---------------------------------------

// The largest samples of unexpressed genes tell how far from 0 nothing is.
double offset(const Values& largest1, const Values& largest2, double level,
              std::int64_t n_genes) {
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
Values find_pseudocounts(const Samples<T>& samples,
                         const std::vector<Comparison>& comparisons,
                         const DeTest& test, const Hooks& hooks) {
  if (test.vanilla) return Values(comparisons.size(), 0.0);
  if (test.pseudocounts) return Values(comparisons.size(), *test.pseudocounts);
  Genes genes;
  for (std::int64_t gene = 0; gene < samples.n_genes; ++gene)
    if (std::any_of(comparisons.begin(), comparisons.end(),
                    [&](const Comparison& c) {
                      return is_set(c.unexpressed1, gene) ||
                             is_set(c.unexpressed2, gene);
                    }))
      genes.push_back(gene);
  std::vector<Values> largest1(comparisons.size());
  std::vector<Values> largest2(comparisons.size());
  std::mutex mutex;
  for_each_gene(samples, genes, false, hooks,
                [&](std::int64_t gene, const T* row) {
                  for (std::size_t c = 0; c < comparisons.size(); ++c) {
                    const Comparison& one = comparisons[c];
                    const auto note = [&](const Rows& rows, Values& to) {
                      const double value = max_of(row, rows);
                      const std::lock_guard<std::mutex> lock(mutex);
                      to.push_back(value);
                    };
                    if (is_set(one.unexpressed1, gene))
                      note(one.first, largest1[c]);
                    if (is_set(one.unexpressed2, gene))
                      note(one.second, largest2[c]);
                  }
                });
  Values out;
  for (std::size_t c = 0; c < comparisons.size(); ++c)
    out.push_back(offset(largest1[c], largest2[c], test.pseudocount_quantile,
                         samples.n_genes));
  return out;
}

bool is_serial(const DeTest& test) { return test.effect || test.region; }

template <class T>
Values find_deltas(const Samples<T>& samples,
                   const std::vector<Comparison>& comparisons,
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
                        Pairs<T>& pairs = load(row, comparisons[c]);
                        set_effect(pairs, pseudocounts[c], test);
                        means[c][static_cast<std::size_t>(gene)] =
                            moments(pairs.effect.data(), pairs.size()).mean;
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
std::vector<DeTable> compare(const Samples<T>& samples,
                             const std::vector<Comparison>& comparisons,
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

template std::vector<DeTable> compare(const Samples<float>&,
                                      const std::vector<Comparison>&,
                                      const DeTest&, const Hooks&);
template std::vector<DeTable> compare(const Samples<double>&,
                                      const std::vector<Comparison>&,
                                      const DeTest&, const Hooks&);

}  // namespace scvigor
