#include "kernels/sparse_linear.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/forms.hpp"
#include "kernels/vector_register.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 8;
constexpr std::int64_t kGenesPerTile = 64;

// Results are summed up in registers of 64 bytes.
template <class T>
using Vector = Register<T, 64>;

// The weights of a tile of genes are used for all cells of a task before the
// next ones: they then come from a near cache. A tile is large enough for a
// cell to have this many entries in it, and fits the cache.
constexpr double kEntriesPerTile = 48.0;
constexpr double kFewestGenes = 128.0;
constexpr double kMostGenes = 512.0;

std::int64_t genes_per_tile(const SparseCounts& x) {
  const double entries = static_cast<double>(x.genes.size(0)) /
                         static_cast<double>(x.n_cells());
  const double genes =
      kEntriesPerTile * static_cast<double>(x.n_genes) / std::max(1.0, entries);
  return static_cast<std::int64_t>(std::clamp(genes, kFewestGenes, kMostGenes));
}

// Entries of some rows, compressed by row, and what they multiply.
//   row i has the entries begin[i] <= k < end[i] of values and index;
//   factors: any x width;  out: rows x width
template <class T>
struct Product {
  const T* values;
  const std::int32_t* index;
  const T* factors;
  std::int64_t width;
  T* out;
};

// out[i, h] += sum over k of values[k] * factors[index[k], h], for the kN
// registers of units that begin at h. Without carrying the sums through all
// entries, every product would load and store its sum; with few of them, it
// would wait for the one before.
template <int kN, class T>
SCVIGOR_INLINE void add_entries(const Product<T>& p, std::int64_t i,
                                std::int64_t begin, std::int64_t end,
                                std::int64_t h) {
  using V = typename Vector<T>::Type;
  V* out = reinterpret_cast<V*>(p.out + i * p.width + h);
  V sum[kN];
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) sum[j] = out[j];
  for (auto k = begin; k < end; ++k) {
    const T value = p.values[k];
    const V* row =
        reinterpret_cast<const V*>(p.factors + p.index[k] * p.width + h);
#pragma GCC unroll 8
    for (int j = 0; j < kN; ++j) sum[j] += value * row[j];
  }
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) out[j] = sum[j];
}

// The same for the units from h on, too few for four registers.
template <class T>
SCVIGOR_INLINE void add_entries_rest(const Product<T>& p, std::int64_t i,
                                     std::int64_t begin, std::int64_t end,
                                     std::int64_t h) {
  T* out = p.out + i * p.width;
  for (auto k = begin; k < end; ++k) {
    const T value = p.values[k];
    const T* row = p.factors + p.index[k] * p.width;
#pragma omp simd
    for (std::int64_t j = h; j < p.width; ++j) out[j] += value * row[j];
  }
}

// Rows first to last - 1, the entries begin[i] to end[i] - 1 of each.
template <class T>
SCVIGOR_INLINE void add_rows_body(const Product<T>& p, std::int64_t first,
                                  std::int64_t last, const std::int64_t* begin,
                                  const std::int64_t* end) {
  constexpr std::int64_t kLanes = Vector<T>::kSize;
  std::int64_t h = 0;
  for (; h + 8 * kLanes <= p.width; h += 8 * kLanes)
    for (auto i = first; i < last; ++i)
      add_entries<8>(p, i, begin[i], end[i], h);
  for (; h + 2 * kLanes <= p.width; h += 2 * kLanes)
    for (auto i = first; i < last; ++i)
      add_entries<2>(p, i, begin[i], end[i], h);
  if (h == p.width) return;
  for (auto i = first; i < last; ++i)
    add_entries_rest(p, i, begin[i], end[i], h);
}

SCVIGOR_KERNEL(add_rows, add_rows_body,
               (const Product<float>& p, std::int64_t first, std::int64_t last,
                const std::int64_t* begin, const std::int64_t* end),
               (p, first, last, begin, end))
SCVIGOR_KERNEL(add_rows, add_rows_body,
               (const Product<double>& p, std::int64_t first,
                std::int64_t last, const std::int64_t* begin,
                const std::int64_t* end),
               (p, first, last, begin, end))

// The first of the sorted entries k to last - 1 that is `gene` or later.
std::int64_t first_from(std::int64_t gene, const std::int32_t* genes,
                        std::int64_t k, std::int64_t last) {
  constexpr std::int64_t kStride = 16;
  while (k + kStride <= last && genes[k + kStride - 1] < gene) k += kStride;
  const auto end = std::min(k + kStride, last);
  const auto bound = static_cast<std::int32_t>(gene);
  std::int64_t n = 0;
  for (auto j = k; j < end; ++j) n += genes[j] < bound;
  return k + n;
}

