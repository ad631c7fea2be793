#ifndef SCVIGOR_CORE_KERNELS_CPU_SHARED_THETA_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SHARED_THETA_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/cpu/decoder_head.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "kernels/tape.hpp"
#include "simd/add.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"
#include "util/sparse_counts.hpp"
#include "util/tensor_utils.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {

// Cells whose gradients w.r.t. a shared theta are added up before those of
// other cells, so that sums do not depend on the number of threads.
constexpr std::int64_t kCellsPerSum = 8;

// The rows of thetas that a thread has used last.
template <class T>
struct KeptThetaRows {
  std::vector<ThetaRow<T>> rows;
  std::int64_t n_genes = 0;
  bool with_table = false;

  ThetaRow<T>* of(std::int64_t n_rows, std::int64_t genes, bool table) {
    if (n_genes != genes || with_table != table) rows.clear();
    n_genes = genes;
    with_table = table;
    while (static_cast<std::int64_t>(rows.size()) < n_rows)
      rows.emplace_back(genes, table);
    return rows.data();
  }
};

// The thetas that cells share (dispersion of a gene, a batch or a label), and
// the gradient w.r.t. their logarithms.
template <class T>
class SharedTheta {
 public:
  // log_theta: rows x genes;  theta_row: n, the row of each cell, or undefined
  // One at a time on a thread.
  SharedTheta(const at::Tensor& log_theta, const at::Tensor& theta_row,
              const SparseCounts& x, bool needs_grad)
      : log_theta_(log_theta.contiguous()),
        row_of_cell_(data_or_null<std::int64_t>(theta_row)),
        cells_per_sum_(row_of_cell_ == nullptr ? kCellsPerSum : 1) {
    const auto rows = log_theta_.size(0);
    const auto n_genes = log_theta_.size(1);
    // A table is made of logarithms, and so are the terms that it saves.
    constexpr std::int64_t kCostOfTerm = 32;
    const bool with_table =
        rows * n_genes * kTableCounts <=
        kCostOfTerm * std::max<std::int64_t>(x.genes.size(0), n_genes);
    terms_ = thread_scratch<KeptThetaRows<T>>().of(rows, n_genes, with_table);
    const T* values = log_theta_.template data_ptr<T>();
    parallel_for(0, n_genes, kGenesPerTask,
                 [&](std::int64_t first, std::int64_t last) {
                   for (std::int64_t r = 0; r < rows; ++r)
                     terms_[r].fill(values + r * n_genes, first, last);
                 });
    if (!needs_grad) return;
    grad_ = Tape::grad_buffer(log_theta);
    set_all(grad_, 0.0);
  }

  ThetaTerms<T> terms_of(std::int64_t cell) const {
    return terms_[row_of(cell)].terms();
  }
  const at::Tensor& grad() const { return grad_; }

  // Before the cells of a chunk, and after them.
  void start(const CellChunk& chunk) {
    if (!grad_.defined()) return;
    const auto n = ceil_div(chunk.n, cells_per_sum_);
    sums_ = Tape::buffer({n, log_theta_.size(1)}, log_theta_.options());
  }
  void finish(const CellChunk& chunk) {
    if (!grad_.defined()) return;
    const auto n_genes = sums_.size(1);
    parallel_for(
        0, n_genes, kGenesPerTask, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t s = 0; s < sums_.size(0); ++s)
            add_to(grad_.template data_ptr<T>() +
                       row_of(chunk.first + s * cells_per_sum_) * n_genes +
                       first,
                   sums_.template data_ptr<T>() + s * n_genes + first,
                   last - first);
        });
  }
  // Where cell i of the chunk adds its gradient. Cells with the same sum have
  // to come one after another, on one thread.
  T* sum(std::int64_t i) {
    if (!grad_.defined()) return nullptr;
    const auto n_genes = sums_.size(1);
    T* out = sums_.template data_ptr<T>() + i / cells_per_sum_ * n_genes;
    if (i % cells_per_sum_ == 0) std::fill_n(out, n_genes, T(0));
    return out;
  }

 private:
  static constexpr std::int64_t kGenesPerTask = 512;

  std::int64_t row_of(std::int64_t cell) const {
    return row_of_cell_ == nullptr ? 0 : row_of_cell_[cell];
  }

  at::Tensor log_theta_;
  const std::int64_t* row_of_cell_;  // null: the only row
  std::int64_t cells_per_sum_;
  ThetaRow<T>* terms_;  // rows
  at::Tensor grad_;
  at::Tensor sums_;
};

}  // namespace scvigor

#endif
