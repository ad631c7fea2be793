#include "kernels/sparse_linear.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "kernels/dispatch.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 8;
constexpr std::int64_t kGenesPerTask = 64;

// A register's worth of numbers, at any address. Compilers without such a
// register split it.
template <class T>
struct Vector {
  typedef T Type __attribute__((vector_size(64), aligned(sizeof(T)), may_alias));
  static constexpr std::int64_t kSize = 64 / sizeof(T);
};

// to[h] = sum over the entries k of values[k] * rows[index[k] * width + h]
//   values, index: entries;  rows: any x width;  to: width
// Four registers of sums are carried through all entries: without them every
// product would load and store its sum.
template <class T>
SCVIGOR_INLINE void gather_rows_body(const T* values,
                                     const std::int32_t* index,
                                     std::int64_t entries, const T* rows,
                                     std::int64_t width, T* to) {
  using V = typename Vector<T>::Type;
  constexpr std::int64_t kLanes = Vector<T>::kSize;
  constexpr std::int64_t kTile = 4 * kLanes;
  std::int64_t h = 0;
  for (; h + kTile <= width; h += kTile) {
    V sum0{}, sum1{}, sum2{}, sum3{};
    for (std::int64_t k = 0; k < entries; ++k) {
      const T value = values[k];
      const V* row = reinterpret_cast<const V*>(rows + index[k] * width + h);
      sum0 += value * row[0];
      sum1 += value * row[1];
      sum2 += value * row[2];
      sum3 += value * row[3];
    }
    V* out = reinterpret_cast<V*>(to + h);
    out[0] = sum0;
    out[1] = sum1;
    out[2] = sum2;
    out[3] = sum3;
  }
  if (h == width) return;
  for (std::int64_t j = h; j < width; ++j) to[j] = T(0);
  for (std::int64_t k = 0; k < entries; ++k) {
    const T value = values[k];
    const T* row = rows + index[k] * width;
#pragma omp simd
    for (std::int64_t j = h; j < width; ++j) to[j] += value * row[j];
  }
}

SCVIGOR_KERNEL(gather_rows, gather_rows_body,
               (const float* values, const std::int32_t* index,
                std::int64_t entries, const float* rows, std::int64_t width,
                float* to),
               (values, index, entries, rows, width, to))
SCVIGOR_KERNEL(gather_rows, gather_rows_body,
               (const double* values, const std::int32_t* index,
                std::int64_t entries, const double* rows, std::int64_t width,
                double* to),
               (values, index, entries, rows, width, to))

// out: n x width
template <class T>
void forward_cpu(const SparseCounts& x, const at::Tensor& weight,
                 at::Tensor& out) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const T* values = x.values.data_ptr<T>();
  const T* rows = weight.data_ptr<T>();
  const auto width = weight.size(1);
  T* to = out.data_ptr<T>();
  at::parallel_for(
      0, x.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        for (auto i = b; i < e; ++i)
          gather_rows(values + indptr[i], genes + indptr[i],
                      indptr[i + 1] - indptr[i], rows, width, to + i * width);
      });
}

// The counts compressed by gene instead of by cell.
template <class T>
struct ByGene {
  std::vector<std::int64_t> indptr;
  std::vector<std::int32_t> cells;
  std::vector<T> values;
};

template <class T>
ByGene<T> by_gene(const SparseCounts& x) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const T* values = x.values.data_ptr<T>();
  const auto n_entries = x.genes.size(0);
  ByGene<T> out;
  out.indptr.assign(static_cast<std::size_t>(x.n_genes) + 2, 0);
  out.cells.resize(n_entries);
  out.values.resize(n_entries);
  // Counts are kept two places on, so that filling moves them to where the
  // starts belong.
  for (std::int64_t k = 0; k < n_entries; ++k) ++out.indptr[genes[k] + 2];
  for (std::int64_t g = 2; g < x.n_genes + 2; ++g)
    out.indptr[g] += out.indptr[g - 1];
  for (std::int64_t i = 0; i < x.n_cells(); ++i)
    for (auto k = indptr[i]; k < indptr[i + 1]; ++k) {
      const auto place = out.indptr[genes[k] + 1]++;
      out.cells[place] = static_cast<std::int32_t>(i);
      out.values[place] = values[k];
    }
  return out;
}

// grad_weight: genes x width, from grad_out: n x width. Every gene sums its
// cells in order, whatever the number of threads.
template <class T>
void backward_cpu(const SparseCounts& x, const at::Tensor& grad_out,
                  at::Tensor& grad_weight) {
  const auto columns = by_gene<T>(x);
  const auto width = grad_out.size(1);
  const T* rows = grad_out.data_ptr<T>();
  T* to = grad_weight.data_ptr<T>();
  at::parallel_for(
      0, x.n_genes, kGenesPerTask, [&](std::int64_t b, std::int64_t e) {
        for (auto g = b; g < e; ++g) {
          const auto first = columns.indptr[g];
          gather_rows(columns.values.data() + first,
                      columns.cells.data() + first,
                      columns.indptr[g + 1] - first, rows, width,
                      to + g * width);
        }
      });
}

class SparseLinear : public torch::autograd::Function<SparseLinear> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& weight, const at::Tensor& indptr,
                            const at::Tensor& genes, const at::Tensor& values) {
    const SparseCounts x{indptr, genes, values, weight.size(0)};
    ctx->saved_data["indptr"] = indptr;
    ctx->saved_data["genes"] = genes;
    ctx->saved_data["values"] = values;
    ctx->saved_data["n_genes"] = weight.size(0);
    at::Tensor out = at::empty({x.n_cells(), weight.size(1)}, weight.options());
    if (weight.scalar_type() == at::kFloat)
      forward_cpu<float>(x, weight, out);
    else
      forward_cpu<double>(x, weight, out);
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grad_outputs) {
    const SparseCounts x{ctx->saved_data["indptr"].toTensor(),
                         ctx->saved_data["genes"].toTensor(),
                         ctx->saved_data["values"].toTensor(),
                         ctx->saved_data["n_genes"].toInt()};
    const at::Tensor grad_out = grad_outputs[0].contiguous();
    at::Tensor grad_weight =
        at::empty({x.n_genes, grad_out.size(1)}, grad_out.options());
    if (grad_out.scalar_type() == at::kFloat)
      backward_cpu<float>(x, grad_out, grad_weight);
    else
      backward_cpu<double>(x, grad_out, grad_weight);
    return {grad_weight, {}, {}, {}};
  }
};

}  // namespace

at::Tensor sparse_linear(const SparseCounts& x, const at::Tensor& weight) {
  if (!weight.is_cpu()) return sparse_linear_reference(x, weight);
  return SparseLinear::apply(weight, x.indptr, x.genes, x.values);
}

at::Tensor sparse_linear_reference(const SparseCounts& x,
                                   const at::Tensor& weight) {
  return x.dense().mm(weight);
}

}  // namespace scvigor
