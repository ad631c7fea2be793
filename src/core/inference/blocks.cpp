#include "inference/blocks.hpp"

#include <numeric>

#include "util/ceil_div.hpp"
#include "util/threads.hpp"

namespace scvigor {
namespace {

// Cells that a thread reads and encodes at a time, at least, so that threads
// rarely wait for one another.
constexpr std::int64_t kCellsPerThread = 1024;

// 1 where there are too few blocks for all threads: then the threads share each
// block.
std::int64_t blocks_at_once(const Vae& vae, std::int64_t n_cells,
                            std::int64_t batch_size) {
  const std::int64_t threads = thread_count();
  const auto n_blocks = ceil_div(n_cells, batch_size);
  if (!vae.tensor_options().device().is_cpu() || threads == 1 ||
      n_blocks < 2 * threads)
    return 1;
  return threads * std::max<std::int64_t>(1, kCellsPerThread / batch_size);
}

}  // namespace

BlockReader::BlockReader(Vae& vae, const Cells& cells, std::int64_t batch_size)
    : vae_(vae),
      n_cells_(cells.n_cells()),
      batch_size_(batch_size),
      readers_(static_cast<std::size_t>(
                   blocks_at_once(vae, cells.n_cells(), batch_size)),
               MinibatchReader(cells, vae.tensor_options())) {}

std::vector<std::int64_t> BlockReader::next(std::int64_t first) const {
  std::vector<std::int64_t> starts;
  for (; first < n_cells_ && starts.size() < readers_.size();
       first += batch_size_)
    starts.push_back(first);
  return starts;
}

CellBlock BlockReader::read(std::int64_t first, std::size_t i) const {
  std::vector<std::int64_t> positions(
      static_cast<std::size_t>(size_of_block(first)));
  std::iota(positions.begin(), positions.end(), first);
  CellBlock block{first, {}, {}};
  block.cells = readers_[i].load(positions.data(), size_of_block(first));
  block.q = vae_.infer(block.cells, Mode{});
  return block;
}

}  // namespace scvigor
