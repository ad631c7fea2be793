#include "kernels/sparse_linear.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <vector>

#include "kernels/backend.hpp"
#include "kernels/tape.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 8;
constexpr std::int64_t kGenesPerTask = 64;

// Results are summed up in registers of 64 bytes.
template <class T>
using Vector = Register<T, 64>;

// The weights of a tile of genes are used for all cells of a task before the
// next ones: they then come from a near cache. A tile is large enough for a
// cell to have this many entries in it, and fits the cache.
constexpr double kEntriesPerTile = 48.0;
constexpr double kMinGenes = 128.0;
constexpr double kMaxGenes = 512.0;

std::int64_t genes_per_tile(const SparseCounts& x) {
  const double entries =
      static_cast<double>(x.genes.size(0)) / static_cast<double>(x.n_cells());
  const double genes =
      kEntriesPerTile * static_cast<double>(x.n_genes) / std::max(1.0, entries);
  return static_cast<std::int64_t>(std::clamp(genes, kMinGenes, kMaxGenes));
}

// Entries of some rows, compressed by row, and what they multiply.
//   row i has the entries begin[i] <= k < end[i] of values and index;
//   factors: any x width;  out: rows x width
template <class T>
struct SparseProduct {
  const T* values;
  const std::int32_t* index;
  const T* factors;
  std::int64_t width;
  T* out;
  bool add;  // to what `out` holds
};

// out[i, h] = sum over k of values[k] * factors[index[k], h], for the kN
// registers of units that begin at h. Without carrying the sums through all
// entries, every product would load and store its sum; with few of them, it
// would wait for the one before.
template <int kN, class T>
SCVIGOR_INLINE void add_entries(const SparseProduct<T>& p, std::int64_t i,
                                std::int64_t begin, std::int64_t end,
                                std::int64_t h) {
  using V = typename Vector<T>::Type;
  V* out = reinterpret_cast<V*>(p.out + i * p.width + h);
  V sum[kN];
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) sum[j] = p.add ? out[j] : V{};
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
SCVIGOR_INLINE void add_entries_rest(const SparseProduct<T>& p, std::int64_t i,
                                     std::int64_t begin, std::int64_t end,
                                     std::int64_t h) {
  T* out = p.out + i * p.width;
  if (!p.add) std::fill(out + h, out + p.width, T(0));
  for (auto k = begin; k < end; ++k) {
    const T value = p.values[k];
    const T* row = p.factors + p.index[k] * p.width;
#pragma omp simd
    for (std::int64_t j = h; j < p.width; ++j) out[j] += value * row[j];
  }
}

// Rows first to last - 1, the entries begin[i] to end[i] - 1 of each.
template <class T>
SCVIGOR_INLINE void add_rows_body(const SparseProduct<T>& p, std::int64_t first,
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
               (const SparseProduct<float>& p, std::int64_t first,
                std::int64_t last, const std::int64_t* begin,
                const std::int64_t* end),
               (p, first, last, begin, end))
SCVIGOR_KERNEL(add_rows, add_rows_body,
               (const SparseProduct<double>& p, std::int64_t first,
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
  const auto tile = genes_per_tile(x);
  std::vector<std::int64_t> begin(indptr, indptr + x.n_cells());
  std::vector<std::int64_t> end(begin);
  at::parallel_for(
      0, x.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        SparseProduct<T> product{x.values.data_ptr<T>(), genes,
                                 weight.data_ptr<T>(),   weight.size(1),
                                 out.data_ptr<T>(),      false};
        for (std::int64_t gene = 0; gene < x.n_genes; gene += tile) {
          for (auto i = b; i < e; ++i) {
            begin[i] = end[i];
            end[i] = first_from(gene + tile, genes, end[i], indptr[i + 1]);
          }
          add_rows(product, b, e, begin.data(), end.data());
          product.add = true;
        }
      });
}

// The entries of some cells in a tile of genes, gene by gene. Every gene has
// room for all of the cells, so that one pass over the entries sorts them.
template <class T>
class GeneEntries {
 public:
  static constexpr std::int64_t kCells = 128;  // at most, at a time
  static constexpr std::int64_t kGenes = 128;

  GeneEntries()
      : values_(kGenes * kCells),
        cells_(kGenes * kCells),
        begin_(kGenes),
        end_(kGenes) {
    for (std::int64_t g = 0; g < kGenes; ++g) begin_[g] = g * kCells;
  }

