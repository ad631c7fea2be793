#include "inference/rank_table.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "util/parallel.hpp"

namespace scvigor {
namespace {

using Ordered = std::vector<std::pair<float, std::int64_t>>;

// Replaces n values by their ranks; `order` is scratch. If one is NaN, which
// cannot be sorted, all become NaN.
void replace_by_ranks(float* values, std::int64_t n, Ordered& order) {
  if (std::any_of(values, values + n, [](float x) { return std::isnan(x); })) {
    std::fill(values, values + n, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  order.resize(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) order[i] = {values[i], i};
  std::sort(order.begin(), order.end());
  for (std::int64_t first = 0; first < n;) {
    std::int64_t last = first;  // of the values equal to the first
    while (last + 1 < n && order[last + 1].first == order[first].first) ++last;
    const double rank = 0.5 * static_cast<double>(first + last) + 1.0;
    for (; first <= last; ++first)
      values[order[first].second] = static_cast<float>(rank);
  }
}

}  // namespace

RankTable::RankTable(std::int64_t n_genes, std::int64_t n_values)
    : values_(at::empty({n_genes, n_values}, at::kFloat)) {}

void RankTable::add(const at::Tensor& rows) {
  values_.narrow(1, filled_, rows.size(0)).copy_(rows.t());
  filled_ += rows.size(0);
}

bool RankTable::rank(const Hooks& hooks) {
  constexpr std::int64_t kGenesPerPoll = 64;
  const auto n_genes = values_.size(0);
  const auto n_values = values_.size(1);
  float* const values = values_.data_ptr<float>();
  for (std::int64_t gene = 0; gene < n_genes; gene += kGenesPerPoll) {
    if (hooks.interrupted && hooks.interrupted()) return false;
    parallel_for(gene, std::min(gene + kGenesPerPoll, n_genes), 1,
                 [=](std::int64_t begin, std::int64_t end) {
                   Ordered order;
                   for (std::int64_t g = begin; g < end; ++g)
                     replace_by_ranks(values + g * n_values, n_values, order);
                 });
  }
  return true;
}

at::Tensor RankTable::rows(std::int64_t first, std::int64_t n) const {
  return values_.narrow(1, first, n).t().to(at::kDouble);
}

}  // namespace scvigor