// out: n x width
template <class T>
void forward_cpu(const SparseCounts& x, const at::Tensor& weight,
                 at::Tensor& out) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const Product<T> product{x.values.data_ptr<T>(), genes,
                           weight.data_ptr<T>(), weight.size(1),
                           out.data_ptr<T>()};
  const auto tile = genes_per_tile(x);
  std::vector<std::int64_t> begin(indptr, indptr + x.n_cells());
  std::vector<std::int64_t> end(begin);
  at::parallel_for(
      0, x.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        for (std::int64_t gene = 0; gene < x.n_genes; gene += tile) {
          for (auto i = b; i < e; ++i) {
            begin[i] = end[i];
            end[i] = first_from(gene + tile, genes, end[i],
                                indptr[i + 1]);
          }
          add_rows(product, b, e, begin.data(), end.data());
        }
      });
}

// Entries of one cell and the gradient of its outputs.
//   out[index[k], h] += values[k] * grad[h] for begin <= k < end
template <class T>
struct Outer {
  const T* values;
  const std::int32_t* index;
  std::int64_t begin;
  std::int64_t end;
  const T* grad;  // width
  std::int64_t width;
  T* out;  // genes x width
};

// For the kN registers of units that begin at h.
template <int kN, class T>
SCVIGOR_INLINE void spread_entries(const Outer<T>& p, std::int64_t h) {
  using V = typename Vector<T>::Type;
  const V* from = reinterpret_cast<const V*>(p.grad + h);
  V grad[kN];
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) grad[j] = from[j];
  for (auto k = p.begin; k < p.end; ++k) {
    const T value = p.values[k];
    V* row = reinterpret_cast<V*>(p.out + p.index[k] * p.width + h);
#pragma GCC unroll 8
    for (int j = 0; j < kN; ++j) row[j] += value * grad[j];
  }
}

template <class T>
SCVIGOR_INLINE void spread_cell_body(const Outer<T>& p) {
  constexpr std::int64_t kLanes = Vector<T>::kSize;
  std::int64_t h = 0;
  for (; h + 8 * kLanes <= p.width; h += 8 * kLanes) spread_entries<8>(p, h);
  for (; h + 2 * kLanes <= p.width; h += 2 * kLanes) spread_entries<2>(p, h);
  if (h == p.width) return;
  for (auto k = p.begin; k < p.end; ++k) {
    T* row = p.out + p.index[k] * p.width;
#pragma omp simd
    for (auto j = h; j < p.width; ++j) row[j] += p.values[k] * p.grad[j];
  }
}

SCVIGOR_KERNEL(spread_cell, spread_cell_body, (const Outer<float>& p), (p))
SCVIGOR_KERNEL(spread_cell, spread_cell_body, (const Outer<double>& p), (p))

// Fills grad_weight: genes x width, from grad_out: n x width. A task owns a
// tile of genes, whose gradients stay in the nearest cache while all cells
// add to them in order: the same sums whatever the number of threads.
template <class T>
void backward_cpu(const SparseCounts& x, const at::Tensor& grad_out,
                  at::Tensor& grad_weight) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const T* values = x.values.data_ptr<T>();
  const T* grad = grad_out.data_ptr<T>();
  T* out = grad_weight.data_ptr<T>();
  const auto n = x.n_cells();
  const auto width = grad_out.size(1);
  const auto tiles = (x.n_genes + kGenesPerTile - 1) / kGenesPerTile;
  at::parallel_for(0, tiles, 1, [&](std::int64_t b, std::int64_t e) {
    std::vector<std::int64_t> at(n);
    for (std::int64_t i = 0; i < n; ++i)
      at[i] = std::lower_bound(genes + indptr[i], genes + indptr[i + 1],
                               static_cast<std::int32_t>(b * kGenesPerTile)) -
              genes;
    for (auto tile = b; tile < e; ++tile) {
      const auto first = tile * kGenesPerTile;
      const auto last = std::min(x.n_genes, first + kGenesPerTile);
      std::fill(out + first * width, out + last * width, T(0));
      for (std::int64_t i = 0; i < n; ++i) {
        const auto begin = at[i];
        at[i] = first_from(last, genes, begin, indptr[i + 1]);
        spread_cell({values, genes, begin, at[i], grad + i * width, width,
                     out});
      }
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
    at::Tensor out = at::zeros({x.n_cells(), weight.size(1)}, weight.options());
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
  if (!has_kernel(weight)) return sparse_linear_reference(x, weight);
  return SparseLinear::apply(weight, x.indptr, x.genes, x.values);
}

at::Tensor sparse_linear_reference(const SparseCounts& x,
                                   const at::Tensor& weight) {
  return x.dense().mm(weight);
}

}  // namespace scvigor