  const T* values() const { return values_.data(); }
  const std::int32_t* cells() const { return cells_.data(); }
  const std::int64_t* begin() const { return begin_.data(); }
  const std::int64_t* end() const { return end_.data(); }

  // Takes the entries of genes first to last - 1, which are in at[i] <= k for
  // cell i, of cells `cell` to cell_end - 1, and moves `at` behind them.
  void fill(const SparseCounts& x, std::int64_t first, std::int64_t last,
            std::int64_t cell, std::int64_t cell_end, std::int64_t* at) {
    const auto* indptr = x.indptr.data_ptr<std::int64_t>();
    const auto* genes = x.genes.data_ptr<std::int32_t>();
    const T* values = x.values.template data_ptr<T>();
    end_ = begin_;
    for (auto i = cell; i < cell_end; ++i) {
      auto k = at[i];
      for (; k < indptr[i + 1] && genes[k] < last; ++k) {
        const auto to = end_[genes[k] - first]++;
        values_[to] = values[k];
        cells_[to] = static_cast<std::int32_t>(i);
      }
      at[i] = k;
    }
  }

 private:
  AlignedVector<T> values_;
  AlignedVector<std::int32_t> cells_;
  std::vector<std::int64_t> begin_, end_;
};

// Fills grad_weight: genes x width, from grad_out: n x width. The sum over
// cells of a gene stays in registers as long as the cells' gradients stay in
// the nearest caches, and has the same order whatever the number of threads.
template <class T>
void backward_cpu(const SparseCounts& x, const at::Tensor& grad_out,
                  at::Tensor& grad_weight) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const auto width = grad_out.size(1);
  at::parallel_for(
      0, x.n_genes, kGenesPerTask, [&](std::int64_t b, std::int64_t e) {
        using Entries = GeneEntries<T>;
        Entries entries;
        std::vector<std::int64_t> at(static_cast<std::size_t>(x.n_cells()));
        for (std::int64_t i = 0; i < x.n_cells(); ++i)
          at[i] = std::lower_bound(genes + indptr[i], genes + indptr[i + 1],
                                   static_cast<std::int32_t>(b)) -
                  genes;
        for (auto first = b; first < e; first += Entries::kGenes) {
          const auto last = std::min(e, first + Entries::kGenes);
          SparseProduct<T> product{entries.values(),
                                   entries.cells(),
                                   grad_out.data_ptr<T>(),
                                   width,
                                   grad_weight.data_ptr<T>() + first * width,
                                   false};
          for (std::int64_t i = 0; i < x.n_cells(); i += Entries::kCells) {
            entries.fill(x, first, last, i,
                         std::min(x.n_cells(), i + Entries::kCells), at.data());
            add_rows(product, 0, last - first, entries.begin(), entries.end());
            product.add = true;
          }
        }
      });
}

at::Tensor forward(const SparseCounts& x, const at::Tensor& weight) {
  at::Tensor out = at::empty({x.n_cells(), weight.size(1)}, weight.options());
  if (weight.scalar_type() == at::kFloat)
    forward_cpu<float>(x, weight, out);
  else
    forward_cpu<double>(x, weight, out);
  return out;
}

at::Tensor weight_gradient(const SparseCounts& x, const at::Tensor& grad_out) {
  at::Tensor grad =
      Tape::buffer({x.n_genes, grad_out.size(1)}, grad_out.options());
  if (grad_out.scalar_type() == at::kFloat)
    backward_cpu<float>(x, grad_out, grad);
  else
    backward_cpu<double>(x, grad_out, grad);
  return grad;
}

}  // namespace

at::Tensor sparse_linear(const SparseCounts& x, const at::Tensor& weight) {
  if (!has_kernel(weight)) return sparse_linear_reference(x, weight);
  at::Tensor out = forward(x, weight);
  if (Tape* tape = Tape::active_for({weight}))
    tape->record(out, [x, weight](const at::Tensor& grad) {
      Tape::add_grad(weight, weight_gradient(x, grad.contiguous()));
    });
  return out;
}

at::Tensor sparse_linear_reference(const SparseCounts& x,
                                   const at::Tensor& weight) {
  return x.dense().mm(weight);
}

}  // namespace scvigor
