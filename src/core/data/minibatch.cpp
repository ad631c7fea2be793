#include "data/minibatch.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <vector>

#include "data/library_size.hpp"
#include "util/gather_rows.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 64;

// Rows `positions` of a row-major array with `width` columns.
template <class T>
at::Tensor take_rows(const std::vector<T>& values, std::int64_t width,
                     const std::int64_t* positions, std::int64_t n,
                     const at::TensorOptions& options) {
  at::Tensor out = at::empty(
      {n, width}, at::TensorOptions().dtype(c10::CppTypeToScalarType<T>()));
  gather_rows(values.data(), width, positions, n, out.template data_ptr<T>());
  return out.to(options);
}

// A tensor over one of the block's vectors.
template <class T>
at::Tensor view(const std::shared_ptr<CsrBlock>& block,
                std::vector<T>& values) {
  return at::from_blob(
      values.data(), {static_cast<std::int64_t>(values.size())},
      [block](void*) {},
      at::TensorOptions().dtype(c10::CppTypeToScalarType<T>()));
}

at::Tensor log_library_sizes(const CsrBlock& block,
                             const at::TensorOptions& options) {
  at::Tensor out = at::empty({block.n_cells(), 1}, at::kDouble);
  double* to = out.data_ptr<double>();
  parallel_for(
      0, block.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        for (auto i = b; i < e; ++i)
          to[i] = log_library_size(block.values.data() + block.indptr[i],
                                   block.indptr[i + 1] - block.indptr[i]);
      });
  return out.to(options);
}

}  // namespace

SparseCounts to_tensors(const std::shared_ptr<CsrBlock>& block,
                        std::int64_t n_genes,
                        const at::TensorOptions& options) {
  return {view(block, block->indptr).to(options.device()),
          view(block, block->genes).to(options.device()),
          view(block, block->values).to(options), n_genes};
}

Minibatch as_batch(Minibatch cells, std::int64_t code) {
  cells.batch = at::full({cells.n_cells()}, code,
                         cells.log_library.options().dtype(at::kLong));
  return cells;
}

Loader::Loader(const Cells& cells, const at::TensorOptions& options)
    : cells_(cells), options_(options) {}

Minibatch Loader::load(const std::int64_t* positions, std::int64_t n) const {
  const at::TensorOptions codes = options_.dtype(at::kLong);
  const auto width = [&](const auto& values) {
    return static_cast<std::int64_t>(values.size()) / cells_.n_cells();
  };
  const auto take = [&](const auto& values, const at::TensorOptions& options) {
    return take_rows(values, width(values), positions, n, options);
  };

  Minibatch out;
  if (cells_.counts) {
    if (block_.use_count() != 1) block_ = std::make_shared<CsrBlock>();
    cells_.counts->read(positions, n, *block_);
    out.counts = to_tensors(block_, cells_.counts->n_genes(), options_);
    out.log_library = log_library_sizes(*block_, options_);
  } else {
    out.log_library = take(cells_.log_library, options_);
  }
  if (!cells_.latent_mean.empty()) {
    out.latent_mean = take(cells_.latent_mean, options_);
    out.latent_var = take(cells_.latent_var, options_);
  }
  if (!cells_.batch.empty()) out.batch = take(cells_.batch, codes).squeeze(1);
  if (!cells_.labels.empty())
    out.labels = take(cells_.labels, codes).squeeze(1);
  if (!cells_.categorical.empty())
    out.categorical = take(cells_.categorical, codes);
  if (!cells_.continuous.empty())
    out.continuous = take(cells_.continuous, options_);
  if (!cells_.size_factor.empty())
    out.size_factor = take(cells_.size_factor, options_);
  return out;
}

}  // namespace scvigor
