#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/cpu/sparse_product.hpp"
#include "kernels/tape.hpp"
#include "simd/aligned_vector.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

// y[i, :]           = sum over the genes g of cell i of x[i, g] W[g, :]
// grad_weight[g, :] = sum over the cells i with gene g of x[i, g] grad_y[i, :]

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 8;
constexpr std::int64_t kGenesPerTask = 64;

// The weights of a tile of genes are used for all cells of a task before those
// of the next, so that they come from a near cache. A tile is wide enough for
// a cell to have this many entries in it, and fits the cache.
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

// The first of the sorted entries k to last - 1 that is `gene` or later.
std::int64_t lower_bound_from(std::int64_t gene, const std::int32_t* genes,
                              std::int64_t k, std::int64_t last) {
  constexpr std::int64_t kStride = 16;
  while (k + kStride <= last && genes[k + kStride - 1] < gene) k += kStride;
  const auto end = std::min(k + kStride, last);
  const auto bound = static_cast<std::int32_t>(gene);
  std::int64_t n = 0;
  for (auto j = k; j < end; ++j) n += genes[j] < bound;
  return k + n;
}

// The entries of each cell in a tile of genes.
struct TileEntries {
  std::vector<std::int64_t> begin, end;
};

// y: n x width
template <class T>
void multiply(const SparseCounts& x, const at::Tensor& weight, at::Tensor& y) {
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const auto tile = genes_per_tile(x);
  auto& entries = thread_scratch<TileEntries>();
  entries.begin.resize(static_cast<std::size_t>(x.n_cells()));
  entries.end.assign(indptr, indptr + x.n_cells());
  auto* begin = entries.begin.data();
  auto* end = entries.end.data();
  parallel_for(
      0, x.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        SparseProduct<T> product{x.values.data_ptr<T>(), genes,
                                 weight.data_ptr<T>(),   weight.size(1),
                                 y.data_ptr<T>(),        false};
        for (std::int64_t gene = 0; gene < x.n_genes; gene += tile) {
          for (auto i = b; i < e; ++i) {
            begin[i] = end[i];
            end[i] =
                lower_bound_from(gene + tile, genes, end[i], indptr[i + 1]);
          }
          add_rows(product, b, e, begin, end);
          product.add = true;
        }
      });
}

// The entries of some cells in a tile of genes, gene by gene. Every gene has
// space for all of the cells, so that one pass over the entries sorts them.
template <class T>
class EntriesByGene {
 public:
  static constexpr std::int64_t kCells = 128;  // at most, at a time
  static constexpr std::int64_t kGenes = 128;

  EntriesByGene()
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

template <class T>
struct TransposedScratch {
  EntriesByGene<T> entries;
  std::vector<std::int64_t> at;  // the next entry of each cell
};

// Genes b to e - 1 of grad_weight: genes x width. Cells come in blocks whose
// gradients stay in the nearest caches. The sum over the cells of a gene has
// the same order whatever the number of threads.
template <class T>
void multiply_transposed(const SparseCounts& x, const at::Tensor& grad_y,
                         std::int64_t b, std::int64_t e,
                         at::Tensor& grad_weight) {
  using Entries = EntriesByGene<T>;
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* genes = x.genes.data_ptr<std::int32_t>();
  const auto width = grad_y.size(1);
  auto& scratch = thread_scratch<TransposedScratch<T>>();
  auto& entries = scratch.entries;
  auto& at = scratch.at;
  at.resize(static_cast<std::size_t>(x.n_cells()));
  for (std::int64_t i = 0; i < x.n_cells(); ++i)
    at[i] = std::lower_bound(genes + indptr[i], genes + indptr[i + 1],
                             static_cast<std::int32_t>(b)) -
            genes;
  for (auto first = b; first < e; first += Entries::kGenes) {
    const auto last = std::min(e, first + Entries::kGenes);
    SparseProduct<T> product{entries.values(),
                             entries.cells(),
                             grad_y.data_ptr<T>(),
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
}

}  // namespace

at::Tensor CpuKernels::sparse_linear(const SparseCounts& x,
                                     const at::Tensor& weight) const {
  at::Tensor y = Tape::buffer({x.n_cells(), weight.size(1)}, weight.options());
  if (weight.scalar_type() == at::kFloat)
    multiply<float>(x, weight, y);
  else
    multiply<double>(x, weight, y);
  return y;
}

at::Tensor CpuKernels::sparse_linear_backward(const SparseCounts& x,
                                              const at::Tensor& weight,
                                              const at::Tensor& grad_y) const {
  at::Tensor grad_weight = Tape::grad_buffer(weight);
  const bool is_float = grad_y.scalar_type() == at::kFloat;
  parallel_for(0, x.n_genes, kGenesPerTask,
               [&](std::int64_t b, std::int64_t e) {
                 if (is_float)
                   multiply_transposed<float>(x, grad_y, b, e, grad_weight);
                 else
                   multiply_transposed<double>(x, grad_y, b, e, grad_weight);
               });
  return grad_weight;
}

}  // namespace scvigor
