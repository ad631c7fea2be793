// The order of the cells of an epoch: a full shuffle, blocks of a file,
// weights.

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "catch.hpp"
#include "count_up.hpp"
#include "data/sampler.hpp"
#include "scvigor/packed_counts.hpp"

using namespace scvigor;
using support::count_up;

namespace {

// Cells without counts, which lie in a file in another order.
class EmptyCells final : public CountSource {
 public:
  explicit EmptyCells(std::int64_t n) : positions_(count_up(n)) {
    std::shuffle(positions_.begin(), positions_.end(), std::mt19937(1));
  }
  std::int64_t n_cells() const override {
    return static_cast<std::int64_t>(positions_.size());
  }
  std::int64_t n_genes() const override { return 1; }
  void read(const std::int64_t*, std::int64_t, CsrBlock&) const override {}
  std::int64_t file_position(std::int64_t cell) const override {
    return positions_[static_cast<std::size_t>(cell)];
  }

 private:
  std::vector<std::int64_t> positions_;
};

Cells cells_in_file(std::int64_t n) {
  Cells cells;
  cells.counts = std::make_shared<EmptyCells>(n);
  return cells;
}

TrainOptions blocks_of(std::int64_t size, std::int64_t batch_size = 128) {
  TrainOptions options;
  options.shuffle_block_size = size;
  options.batch_size = batch_size;
  return options;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// Variance over minibatches of the mean of a value that differs between blocks
// of the file, in units of the variance over cells divided by the cells of a
// minibatch.
double relative_variance(Sampler& sampler, const CountSource& file,
                         std::int64_t block, std::int64_t batch_size) {
  double sum = 0.0;
  double n = 0.0;
  for (std::int64_t epoch = 0; epoch < 12; ++epoch) {
    const auto& order = sampler.order(epoch).cells;
    for (std::size_t first = 0;
         first + static_cast<std::size_t>(batch_size) <= order.size();
         first += static_cast<std::size_t>(batch_size)) {
      double mean = 0.0;
      for (std::int64_t i = 0; i < batch_size; ++i) {
        const auto cell = order[first + static_cast<std::size_t>(i)];
        std::mt19937 value(
            static_cast<std::uint32_t>(file.file_position(cell) / block));
        mean += value() % 2 == 0 ? 1.0 : -1.0;
      }
      sum += mean * mean / static_cast<double>(batch_size);
      n += 1.0;
    }
  }
  return sum / n;
}

}  // namespace

TEST_CASE("a full shuffle continues the last one", "[sampler]") {
  const Cells cells = cells_in_file(1000);
  auto expected = count_up(800);
  Sampler sampler(cells, expected, TrainOptions(), 7);
  Rng rng(7);
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    rng.seek(epoch);
    rng.shuffle(expected);
    const auto order = sampler.order(static_cast<std::int64_t>(epoch));
    CHECK(order.cells == expected);
    CHECK(order.window_ends.empty());
    CHECK(sampler.cells() == expected);
  }
}

TEST_CASE("blocks of cells are shuffled, each cell once", "[sampler]") {
  const std::int64_t n = GENERATE(1, 15, 16, 17, 1000, 40000, 100000);
  const std::int64_t block = GENERATE(2, 16, 64);
  const Cells cells = cells_in_file(n + 5);
  Sampler sampler(cells, count_up(n), blocks_of(block), 3);
  const auto order = sampler.order(0);
  CHECK(sorted(order.cells) == count_up(n));
  CHECK(sampler.cells() == count_up(n));
  CHECK(order.window_ends.back() == n);
  // Window by window, the cells come from few parts of the file.
  std::int64_t begin = 0;
  for (const auto end : order.window_ends) {
    CHECK((end - begin >= 16384 || order.window_ends.size() == 1));
    std::set<std::int64_t> parts;
    for (auto i = begin; i < end; ++i)
      parts.insert(cells.counts->file_position(
                       order.cells[static_cast<std::size_t>(i)]) /
                   block);
    // A block is in two parts, or three where cells beyond n are between.
    CHECK(static_cast<std::int64_t>(parts.size()) <=
          3 * ((end - begin) / block + 2));
    begin = end;
  }
  const auto first = order.cells;
  CHECK(sampler.order(0).cells == first);
  if (n > 100) CHECK(sampler.order(1).cells != first);
}

TEST_CASE("a window has at least 128 minibatches", "[sampler]") {
  const Cells cells = cells_in_file(300000);
  Sampler sampler(cells, count_up(300000), blocks_of(16, 1000), 3);
  CHECK(sampler.order(0).window_ends ==
        std::vector<std::int64_t>{150000, 300000});
}

