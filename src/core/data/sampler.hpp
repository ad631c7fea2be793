#ifndef SCVIGOR_CORE_DATA_SAMPLER_HPP
#define SCVIGOR_CORE_DATA_SAMPLER_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"
#include "util/rng.hpp"

namespace scvigor {

// Which cells an epoch trains on, in which order: a function of the seed and
// the epoch.
//
// With Cells::cell_weights as many cells as there are for training are drawn
// with replacement, as torch's WeightedRandomSampler does; without, each is
// there once.
//
// By default all orders are as likely. With shuffle_block_size = B > 1, cells
// are sorted as they lie in the file and cut into blocks of B, elsewhere in
// each epoch. Blocks are shuffled, and then the cells of each window of
// consecutive blocks, which has at least N = max(2^14, 128 batch_size) cells. A
// minibatch of m cells is so drawn at random from N / B random blocks. If the
// variance of a statistic over cells is s, that of its mean over a minibatch is
//
//   s / m              where all orders are as likely
//   s / m (1 + m B / N) <= s / m (1 + B / 128)
//
// at most, which it reaches where the cells of a block are all the same. Data
// of at most N cells are one window, in which all orders are as likely. The
// cells of one window are what the system's cache has to hold.
class Sampler {
 public:
  Sampler(const Cells& data, std::vector<std::int64_t> cells,
          const TrainOptions& options, std::uint64_t seed);

  struct Order {
    const std::vector<std::int64_t>& cells;  // until the next order
    std::vector<std::int64_t> window_ends;   // empty: all cells are one window
  };
  // Epochs count from 0, one after another.
  Order order(std::int64_t epoch);

  // The training cells. A full shuffle starts from their present order.
  const std::vector<std::int64_t>& cells() const { return cells_; }
  void restore(std::vector<std::int64_t> cells);

 private:
  void draw();
  void sort_by_file(std::vector<std::int64_t>& cells) const;
  void shuffle_blocks();
  std::vector<std::int64_t> window_ends() const;

  const Cells& data_;
  std::vector<std::int64_t> cells_;
  std::int64_t block_size_;
  std::int64_t min_window_;
  Rng rng_;  // by epoch
  // With weights: their sums up to each of cells_.
  std::vector<double> weight_sums_;
  // Where the order is not one of cells_ itself.
  std::vector<std::int64_t> sorted_;  // cells_, with blocks and without weights
  std::vector<std::int64_t> order_;
};

}  // namespace scvigor

#endif
