#ifndef SCVIGOR_CORE_INFERENCE_BLOCKS_HPP
#define SCVIGOR_CORE_INFERENCE_BLOCKS_HPP

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/minibatch.hpp"
#include "inference/verbs.hpp"
#include "model/vae.hpp"
#include "util/parallel.hpp"

namespace scvigor {

// Calls run(0) to run(n - 1) in parallel, without gradients; a single call may
// use all threads itself.
template <class Run>
void on_all_threads(std::size_t n, Run run) {
  if (n == 1) return run(0);
  parallel_for(0, static_cast<std::int64_t>(n), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 const at::NoGradGuard no_grad;
                 for (auto i = begin; i < end; ++i)
                   run(static_cast<std::size_t>(i));
               });
}

// Consecutive cells and their encoder output.
struct CellBlock {
  std::int64_t first;
  Minibatch cells;
  EncoderOutput q;
};

// Reads and encodes several blocks at once, one thread per block: most of an
// encoder's operations are too small to be parallelized.
class BlockReader {
 public:
  BlockReader(Vae& vae, const Cells& cells, std::int64_t batch_size);

  // The first cells of the blocks that are processed at once, from `first` on.
  std::vector<std::int64_t> next(std::int64_t first) const;
  std::int64_t size_of_block(std::int64_t first) const {
    return std::min(batch_size_, n_cells_ - first);
  }
  // The block that begins with cell `first`, the i-th of those processed at
  // once; in evaluation mode, without gradients.
  CellBlock read(std::int64_t first, std::size_t i) const;

 private:
  Vae& vae_;
  std::int64_t n_cells_;
  std::int64_t batch_size_;
  std::vector<MinibatchReader>
      readers_;  // of the blocks read at once, one each
};

// Calls visit(first, minibatch, encoder output) for all cells, in blocks, in
// order, in evaluation mode and without gradients. False: interrupted.
template <class Visitor>
bool for_each_block(Vae& vae, const Cells& cells, std::int64_t batch_size,
                    const Hooks& hooks, Visitor visit) {
  const at::NoGradGuard no_grad;
  const BlockReader reader(vae, cells, batch_size);
  for (std::int64_t first = 0; first < cells.n_cells();) {
    const auto starts = reader.next(first);
    std::vector<CellBlock> blocks(starts.size());
    on_all_threads(starts.size(), [&](std::size_t i) {
      blocks[i] = reader.read(starts[i], i);
    });
    for (const auto& block : blocks) {
      if (hooks.interrupted && hooks.interrupted()) return false;
      visit(block.first, block.cells, block.q);
      first = block.first + block.cells.n_cells();
    }
  }
  return true;
}

// The same in parallel: work(block, prepared) is called from any thread with
// the result of prepare(n_cells), which is called for one block after another
// and may draw random numbers.
template <class Prepare, class Work>
bool for_blocks_at_once(Vae& vae, const Cells& cells, std::int64_t batch_size,
                        const Hooks& hooks, Prepare prepare, Work work) {
  const at::NoGradGuard no_grad;
  const BlockReader reader(vae, cells, batch_size);
  for (std::int64_t first = 0; first < cells.n_cells();) {
    if (hooks.interrupted && hooks.interrupted()) return false;
    const auto starts = reader.next(first);
    std::vector<decltype(prepare(first))> prepared;
    for (const auto start : starts) {
      const auto n = reader.size_of_block(start);
      prepared.push_back(prepare(n));
      first = start + n;
    }
    on_all_threads(starts.size(), [&](std::size_t i) {
      work(reader.read(starts[i], i), prepared[i]);
    });
  }
  return true;
}

// Writes the rows of a tensor to a row-major array, from row `first` on; from
// any thread.
inline void put_rows(const at::Tensor& rows, std::int64_t first,
                     std::vector<double>& out) {
  const at::Tensor flat = rows.to(at::kCPU, at::kDouble).contiguous();
  std::copy_n(flat.data_ptr<double>(), flat.numel(),
              out.begin() + static_cast<std::ptrdiff_t>(first * rows.size(1)));
}

// Appends the rows of a tensor to a row-major matrix.
inline void append_rows(const at::Tensor& rows, Matrix& out) {
  const at::Tensor flat = rows.to(at::kCPU, at::kDouble).contiguous();
  const double* from = flat.data_ptr<double>();
  out.values.insert(out.values.end(), from, from + flat.numel());
  out.n_rows += flat.size(0);
  out.n_cols = flat.size(1);
}

// Appends a vector with one value per cell.
inline void append(const at::Tensor& values, std::vector<double>& out) {
  const at::Tensor flat = values.to(at::kCPU, at::kDouble).contiguous();
  const double* from = flat.data_ptr<double>();
  out.insert(out.end(), from, from + flat.numel());
}

}  // namespace scvigor

#endif
