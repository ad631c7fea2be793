// A mixture of three normals on the line, fitted by EM from a fixed start, so
// that the same effects always give the same threshold.

#include "de/delta.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "scvigor/error.hpp"

namespace scvigor {
namespace {

constexpr int kNormals = 3;
// The constants of scikit-learn's GaussianMixture.
constexpr double kMinVariance = 1e-6;
constexpr double kTolerance = 1e-3;
constexpr int kMaxSteps = 100;
constexpr double kHalfLog2Pi = 0.91893853320467274178;

using Triple = std::array<double, kNormals>;

struct Mixture {
  Triple mean{};
  Triple variance{};
  Triple weight{};
};

// The centers of k-means with k = 3: the split of the sorted values into three
// runs with the smallest sum of squares. In one dimension it is found exactly,
// from running sums.
Triple best_centers(const std::vector<double>& sorted) {
  const auto n = sorted.size();
  std::vector<double> sum(n + 1, 0.0);
  for (std::size_t i = 0; i < n; ++i) sum[i + 1] = sum[i] + sorted[i];
  // n mean^2 of a run: how much splitting it off reduces the sum of squares
  const auto gain = [&](std::size_t from, std::size_t to) {
    const double s = sum[to] - sum[from];
    return s * s / static_cast<double>(to - from);
  };
  // For large data only every step-th position is a candidate.
  const std::size_t step = std::max<std::size_t>(1, n / 400);
  double best = -1.0;
  std::size_t cut1 = 1;
  std::size_t cut2 = 2;
  for (std::size_t i = 1; i + 1 < n; i += step)
    for (std::size_t j = i + 1; j < n; j += step) {
      const double total = gain(0, i) + gain(i, j) + gain(j, n);
      if (total > best) {
        best = total;
        cut1 = i;
        cut2 = j;
      }
    }
  const auto mean = [&](std::size_t from, std::size_t to) {
    return (sum[to] - sum[from]) / static_cast<double>(to - from);
  };
  return {mean(0, cut1), mean(cut1, cut2), mean(cut2, n)};
}

// The responsibility of each normal for each value.
using Responsibilities = std::vector<Triple>;

Responsibilities nearest(const std::vector<double>& x, const Triple& centers) {
  Responsibilities out(x.size(), Triple{});
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < kNormals; ++k)
      if (std::fabs(x[i] - centers[k]) < std::fabs(x[i] - centers[best]))
        best = k;
    out[i][best] = 1.0;
  }
  return out;
}

Mixture maximize(const std::vector<double>& x,
                 const Responsibilities& responsibilities) {
  Mixture out;
  for (std::size_t k = 0; k < kNormals; ++k) {
    double n = 10.0 * std::numeric_limits<double>::epsilon();
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      n += responsibilities[i][k];
      sum += responsibilities[i][k] * x[i];
    }
    out.mean[k] = sum / n;
    double squares = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double d = x[i] - out.mean[k];
      squares += responsibilities[i][k] * d * d;
    }
    out.variance[k] = squares / n + kMinVariance;
    out.weight[k] = n / static_cast<double>(x.size());
  }
  return out;
}

// Computes the responsibilities; returns the mean log-density.
double expect(const std::vector<double>& x, const Mixture& mixture,
              Responsibilities& responsibilities) {
  double total = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Triple log_density;
    for (std::size_t k = 0; k < kNormals; ++k) {
      const double d = x[i] - mixture.mean[k];
      log_density[k] = std::log(mixture.weight[k]) - kHalfLog2Pi -
                       0.5 * std::log(mixture.variance[k]) -
                       0.5 * d * d / mixture.variance[k];
    }
    const double top =
        *std::max_element(log_density.begin(), log_density.end());
    double sum = 0.0;
    for (const double value : log_density) sum += std::exp(value - top);
    const double log_sum = top + std::log(sum);
    for (std::size_t k = 0; k < kNormals; ++k)
      responsibilities[i][k] = std::exp(log_density[k] - log_sum);
    total += log_sum;
  }
  return total / static_cast<double>(x.size());
}

}  // namespace

namespace core {

double estimate_delta(const std::vector<double>& effect_means) {
  constexpr double kFactor = 0.6;
  constexpr double kMin = 0.1;
  for (const double value : effect_means)
    if (!std::isfinite(value))
      throw ArgumentError("delta",
                          "`delta` cannot be estimated: the effect of some "
                          "gene is not finite. Give `delta` or a positive "
                          "`pseudocounts`.");
  if (effect_means.size() < kNormals)
    throw ArgumentError("delta",
                        "`delta` cannot be estimated from fewer than 3 genes; "
                        "give it.");
  std::vector<double> sorted = effect_means;
  std::sort(sorted.begin(), sorted.end());
  Responsibilities responsibilities = nearest(sorted, best_centers(sorted));
  Mixture mixture = maximize(sorted, responsibilities);
  double before = -std::numeric_limits<double>::infinity();
  for (int step = 0; step < kMaxSteps; ++step) {
    const double now = expect(sorted, mixture, responsibilities);
    mixture = maximize(sorted, responsibilities);
    if (std::fabs(now - before) < kTolerance) break;
    before = now;
  }
  const auto [low, high] =
      std::minmax_element(mixture.mean.begin(), mixture.mean.end());
  return std::max(kMin, kFactor * 0.5 * (std::fabs(*low) + std::fabs(*high)));
}

}  // namespace core
}  // namespace scvigor
