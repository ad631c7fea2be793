// Which samples of one group meet which of the other.

#include <algorithm>
#include <cmath>
#include <map>

#include "catch.hpp"
#include "count_up.hpp"
#include "scvigor/de.hpp"

using namespace scvigor;
using support::count_up;

namespace {

using Positions = std::vector<std::int64_t>;

const Positions kBatch1{0, 1, 0, 1, 0, 1};
const Positions kBatch2{1, 1, 1, 0, 0, 0};

}  // namespace

TEST_CASE("samples of the same batches are paired within batches", "[de]") {
  const DePairs pairs = pair_samples(kBatch1, kBatch2, {});
  CHECK(pairs.first == Positions{0, 2, 4, 1, 3, 5});
  CHECK(pairs.second == Positions{3, 4, 5, 0, 1, 2});
}

TEST_CASE("observed or different batches: samples are paired in order",
          "[de]") {
  PairOptions observed;
  observed.observed = true;
  for (const auto& pairs : {pair_samples(kBatch1, kBatch2, observed),
                            pair_samples(kBatch1, {2, 2, 2, 0, 0, 0}, {})}) {
    CHECK(pairs.first == count_up(6));
    CHECK(pairs.second == count_up(6));
  }
}

TEST_CASE("the last samples of the longer side are not paired", "[de]") {
  PairOptions observed;
  observed.observed = true;
  const DePairs pairs = pair_samples(kBatch1, {0, 0, 0, 1}, observed);
  CHECK(pairs.first == count_up(4));
  CHECK(pairs.second == count_up(4));
}

TEST_CASE("permuted pairs are within batches, the same number for each",
          "[de]") {
  PairOptions options;
  options.use_permutation = true;
  options.m_permutation = 4001;
  options.seed = 3;
  const DePairs pairs = pair_samples(kBatch1, kBatch2, options);
  REQUIRE(pairs.first.size() == 4000);
  REQUIRE(pairs.second.size() == 4000);
  std::map<Positions, int> seen;
  for (std::size_t i = 0; i < 4000; ++i) {
    const auto a = static_cast<std::size_t>(pairs.first[i]);
    const auto b = static_cast<std::size_t>(pairs.second[i]);
    CHECK(kBatch1[a] == kBatch2[b]);
    ++seen[{pairs.first[i], pairs.second[i]}];
  }
  // 9 pairs a batch, 222 times each but for chance (sd 14)
  CHECK(seen.size() == 18);
  for (const auto& pair : seen) CHECK(std::abs(pair.second - 222) < 75);
  const DePairs again = pair_samples(kBatch1, kBatch2, options);
  CHECK(again.first == pairs.first);
  options.seed = 4;
  CHECK(pair_samples(kBatch1, kBatch2, options).first != pairs.first);
}

TEST_CASE("permuted pairs of observed batches are over all samples", "[de]") {
  PairOptions options;
  options.observed = true;
  options.use_permutation = true;
  options.m_permutation = 501;
  const DePairs pairs = pair_samples(kBatch1, kBatch2, options);
  CHECK(pairs.first.size() == 501);
  CHECK(*std::max_element(pairs.first.begin(), pairs.first.end()) == 5);
  CHECK(*std::min_element(pairs.second.begin(), pairs.second.end()) == 0);
}