TEST_CASE("minibatches of a block shuffle vary within the stated bound",
          "[sampler]") {
  constexpr std::int64_t kBatch = 128;
  const Cells cells = cells_in_file(65536);
  const auto variance = [&](std::int64_t block) {
    TrainOptions options = blocks_of(block, kBatch);
    Sampler sampler(cells, count_up(65536), options, 5);
    return relative_variance(sampler, *cells.counts, 64, kBatch);
  };
  // Of 6,144 minibatches: the standard error is 1.8 %.
  const double full = variance(1);
  CHECK(full == Approx(1.0).margin(0.06));
  CHECK(variance(16) < full * (1.0 + 16.0 / 128.0) + 0.06);
  CHECK(variance(64) < full * (1.0 + 64.0 / 128.0) + 0.06);
  // The value is the same within a block, so that the bound is nearly reached.
  CHECK(variance(64) > full * 1.2);
}

TEST_CASE("cells are drawn by weight, with replacement", "[sampler]") {
  const std::int64_t block = GENERATE(1, 16);
  constexpr std::int64_t kCells = 20000;
  Cells cells = cells_in_file(kCells + 10);
  cells.cell_weights.assign(kCells + 10, 1.0);
  for (std::size_t i = 0; i < kCells; ++i)
    cells.cell_weights[i] = static_cast<double>(i % 4);  // 0, 1, 2, 3
  Sampler sampler(cells, count_up(kCells), blocks_of(block), 11);
  std::vector<double> drawn(4, 0.0);
  std::map<std::int64_t, int> times;
  const auto first = sampler.order(0).cells;
  for (const auto cell : first) {
    REQUIRE(cell >= 0);
    REQUIRE(cell < kCells);
    drawn[static_cast<std::size_t>(cell % 4)] += 1.0;
    ++times[cell];
  }
  CHECK(first.size() == kCells);
  CHECK(drawn[0] == 0.0);
  for (int k = 1; k < 4; ++k) {
    const double expected = kCells * k / 6.0;
    CHECK(std::abs(drawn[static_cast<std::size_t>(k)] - expected) <
          5.0 * std::sqrt(expected));
  }
  // Poisson: of those with a mean of 2, e^-2 are left out.
  double twos = 0.0;
  for (const auto& [cell, n] : times) twos += cell % 4 == 3;
  CHECK(twos == Approx(kCells / 4 * (1.0 - std::exp(-2.0))).epsilon(0.03));
  CHECK(sampler.order(1).cells != first);
  CHECK(sampler.order(0).cells == first);
  CHECK(sampler.cells() == count_up(kCells));
}

TEST_CASE("a cell that alone has a weight is the only one", "[sampler]") {
  const std::int64_t only = GENERATE(0, 7, 9);
  for (const double weight : {1e-300, 1.0, 1e300}) {
    Cells cells = cells_in_file(10);
    cells.cell_weights.assign(10, 0.0);
    cells.cell_weights[static_cast<std::size_t>(only)] = weight;
    Sampler sampler(cells, count_up(10), TrainOptions(), 2);
    CHECK(sampler.order(4).cells == std::vector<std::int64_t>(10, only));
  }
}

TEST_CASE("an order depends on the epoch alone, but for a full shuffle",
          "[sampler]") {
  Cells cells = cells_in_file(500);
  cells.cell_weights.assign(500, 1.0);
  Sampler whole(cells, count_up(400), blocks_of(1), 9);
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) whole.order(epoch);
  Sampler resumed(cells, count_up(1), blocks_of(1), 9);
  resumed.restore(whole.cells());
  CHECK(whole.order(3).cells == resumed.order(3).cells);
}

TEST_CASE("views say where the cells are in their files", "[sampler][packed]") {
  const auto packed = [] {
    CsrBlock block;
    for (int cell = 0; cell < 6; ++cell) {
      block.genes.push_back(cell % 3);
      block.values.push_back(1.0F);
      block.end_cell();
    }
    CountPacker packer = CountPacker::in_temporary_file(3, "/tmp");
    packer.append(block);
    return packer.finish();
  };
  const auto file = packed();
  CHECK(file->file_bytes() == 6 * 3);
  CHECK(file->file_position(4) - file->file_position(1) == 3 * 3);
  const auto view = view_genes(view_cells(file, {5, 2}), {2, -1, 0});
  CHECK(view->file_bytes() == Approx(2 * 3));
  CHECK(view->file_position(0) == file->file_position(5));
  CHECK(view->file_position(1) == file->file_position(2));
  const auto both = join_cells({view, packed()});
  CHECK(both->file_bytes() == Approx(8 * 3));
  CHECK(both->file_position(1) == file->file_position(2));
  CHECK(both->file_position(2) > both->file_position(0));
  CHECK(both->file_position(3) > both->file_position(2));
  const auto all = count_up(8);
  both->will_read(all.data(), 8);
  CountPacker packer(3);
  CHECK(packer.finish()->file_bytes() == 0.0);
}
