#ifndef SCVIGOR_CORE_INFERENCE_BLOCKS_HPP
#define SCVIGOR_CORE_INFERENCE_BLOCKS_HPP

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "data/minibatch.hpp"
#include "inference/verbs.hpp"
#include "model/vae.hpp"

namespace scvigor {

// Walks over all cells in blocks, in evaluation mode and without gradients:
// what every inference verb does. visit(first, batch, inference). Ends early
// when the host asks; true: all cells were seen.
template <class Visitor>
bool for_each_block(Vae& vae, const Cells& cells, std::int64_t batch_size,
                    const Hooks& hooks, Visitor visit) {
  const at::NoGradGuard no_grad;
  const Loader loader(cells, vae.tensor_options());
  std::vector<std::int64_t> positions(static_cast<std::size_t>(batch_size));
  for (std::int64_t first = 0; first < cells.n_cells(); first += batch_size) {
    if (hooks.interrupted && hooks.interrupted()) return false;
    const auto n = std::min(batch_size, cells.n_cells() - first);
    std::iota(positions.begin(), positions.begin() + n, first);
    const Minibatch batch = loader.load(positions.data(), n);
    visit(first, batch, vae.infer(batch, Mode{}));
  }
  return true;
}

// Appends the rows of a tensor to a row-major matrix.
inline void append_rows(const at::Tensor& rows, Matrix& out) {
  const at::Tensor flat = rows.to(at::kCPU, at::kDouble).contiguous();
  const double* from = flat.data_ptr<double>();
  out.values.insert(out.values.end(), from, from + flat.numel());
  out.n_rows += flat.size(0);
  out.n_cols = flat.size(1);
}

// Appends a vector with a value a cell.
inline void append(const at::Tensor& values, std::vector<double>& out) {
  const at::Tensor flat = values.to(at::kCPU, at::kDouble).contiguous();
  const double* from = flat.data_ptr<double>();
  out.insert(out.end(), from, from + flat.numel());
}

}  // namespace scvigor

#endif
