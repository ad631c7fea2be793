#include "inference/blocks.hpp"

#include <algorithm>
#include <numeric>

namespace scvigor {
namespace {

// A thread takes at least so many cells at a time, so that threads seldom wait
// for one another.
constexpr std::int64_t kCellsPerThread = 1024;

// Where blocks are too few for all threads, they share each of them.
std::int64_t blocks_at_once(const Vae& vae, std::int64_t n_cells,
                            std::int64_t batch_size) {
  const std::int64_t threads = at::get_num_threads();
  const auto n_blocks = (n_cells + batch_size - 1) / batch_size;
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
      loaders_(static_cast<std::size_t>(
                   blocks_at_once(vae, cells.n_cells(), batch_size)),
               Loader(cells, vae.tensor_options())) {}

std::vector<CellBlock> BlockReader::read(std::int64_t first) const {
  std::vector<CellBlock> blocks;
  for (; first < n_cells_ && blocks.size() < loaders_.size();
       first += batch_size_)
    blocks.push_back({first, {}, {}});
  on_all_threads(blocks.size(),
                 [&](std::size_t i) { fill(blocks[i], loaders_[i]); });
  return blocks;
}

void BlockReader::fill(CellBlock& block, const Loader& loader) const {
  const auto n = std::min(batch_size_, n_cells_ - block.first);
  std::vector<std::int64_t> positions(static_cast<std::size_t>(n));
  std::iota(positions.begin(), positions.end(), block.first);
  block.cells = loader.load(positions.data(), n);
  block.q = vae_.infer(block.cells, Mode{});
}

}  // namespace scvigor
