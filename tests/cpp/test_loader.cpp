// Minibatches that a thread reads ahead: the same, in order, with their errors.

#include <ATen/ATen.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "count_up.hpp"
#include "data/loader.hpp"
#include "scvigor/packed_counts.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::count_up;
using support::Training;

namespace {

// Passes everything on, and keeps what it was asked for.
class WatchedSource final : public CountSource {
 public:
  explicit WatchedSource(std::shared_ptr<const CountSource> source)
      : source_(std::move(source)) {}
  std::int64_t n_cells() const override { return source_->n_cells(); }
  std::int64_t n_genes() const override { return source_->n_genes(); }
  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    for (std::int64_t i = 0; i < n; ++i)
      if (cells[i] == broken_cell) throw std::runtime_error("broken");
    n_read += n;
    for (std::int64_t i = 0; i < n; ++i)
      was_announced =
          was_announced && (n_announced == 0 ||
                            announced[static_cast<std::size_t>(cells[i])] == 1);
    reader = std::this_thread::get_id();
    source_->read(cells, n, out);
  }
  double file_bytes() const override { return bytes; }
  void will_read(const std::int64_t* cells, std::int64_t n) const override {
    for (std::int64_t i = 0; i < n; ++i)
      ++announced[static_cast<std::size_t>(cells[i])];
    n_announced += n;
  }

  std::int64_t broken_cell = -1;
  double bytes = 0.0;
  mutable std::atomic<std::int64_t> n_read{0};
  mutable std::thread::id reader;
  mutable std::int64_t n_announced = 0;
  mutable bool was_announced = true;
  mutable std::vector<int> announced = std::vector<int>(1000, 0);

 private:
  std::shared_ptr<const CountSource> source_;
};

struct Watched {
  Watched()
      : source(std::make_shared<WatchedSource>(
            support::compressed_source(counts))) {
    cells = support::cells_of(counts);
    cells.counts = source;
  }
  at::Tensor counts = support::simulate_counts(200, 30, 3);
  std::shared_ptr<WatchedSource> source;
  Cells cells;
};

// The same counts in a temporary file of packed counts.
std::shared_ptr<const CountSource> packed(const CountSource& source) {
  CsrBlock block;
  const auto cells = count_up(source.n_cells());
  source.read(cells.data(), source.n_cells(), block);
  CountPacker packer = CountPacker::in_temporary_file(
      source.n_genes(), std::filesystem::temp_directory_path().string());
  packer.append(block);
  return packer.finish();
}

const auto kAlways = Loader::Prefetch::kAlways;
const auto kNever = Loader::Prefetch::kNever;

}  // namespace

TEST_CASE("minibatches that are read ahead are the same", "[loader]") {
  Watched data;
  Loader ahead(data.cells, at::kFloat, kAlways);
  Loader direct(data.cells, at::kFloat, kNever);
  std::vector<std::int64_t> order = count_up(200);
  std::reverse(order.begin(), order.end());
  const std::vector<std::int64_t> ends{64, 128, 131, 200};
  for (int round = 0; round < 3; ++round) {
    Loader::Pass a(ahead, order, ends);
    Loader::Pass b(direct, order, ends);
    std::int64_t n = 0;
    while (const auto x = a.next()) {
      const auto y = b.next();
      REQUIRE(y);
      CHECK(x->counts.dense().equal(y->counts.dense()));
      CHECK(x->log_library.equal(y->log_library));
      CHECK(x->batch.equal(y->batch));
      CHECK(x->counts.dense()
                .to(at::kDouble)
                .equal(data.counts.index_select(
                    0, at::tensor(std::vector<std::int64_t>(
                           order.begin() + n,
                           order.begin() + n + x->n_cells())))));
      n += x->n_cells();
    }
    CHECK(n == 200);
    CHECK_FALSE(b.next());
    CHECK_FALSE(a.next());
  }
}

TEST_CASE("a minibatch stays as it is while others are read", "[loader]") {
  Watched data;
  Loader loader(data.cells, at::kFloat, kAlways);
  const auto order = count_up(200);
  std::vector<std::int64_t> ends;
  for (std::int64_t end = 10; end <= 200; end += 10) ends.push_back(end);
  Loader::Pass pass(loader, order, ends);
  std::vector<Minibatch> all;
  while (auto batch = pass.next()) all.push_back(std::move(*batch));
  REQUIRE(all.size() == 20);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i]
              .counts.dense()
              .to(at::kDouble)
              .equal(data.counts.narrow(0, static_cast<std::int64_t>(10 * i),
                                        10)));
}

