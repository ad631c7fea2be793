#include "kernels/scale_rows.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

#include <algorithm>

#include "kernels/backend.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/scale_activation.hpp"
#include "simd/aligned_vector.hpp"

namespace scvigor {
namespace {

// So many cells share a packed panel of the weight; their logits fit a cache.
constexpr std::int64_t kMinCells = 32;
constexpr std::int64_t kMaxCells = 128;

// out = factor from, or out += it
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
SCVIGOR_KERNEL(put_row, put_row_body,
               (const double* from, double factor, bool add, std::int64_t n,
                double* out),
               (from, factor, add, n, out))

// Cell i of a row of px_scale, but for `factor`.
template <class T>
void put(const ScaleRows& rows, const T* scale, std::int64_t i, double factor,
         std::int64_t n_genes) {
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

void run_kernel(const LikelihoodInput& in, const ScaleRows& rows) {
  const LazyLogits& logits = in.scale_logits;
  const at::Tensor hidden = logits.hidden.contiguous();
  const at::Tensor weight = logits.weight.contiguous();
  const auto n_cells = hidden.size(0);
  const auto n_hidden = hidden.size(1);
  const auto genes = weight.size(1);
  const auto step = (genes + kGemmPanel - 1) / kGemmPanel * kGemmPanel;
  const float* bias =
      logits.bias.defined() ? logits.bias.data_ptr<float>() : nullptr;
  const bool softmax = in.activation == ScaleActivation::kSoftmax;
  const auto cells_per_task = std::clamp<std::int64_t>(
      n_cells / at::get_num_threads(), kMinCells, kMaxCells);
  const auto n_tasks = (n_cells + cells_per_task - 1) / cells_per_task;
  at::parallel_for(0, n_tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    AlignedVector<float> buffer(std::min(cells_per_task, n_cells) * step);
    AlignedVector<float> slope(softmax ? 0 : genes);
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
          softplus_row(scale, genes, slope.data());
        put(rows, scale, first + i,
            (*rows.factor)[first + i] / static_cast<double>(softmaxed.sum),
            genes);
      }
    }
  });
}

}  // namespace

void scale_rows(const LikelihoodInput& decoded, const ScaleRows& rows) {
  const LazyLogits& logits = decoded.scale_logits;
  if (logits.is_deferred() && has_kernel(logits.weight) &&
      logits.weight.scalar_type() == at::kFloat)
    return run_kernel(decoded, rows);
  const at::Tensor values = logits.tensor();
  const at::Tensor scale =
      (decoded.activation == ScaleActivation::kSoftmax ? at::softmax(values, -1)
                                                       : at::softplus(values))
          .to(at::kCPU, at::kDouble)
          .contiguous();
  for (std::int64_t i = 0; i < scale.size(0); ++i)
    put(rows, scale.data_ptr<double>() + i * scale.size(1), i,
        (*rows.factor)[i], scale.size(1));
}

}  // namespace scvigor
