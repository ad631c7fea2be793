#include "data/memory_sources.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <type_traits>
#include <utility>

#include "simd/dispatch.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 16;

// to: n; smallest: min |to|
SCVIGOR_INLINE void to_floats_body(const double* from, std::int64_t n,
                                   float* to, float* smallest) {
  float least = *smallest;
#pragma omp simd reduction(min : least)
  for (std::int64_t k = 0; k < n; ++k) {
    to[k] = static_cast<float>(from[k]);
    const float size = to[k] < 0.0F ? -to[k] : to[k];
    least = size < least ? size : least;
  }
  *smallest = least;
}
SCVIGOR_KERNEL(to_floats, to_floats_body,
               (const double* from, std::int64_t n, float* to, float* smallest),
               (from, n, to, smallest))

// Prefetches an array. Always inlined: GCC drops calls of a function that only
// prefetches, as one without effects.
template <class T>
SCVIGOR_INLINE void prefetch(const T* begin, const T* end) {
  constexpr std::int64_t kStep = 64 / sizeof(T);
  for (; begin < end; begin += kStep) __builtin_prefetch(begin);
}

// Removes explicitly stored zeros.
void drop_zeros(CsrBlock& block) {
  std::int64_t n = 0;
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < block.n_cells(); ++i) {
    const auto last = block.indptr[i + 1];
    for (auto k = first; k < last; ++k) {
      block.genes[n] = block.genes[k];
      block.values[n] = block.values[k];
      n += block.values[k] != 0.0F;
    }
    first = last;
    block.indptr[i + 1] = n;
  }
  block.genes.resize(static_cast<std::size_t>(n));
  block.values.resize(static_cast<std::size_t>(n));
}

class CompressedView final : public CountSource {
 public:
  CompressedView(const int* indptr, const int* genes, const double* values,
                 std::int64_t n_cells, std::int64_t n_genes)
      : indptr_(indptr),
        genes_(genes),
        values_(values),
        n_cells_(n_cells),
        n_genes_(n_genes) {}

  std::int64_t n_cells() const override { return n_cells_; }
  std::int64_t n_genes() const override { return n_genes_; }

  void read(const std::int64_t* cells, std::int64_t n_cells,
            CsrBlock& out) const override {
    out.indptr.resize(static_cast<std::size_t>(n_cells) + 1);
    out.indptr[0] = 0;
    for (std::int64_t i = 0; i < n_cells; ++i)
      out.indptr[i + 1] =
          out.indptr[i] + indptr_[cells[i] + 1] - indptr_[cells[i]];
    const auto n = static_cast<std::size_t>(out.indptr[n_cells]);
    out.genes.resize(n);
    out.values.resize(n);
    std::atomic<bool> zeros{false};
    parallel_for(
        0, n_cells, kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
          bool found = false;
          for (auto i = b; i < e; ++i) {
            if (i + 1 < e && cells[i + 1] != cells[i] + 1)
              prefetch_cell(cells[i + 1]);
            found |= copy_cell(cells[i], out.genes.data() + out.indptr[i],
                               out.values.data() + out.indptr[i]);
          }
          if (found) zeros = true;
        });
    if (zeros) drop_zeros(out);
  }

  std::optional<StoredValues> stored(std::int64_t cell) const override {
    const auto first = indptr_[cell];
    return StoredValues{values_ + first, indptr_[cell + 1] - first};
  }

 private:
  // The cells of a shuffled minibatch are scattered in memory: the next one is
  // prefetched while this one is copied. For consecutive cells the processor
  // does so itself.
  SCVIGOR_INLINE void prefetch_cell(std::int64_t cell) const {
    prefetch(genes_ + indptr_[cell], genes_ + indptr_[cell + 1]);
    prefetch(values_ + indptr_[cell], values_ + indptr_[cell + 1]);
  }

  // true: a stored value is 0
  bool copy_cell(std::int64_t cell, std::int32_t* genes, float* values) const {
    const auto first = indptr_[cell];
    const auto n = indptr_[cell + 1] - first;
    std::copy_n(genes_ + first, n, genes);
    float smallest = 1.0F;
    to_floats(values_ + first, n, values, &smallest);
    return smallest == 0.0F;
  }

  const int* indptr_;
  const int* genes_;
  const double* values_;
  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

template <class T>
class DenseView final : public CountSource {
 public:
  DenseView(const T* values, std::int64_t n_cells, std::int64_t n_genes)
      : values_(values), n_cells_(n_cells), n_genes_(n_genes) {}

  std::int64_t n_cells() const override { return n_cells_; }
  std::int64_t n_genes() const override { return n_genes_; }

  void read(const std::int64_t* cells, std::int64_t n_cells,
            CsrBlock& out) const override {
    out.clear();
    for (std::int64_t i = 0; i < n_cells; ++i) {
      const T* cell = values_ + cells[i] * n_genes_;
      for (std::int64_t g = 0; g < n_genes_; ++g) {
        if (cell[g] == T(0)) continue;
        out.genes.push_back(static_cast<std::int32_t>(g));
        out.values.push_back(to_float(cell[g]));
      }
      out.end_cell();
    }
  }

  std::optional<StoredValues> stored(std::int64_t cell) const override {
    if constexpr (std::is_same_v<T, double>)
      return StoredValues{values_ + cell * n_genes_, n_genes_};
    else
      return CountSource::stored(cell);
  }

 private:
  static float to_float(double value) { return static_cast<float>(value); }
  // The smallest int marks a missing value.
  static float to_float(int value) {
    return value == std::numeric_limits<int>::min()
               ? std::numeric_limits<float>::quiet_NaN()
               : static_cast<float>(value);
  }

  const T* values_;
  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

}  // namespace

namespace core {

std::unique_ptr<CountSource> view_compressed_cells(const int* indptr,
                                                   const int* genes,
                                                   const double* values,
                                                   std::int64_t n_cells,
                                                   std::int64_t n_genes) {
  return std::make_unique<CompressedView>(indptr, genes, values, n_cells,
                                          n_genes);
}

template <class T>
std::unique_ptr<CountSource> view_dense_cells(const T* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes) {
  return std::make_unique<DenseView<T>>(values, n_cells, n_genes);
}

template std::unique_ptr<CountSource> view_dense_cells(const double*,
                                                       std::int64_t,
                                                       std::int64_t);
template std::unique_ptr<CountSource> view_dense_cells(const int*, std::int64_t,
                                                       std::int64_t);

}  // namespace core
}  // namespace scvigor
