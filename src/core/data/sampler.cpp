#include "data/sampler.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "util/ceil_div.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kMinWindow = std::int64_t{1} << 14;  // cells
constexpr std::int64_t kMinWindowBatches = 128;

std::int64_t size_of(const std::vector<std::int64_t>& cells) {
  return static_cast<std::int64_t>(cells.size());
}

}  // namespace

Sampler::Sampler(const Cells& data, std::vector<std::int64_t> cells,
                 const TrainOptions& options, std::uint64_t seed)
    : data_(data),
      block_size_(options.shuffle_block_size.value_or(1)),
      min_window_(std::max(kMinWindow, kMinWindowBatches * options.batch_size)),
      rng_(seed) {
  restore(std::move(cells));
}

void Sampler::restore(std::vector<std::int64_t> cells) {
  cells_ = std::move(cells);
  weight_sums_.clear();
  sorted_.clear();
  if (!data_.cell_weights.empty()) {
    double sum = 0.0;
    for (const auto cell : cells_)
      weight_sums_.push_back(
          sum += data_.cell_weights[static_cast<std::size_t>(cell)]);
  } else if (block_size_ > 1) {
    sorted_ = cells_;
    sort_by_file(sorted_);
  }
}

Sampler::Order Sampler::order(std::int64_t epoch) {
  rng_.seek(static_cast<std::uint64_t>(epoch));
  if (weight_sums_.empty() && block_size_ == 1) {
    rng_.shuffle(cells_);
    return {cells_, {}};
  }
  if (weight_sums_.empty())
    order_ = sorted_;
  else
    draw();
  if (block_size_ == 1) return {order_, {}};
  if (!weight_sums_.empty()) sort_by_file(order_);
  shuffle_blocks();
  return {order_, window_ends()};
}

// A cell of weight 0 adds nothing to the sums, so that none is ever found.
void Sampler::draw() {
  const std::vector<double> fractions = rng_.fractions(size_of(cells_));
  const double total = weight_sums_.back();
  // That the product is rounded up to.
  const auto last =
      std::lower_bound(weight_sums_.begin(), weight_sums_.end(), total);
  order_.resize(cells_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto found =
        std::upper_bound(weight_sums_.begin(), last, fractions[i] * total);
    order_[i] = cells_[static_cast<std::size_t>(found - weight_sums_.begin())];
  }
}

void Sampler::sort_by_file(std::vector<std::int64_t>& cells) const {
  std::vector<std::pair<std::int64_t, std::int64_t>> positions;
  positions.reserve(cells.size());
  for (const auto cell : cells)
    positions.emplace_back(data_.counts->file_position(cell), cell);
  std::sort(positions.begin(), positions.end());
  std::transform(positions.begin(), positions.end(), cells.begin(),
                 [](const auto& position) { return position.second; });
}

// The first block is shorter, so that blocks begin elsewhere in each epoch.
void Sampler::shuffle_blocks() {
  const auto n = size_of(order_);
  const auto shift = static_cast<std::int64_t>(
      rng_.fractions(1)[0] * static_cast<double>(block_size_));
  std::vector<std::int64_t> blocks(
      static_cast<std::size_t>(ceil_div(n + shift, block_size_)));
  std::iota(blocks.begin(), blocks.end(), 0);
  rng_.shuffle(blocks);
  std::vector<std::int64_t> out;
  out.reserve(order_.size());
  for (const auto block : blocks) {
    const auto begin = block * block_size_ - shift;
    out.insert(out.end(), order_.begin() + std::max<std::int64_t>(begin, 0),
               order_.begin() + std::min(begin + block_size_, n));
  }
  std::int64_t begin = 0;
  for (const auto end : window_ends()) {
    std::vector<std::int64_t> window(out.begin() + begin, out.begin() + end);
    rng_.shuffle(window);
    std::copy(window.begin(), window.end(), order_.begin() + begin);
    begin = end;
  }
}

std::vector<std::int64_t> Sampler::window_ends() const {
  const auto n = size_of(order_);
  const auto n_windows = std::max<std::int64_t>(1, n / min_window_);
  std::vector<std::int64_t> ends;
  for (std::int64_t i = 1; i <= n_windows; ++i)
    ends.push_back(n * i / n_windows);
  return ends;
}

}  // namespace scvigor
