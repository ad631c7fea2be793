#ifndef SCVIGOR_CORE_DE_ORDER_HPP
#define SCVIGOR_CORE_DE_ORDER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace scvigor {

// The k-th smallest (from 0) of values between `low` and `high`. A histogram
// selects the few values around it: several times faster than std::nth_element
// on all values, whose branches are unpredictable.
template <class T>
class OrderFinder {
 public:
  T find(const std::vector<T>& values, std::size_t k, T low, T high) {
    if (!(low < high) || !std::isfinite(high - low))
      return by_selection(values, k);
    const T scale = static_cast<T>(kBins - 1) / (high - low);
    const auto bin_of = [&](T value) {
      return static_cast<std::int32_t>((value - low) * scale);
    };
    std::fill_n(counts_, kBins, 0);
    bins_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      bins_[i] = bin_of(values[i]);
    for (const auto bin : bins_) ++counts_[bin];
    std::size_t below = 0;
    std::int32_t bin = 0;
    while (below + counts_[bin] <= k) below += counts_[bin++];
    near_.clear();
    for (std::size_t i = 0; i < values.size(); ++i)
      if (bins_[i] == bin) near_.push_back(values[i]);
    return select(near_, k - below);
  }

 private:
  static constexpr std::int32_t kBins = 512;

  static T select(std::vector<T>& values, std::size_t k) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(k);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  }
  T by_selection(const std::vector<T>& values, std::size_t k) {
    near_ = values;
    return select(near_, k);
  }

  std::size_t counts_[kBins] = {};
  std::vector<std::int32_t> bins_;
  std::vector<T> near_;
};

template <class T>
double median(OrderFinder<T>& finder, const std::vector<T>& values, T low,
              T high) {
  const std::size_t half = values.size() / 2;
  const double upper = finder.find(values, half, low, high);
  if (values.size() % 2 == 1) return upper;
  return 0.5 * (finder.find(values, half - 1, low, high) + upper);
}

// The first shortest interval that spans floor(level n) steps of the sorted
// values.
template <class T>
std::pair<double, double> shortest_interval(const std::vector<T>& sorted,
                                            double level) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const auto steps =
      static_cast<std::int64_t>(std::floor(level * static_cast<double>(n)));
  const auto at = [&](std::int64_t i) {
    return static_cast<double>(sorted[static_cast<std::size_t>(i)]);
  };
  std::int64_t best = 0;
  for (std::int64_t i = 1; i + steps < n; ++i)
    if (at(i + steps) - at(i) < at(best + steps) - at(best)) best = i;
  return {at(best), at(best + steps)};
}

// Linear interpolation between order statistics, as numpy.quantile.
inline double quantile(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  const double position = level * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const auto above = std::min(below + 1, values.size() - 1);
  const double weight = position - static_cast<double>(below);
  return values[below] + weight * (values[above] - values[below]);
}

}  // namespace scvigor

#endif
