#include "data/split.hpp"

#include <cmath>
#include <numeric>

#include "util/rng.hpp"

namespace scvigor {
namespace {

constexpr double kDefaultTrainSize = 0.9;

}  // namespace

namespace core {

Split split_cells(std::int64_t n_cells, const TrainOptions& o,
                  std::uint64_t seed) {
  const double n = static_cast<double>(n_cells);
  auto n_train = static_cast<std::int64_t>(
      std::ceil(o.train_size.value_or(kDefaultTrainSize) * n));
  auto n_validation =
      o.validation_size
          ? static_cast<std::int64_t>(std::floor(*o.validation_size * n))
          : n_cells - n_train;

  Split split;
  const auto last = n_train % o.batch_size;
  if (!o.train_size && n_train > o.batch_size && last > 0 &&
      last < kMinTrainingCells) {
    split.n_moved = last;
    n_train -= last;
    if (n_validation > 0) n_validation += last;
  }
  if (n_train < kMinTrainingCells)
    throw ArgumentError("train_size",
                        "The training part has " + std::to_string(n_train) +
                            " cells; it needs at least " +
                            std::to_string(kMinTrainingCells) +
                            ". Give more cells or a larger `train_size`.");

  std::vector<std::int64_t> order(static_cast<std::size_t>(n_cells));
  std::iota(order.begin(), order.end(), 0);
  if (o.shuffle_set_split) {
    Rng rng(derive_seed(seed, SeedUse::kSplit));
    rng.shuffle(order);
  }
  const auto train = order.begin() + n_validation;
  const auto test = train + n_train;
  split.validation.assign(order.begin(), train);
  split.train.assign(train, test);
  split.test.assign(test, order.end());
  return split;
}

}  // namespace core
}  // namespace scvigor
