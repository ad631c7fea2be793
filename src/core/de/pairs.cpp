#include "de/pairs.hpp"

#include <algorithm>
#include <set>

#include "scvigor/error.hpp"

namespace scvigor {
namespace {

using Positions = std::vector<std::int64_t>;

Positions all_positions(std::size_t n) {
  Positions out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::int64_t>(i);
  return out;
}

Positions positions_of(const Positions& batch, std::int64_t code) {
  Positions out;
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (batch[i] == code) out.push_back(static_cast<std::int64_t>(i));
  return out;
}

// `n` of the values, with replacement.
void draw(const Positions& from, std::int64_t n, Rng& rng, Positions& out) {
  const at::Tensor u =
      rng.uniform({n}, 0.0, static_cast<double>(from.size()), at::kDouble);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto place = static_cast<std::size_t>(u.data_ptr<double>()[i]);
    out.push_back(from[std::min(place, from.size() - 1)]);
  }
}

// Pairs the i-th with the i-th, or m draws of each.
void add_pairs(const Positions& from1, const Positions& from2,
               const PairOptions& options, std::int64_t m, Rng& rng,
               DePairs& out) {
  if (from1.empty() || from2.empty()) return;
  if (options.use_permutation) {
    draw(from1, m, rng, out.first);
    draw(from2, m, rng, out.second);
    return;
  }
  const auto n =
      static_cast<std::ptrdiff_t>(std::min(from1.size(), from2.size()));
  out.first.insert(out.first.end(), from1.begin(), from1.begin() + n);
  out.second.insert(out.second.end(), from2.begin(), from2.begin() + n);
}

}  // namespace

namespace core {

DePairs pair_samples(const Positions& batch1, const Positions& batch2,
                     const PairOptions& options, Rng& rng) {
  DePairs out;
  const std::set<std::int64_t> set1(batch1.begin(), batch1.end());
  const std::set<std::int64_t> set2(batch2.begin(), batch2.end());
  if (options.observed || set1 != set2) {
    add_pairs(all_positions(batch1.size()), all_positions(batch2.size()),
              options, options.m_permutation, rng, out);
    return out;
  }
  const auto m =
      options.m_permutation /
      std::max<std::int64_t>(1, static_cast<std::int64_t>(set1.size()));
  for (const auto code : set1)
    add_pairs(positions_of(batch1, code), positions_of(batch2, code), options,
              m, rng, out);
  return out;
}

}  // namespace core
}  // namespace scvigor
