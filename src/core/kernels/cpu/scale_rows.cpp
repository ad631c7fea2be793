#include <algorithm>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/scale_activation.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "simd/aligned_vector.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

// So many cells share a packed panel of the weight; their logits fit a cache.
constexpr std::int64_t kMinCells = 32;
constexpr std::int64_t kMaxCells = 128;

// out = factor from, or out += factor from; n genes
template <class T>
SCVIGOR_INLINE void put_row_body(const T* from, double factor, bool add,
                                 std::int64_t n, double* out) {
  if (add) {
#pragma omp simd
    for (std::int64_t g = 0; g < n; ++g)
      out[g] += factor * static_cast<double>(from[g]);
  } else {
#pragma omp simd
    for (std::int64_t g = 0; g < n; ++g)
      out[g] = factor * static_cast<double>(from[g]);
  }
}
SCVIGOR_KERNEL(put_row, put_row_body,
               (const float* from, double factor, bool add, std::int64_t n,
                double* out),
               (from, factor, add, n, out))

// Row i of `rows`, of a cell whose px_scale is scale / sum; factor: that of
// the cell over sum
void put(const ScaleRows& rows, const float* scale, std::int64_t i,
         double factor, std::int64_t n_genes) {
  const auto& genes = *rows.genes;
  if (genes.empty())
    return put_row(scale, factor, rows.add, n_genes, rows.out + i * n_genes);
  const auto n = static_cast<std::int64_t>(genes.size());
  double* out = rows.out + i * n;
  for (std::int64_t k = 0; k < n; ++k) {
    const double value = factor * static_cast<double>(scale[genes[k]]);
    out[k] = rows.add ? out[k] + value : value;
  }
}

}  // namespace

void CpuKernels::scale_rows(const LikelihoodInput& in,
                            const ScaleRows& rows) const {
  const LazyLogits& logits = in.scale_logits;
  if (!logits.is_deferred() || logits.weight.scalar_type() != at::kFloat)
    return ReferenceKernels::scale_rows(in, rows);
  const at::Tensor hidden = logits.hidden.contiguous();
  const at::Tensor weight = logits.weight.contiguous();
  const auto n_cells = hidden.size(0);
  const auto n_hidden = hidden.size(1);
  const auto genes = weight.size(1);
  const auto step = ceil_div(genes, kGemmPanel) * kGemmPanel;
  const float* bias = data_or_null<float>(logits.bias);
  const bool softmax = in.activation == ScaleActivation::kSoftmax;
  const auto cells_per_task =
      std::clamp<std::int64_t>(n_cells / thread_count(), kMinCells, kMaxCells);
  const auto n_tasks = ceil_div(n_cells, cells_per_task);
  parallel_for(0, n_tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    AlignedVector<float> buffer(std::min(cells_per_task, n_cells) * step);
    AlignedVector<float> unused(softmax ? 0 : genes);
    for (auto task = begin; task < end; ++task) {
      const auto first = task * cells_per_task;
      const auto n = std::min(cells_per_task, n_cells - first);
      gemm({{hidden.data_ptr<float>() + first * n_hidden, n_hidden, 1},
            {weight.data_ptr<float>(), genes, 1},
            {n, n_hidden, genes},
            {buffer.data(), step, bias}});
      for (std::int64_t i = 0; i < n; ++i) {
        float* scale = buffer.data() + i * step;
        SoftmaxSum<float> softmaxed;
        if (softmax)
          softmax_row(scale, genes, &softmaxed);
        else
          softplus_row(scale, genes, unused.data());
        put(rows, scale, first + i,
            (*rows.factor)[first + i] / static_cast<double>(softmaxed.sum),
            genes);
      }
    }
  });
}

}  // namespace scvigor
