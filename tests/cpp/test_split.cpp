// Which cells are trained on.

#include <algorithm>

#include "catch.hpp"
#include "count_up.hpp"
#include "scvigor/train.hpp"

using namespace scvigor;
using support::count_up;

namespace {

std::vector<std::int64_t> joined(const Split& split) {
  std::vector<std::int64_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  return all;
}

}  // namespace

TEST_CASE("every cell is in exactly one part") {
  TrainOptions o;
  for (const std::int64_t n : {10, 99, 1000}) {
    o.train_size = 0.7;
    o.validation_size = 0.1;
    auto all = joined(split_cells(n, o, 3));
    std::sort(all.begin(), all.end());
    CHECK(all == count_up(n));
  }
}

TEST_CASE("without shuffling the parts are validation, training, test") {
  TrainOptions o;
  o.shuffle_set_split = false;
  o.train_size = 0.5;
  o.validation_size = 0.3;
  const Split split = split_cells(100, o, 1);
  CHECK(split.validation == count_up(30));
  CHECK(split.train == count_up(50, 30));
  CHECK(split.test == count_up(20, 80));
}

TEST_CASE("the seed decides the split") {
  const TrainOptions o;
  CHECK(split_cells(500, o, 4).train == split_cells(500, o, 4).train);
  CHECK(split_cells(500, o, 4).train != split_cells(500, o, 5).train);
}

TEST_CASE("a shuffled split takes cells from everywhere") {
  const Split split = split_cells(2000, TrainOptions{}, 1);
  const auto low =
      std::count_if(split.validation.begin(), split.validation.end(),
                    [](std::int64_t i) { return i < 1000; });
  CHECK(low > 70);
  CHECK(low < 130);
}

TEST_CASE("a last minibatch of one or two cells moves to the validation part") {
  TrainOptions o;
  // ceil(0.9 * 143) = 129 = 128 + 1 and ceil(0.9 * 144) = 130.
  for (const std::int64_t extra : {1, 2}) {
    const auto n = 142 + extra;
    const Split split = split_cells(n, o, 1);
    CHECK(split.n_moved == extra);
    CHECK(split.train.size() == 128);
    CHECK(split.validation.size() == static_cast<std::size_t>(n - 128));
  }
  // What the user asked for by name is kept.
  o.train_size = 0.9;
  const Split split = split_cells(143, o, 1);
  CHECK(split.n_moved == 0);
  CHECK(split.train.size() == 129);
}

TEST_CASE("with train_size = 1 there are no validation cells") {
  TrainOptions o;
  o.train_size = 1.0;
  const Split split = split_cells(50, o, 1);
  CHECK(split.train.size() == 50);
  CHECK(split.validation.empty());
  CHECK(split.test.empty());
}

TEST_CASE("too few cells to train on are refused") {
  TrainOptions o;
  for (const std::int64_t n : {0, 1, 2}) {
    INFO(n << " cells");
    try {
      split_cells(n, o, 1);
      FAIL_CHECK("accepted");
    } catch (const ArgumentError& error) {
      CHECK(error.argument() == "train_size");
    }
  }
  o.train_size = 0.01;
  CHECK_THROWS_AS(split_cells(100, o, 1), ArgumentError);
}