TEST_CASE("a thread reads ahead where it gains", "[loader]") {
  Watched data;
  const auto order = count_up(200);
  const auto reads_ahead = [&](Loader::Prefetch prefetch) {
    Loader loader(data.cells, at::kFloat, prefetch);
    Loader::Pass pass(loader, order, {100, 200});
    while (pass.next()) continue;
    return data.source->reader != std::this_thread::get_id();
  };
  const ThreadScope threads(1);
  CHECK(reads_ahead(kAlways));
  CHECK_FALSE(reads_ahead(kNever));
  CHECK_FALSE(reads_ahead(Loader::Prefetch::kAuto));
  data.source->bytes = 1e15;  // more than any memory
  CHECK(reads_ahead(Loader::Prefetch::kAuto));
}

TEST_CASE("an error of reading ahead comes in its turn", "[loader]") {
  Watched data;
  data.source->broken_cell = 150;
  for (const auto prefetch : {kAlways, kNever}) {
    Loader loader(data.cells, at::kFloat, prefetch);
    const auto order = count_up(200);
    {
      Loader::Pass pass(loader, order, {50, 100, 149, 160, 200});
      for (int i = 0; i < 3; ++i) CHECK(pass.next());
      CHECK_THROWS_WITH(pass.next(), "broken");
    }
    Loader::Pass again(loader, order, {50, 100});
    CHECK(again.next());
    CHECK(again.next());
    CHECK_FALSE(again.next());
  }
}

TEST_CASE("a pass can end at any time", "[loader]") {
  Watched data;
  const auto order = count_up(200);
  std::vector<std::int64_t> ends;
  for (std::int64_t end = 1; end <= 200; ++end) ends.push_back(end);
  Loader loader(data.cells, at::kFloat, kAlways);
  for (int taken = 0; taken < 5; ++taken) {
    data.source->n_read = 0;
    Loader::Pass pass(loader, order, ends);
    for (int i = 0; i < taken; ++i) pass.next();
    // Those that wait and the one that is being read.
    CHECK(data.source->n_read <= taken + 3);
  }
}

TEST_CASE("what follows is announced to the file, once", "[loader]") {
  const auto prefetch = GENERATE(kAlways, kNever);
  Watched data;
  Loader loader(data.cells, at::kFloat, prefetch);
  const auto order = count_up(200);
  const std::vector<std::int64_t> ends{40, 80, 120, 160, 200};
  Loader::Pass pass(loader, order, ends, {90, 150, 200});
  while (pass.next()) continue;
  CHECK(data.source->was_announced);
  CHECK(data.source->n_announced == 200);
}

TEST_CASE("weights from a file are those from memory", "[loader][packed]") {
  Training t;
  t.options.check_val_every_n_epoch = 2;
  const int threads = GENERATE(1, 2, 4);
  const std::int64_t block = GENERATE(1, 8);
  const bool is_weighted = GENERATE(false, true);
  const ThreadScope scope(threads);
  t.options.shuffle_block_size = block;
  if (is_weighted)
    for (std::int64_t i = 0; i < t.cells.n_cells(); ++i)
      t.cells.cell_weights.push_back(static_cast<double>(1 + i % 3));
  const auto memory = support::run(t);
  t.cells.counts = packed(*t.cells.counts);
  const auto file = support::run(t);
  CHECK(all_values(memory.model.state()) == all_values(file.model.state()));
  CHECK(support::column(memory.result.history, "elbo_validation").back() ==
        support::column(file.result.history, "elbo_validation").back());
  if (block == 1 && !is_weighted) {
    // What reads ahead in the first place: a file beyond memory.
    const auto watched = std::make_shared<WatchedSource>(t.cells.counts);
    watched->bytes = 1e15;
    t.cells.counts = watched;
    const auto ahead = support::run(t);
    CHECK(watched->n_announced > 0);
    CHECK(all_values(memory.model.state()) == all_values(ahead.model.state()));
  }
}

TEST_CASE("Ctrl-C and errors end a training that reads ahead", "[loader]") {
  Training t;
  const auto watched = std::make_shared<WatchedSource>(t.cells.counts);
  watched->bytes = 1e15;
  t.cells.counts = watched;
  int asked = 0;
  t.hooks.interrupted = [&] { return ++asked > 10; };
  CHECK(support::run(t).result.stop_reason == StopReason::kInterrupted);
  t.hooks = {};
  watched->broken_cell = t.split.train.back();
  CHECK_THROWS_WITH(support::run(t), "broken");
}
