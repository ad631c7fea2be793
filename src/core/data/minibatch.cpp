#include "data/minibatch.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <array>
#include <vector>

#include "data/library_size.hpp"
#include "util/gather_rows.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 64;

// Makes `tensor`, to which there is no other reference, one over the vector:
// the same as before where the vector has not moved.
template <class T>
void set_view(const std::shared_ptr<CsrBlock>& block, std::vector<T>& values,
              at::Tensor& tensor) {
  const auto n = static_cast<std::int64_t>(values.size());
  if (tensor.defined() && tensor.data_ptr() == values.data() &&
      resize_within(tensor, n))
    return;
  tensor = at::from_blob(
      values.data(), {static_cast<std::int64_t>(values.capacity())},
      [block](void*) {},
      at::TensorOptions().dtype(c10::CppTypeToScalarType<T>()));
  resize_within(tensor, n);
}

// Unlike Tensor::to(), at no cost where there is nothing to do.
at::Tensor converted(const at::Tensor& tensor,
                     const at::TensorOptions& options) {
  if (tensor.device() == options.device() && tensor.dtype() == options.dtype())
    return tensor;
  return tensor.to(options);
}

template <class T>
void fill_log_library_sizes(const CsrBlock& block, T* to) {
  parallel_for(0, block.n_cells(), kCellsPerTask,
               [&](std::int64_t b, std::int64_t e) {
                 for (auto i = b; i < e; ++i)
                   to[i] = static_cast<T>(
                       log_library_size(block.values.data() + block.indptr[i],
                                        block.indptr[i + 1] - block.indptr[i]));
               });
}

}  // namespace

Minibatch as_batch(Minibatch cells, std::int64_t code) {
  cells.batch = at::full({cells.n_cells()}, code,
                         cells.log_library.options().dtype(at::kLong));
  return cells;
}

MinibatchReader::MinibatchReader(const Cells& cells,
                                 const at::TensorOptions& options)
    : cells_(cells), options_(options) {}

SparseCounts MinibatchReader::read_counts(const std::int64_t* positions,
                                          std::int64_t n) const {
  const auto is_free = [](const at::Tensor& tensor) {
    return !tensor.defined() || is_unshared(tensor);
  };
  if (!block_ || !is_free(indptr_) || !is_free(genes_) || !is_free(values_)) {
    indptr_ = genes_ = values_ = at::Tensor();
    block_ = std::make_shared<CsrBlock>();
  }
  cells_.counts->read(positions, n, *block_);
  set_view(block_, block_->indptr, indptr_);
  set_view(block_, block_->genes, genes_);
  set_view(block_, block_->values, values_);
  return {converted(indptr_, options_.dtype(at::kLong)),
          converted(genes_, options_.dtype(at::kInt)),
          converted(values_, options_), cells_.counts->n_genes()};
}

at::Tensor MinibatchReader::log_library_sizes() const {
  at::Tensor out =
      pool_.take({block_->n_cells(), 1}, options_.device(at::kCPU));
  if (out.scalar_type() == at::kFloat)
    fill_log_library_sizes(*block_, out.data_ptr<float>());
  else
    fill_log_library_sizes(*block_, out.data_ptr<double>());
  return converted(out, options_);
}

template <class T>
at::Tensor MinibatchReader::take_rows(const std::vector<T>& values,
                                      const std::int64_t* positions,
                                      std::int64_t n, std::size_t n_dims,
                                      const at::TensorOptions& options) const {
  const auto width =
      static_cast<std::int64_t>(values.size()) / cells_.n_cells();
  const std::array<std::int64_t, 2> shape{n, width};
  at::Tensor out = pool_.take(at::IntArrayRef(shape.data(), n_dims),
                              options.device(at::kCPU));
  const auto fill = [&](auto* to) {
    gather_rows(values.data(), width, positions, n, to);
  };
  if (out.scalar_type() == at::kLong)
    fill(out.template data_ptr<std::int64_t>());
  else if (out.scalar_type() == at::kFloat)
    fill(out.template data_ptr<float>());
  else
    fill(out.template data_ptr<double>());
  return converted(out, options);
}

Minibatch MinibatchReader::load(const std::int64_t* positions,
                                std::int64_t n) const {
  const at::TensorOptions codes = options_.dtype(at::kLong);
  const auto take = [&](const auto& values, const at::TensorOptions& options) {
    return take_rows(values, positions, n, 2, options);
  };
  const auto take_codes = [&](const auto& values) {
    return take_rows(values, positions, n, 1, codes);
  };

  Minibatch out;
  if (cells_.counts) {
    out.counts = read_counts(positions, n);
    out.log_library = log_library_sizes();
  } else {
    out.log_library = take(cells_.log_library, options_);
  }
  if (!cells_.latent_mean.empty()) {
    out.latent_mean = take(cells_.latent_mean, options_);
    out.latent_var = take(cells_.latent_var, options_);
  }
  if (!cells_.batch.empty()) out.batch = take_codes(cells_.batch);
  if (!cells_.labels.empty()) out.labels = take_codes(cells_.labels);
  if (!cells_.categorical.empty())
    out.categorical = take(cells_.categorical, codes);
  if (!cells_.continuous.empty())
    out.continuous = take(cells_.continuous, options_);
  if (!cells_.size_factor.empty())
    out.size_factor = take(cells_.size_factor, options_);
  return out;
}

}  // namespace scvigor
