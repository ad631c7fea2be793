#include <c10/util/SmallVector.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "kernels/cpu/count_loss_row.hpp"
#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/cpu/decoder_head.hpp"
#include "kernels/cpu/shared_theta.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"
#include "util/tensor_utils.hpp"
#include "util/thread_scratch.hpp"

// Heads, activation and likelihood, a chunk of cells at a time, so that their
// logits stay in the cache: products; for each cell a pass over its genes, the
// terms of its non-zero counts, and the gradients in place of the logits
// (count_loss_row.hpp); products of the gradients.

namespace scvigor {
namespace {

// So many cells' logits stay in the cache from their product to the products
// of their gradients.
constexpr std::int64_t kCellsPerChunk = 256;

// Whether log theta has a row of its own for every cell.
bool has_theta_per_cell(const LikelihoodInput& in) {
  return in.log_theta.is_deferred() ||
         (in.log_theta.defined() && !in.theta_row.defined() &&
          in.log_theta.value.size(0) > 1);
}

at::Tensor cell_weights(const LikelihoodInput& in, std::int64_t n) {
  if (in.cell_weight.defined()) return in.cell_weight.contiguous();
  at::Tensor out = Tape::buffer({n}, in.log_factor.options());
  set_all(out, 1.0 / static_cast<double>(n));
  return out;
}

// Of a thread, for a number of genes.
template <class T>
struct KeptRowScratch {
  std::optional<RowScratch<T>> scratch;
  std::int64_t n_genes = 0;

  RowScratch<T>& of(std::int64_t n) {
    if (!scratch || n_genes != n) scratch.emplace(n);
    n_genes = n;
    return *scratch;
  }
};

template <class T>
class CountLossPass {
 public:
  CountLossPass(const LikelihoodInput& in, const SparseCounts& x,
                const CountLossMask& needs_grad, MatmulPrecision precision)
      : in_(in),
        x_(x),
        precision_(precision),
        with_grad_(std::find(needs_grad.begin(), needs_grad.end(), true) !=
                   needs_grad.end()),
        cell_weight_(cell_weights(in, x.n_cells())),
        log_factor_(in.log_factor.contiguous()),
        out_{Tape::buffer({x.n_cells()}, in.log_factor.options()), {}, {}} {
    const auto cells = std::min(x.n_cells(), kCellsPerChunk);
    heads_.emplace_back(in.scale_logits, &needs_grad[1], cells, x.n_genes);
    if (in.dropout_logits.defined()) {
      dropout_ = heads_.size();
      heads_.emplace_back(in.dropout_logits, &needs_grad[4], cells, x.n_genes);
    }
    if (has_theta_per_cell(in)) {
      cell_theta_ = heads_.size();
      heads_.emplace_back(in.log_theta, &needs_grad[7], cells, x.n_genes);
    } else if (in.log_theta.defined()) {
      shared_theta_.emplace(in.log_theta.value, in.theta_row, x, needs_grad[7]);
    }
    for (const auto& head : heads_)
      if (head.is_deferred()) hidden_ = in.scale_logits.hidden.contiguous();
    const auto buffer_like = [](const at::Tensor& tensor) {
      return Tape::buffer(tensor.sizes(), tensor.options());
    };
    if (needs_grad[0]) grad_hidden_ = buffer_like(hidden_);
    if (with_grad_) grad_log_factor_ = buffer_like(log_factor_);
  }

  CountLossResults run() {
    for (const auto& chunk : chunks_of(x_.n_cells(), kCellsPerChunk)) {
      multiply(chunk);
      if (shared_theta_) shared_theta_->start(chunk);
      share_tasks(ceil_div(chunk.n, kCellsPerSum), 1, [&](auto take) {
        auto& scratch = thread_scratch<KeptRowScratch<T>>().of(x_.n_genes);
        for (std::int64_t sum; take(sum);)
          for (auto i = sum * kCellsPerSum;
               i < std::min(chunk.n, (sum + 1) * kCellsPerSum); ++i)
            run_row(chunk, i, scratch);
      });
      if (shared_theta_) shared_theta_->finish(chunk);
      if (with_grad_) multiply_grads(chunk);
    }
    collect();
    return std::move(out_);
  }

 private:
  void run_row(const CellChunk& chunk, std::int64_t i, RowScratch<T>& scratch) {
    const auto cell = chunk.first + i;
    const auto begin = x_.indptr.template data_ptr<std::int64_t>()[cell];
    const auto end = x_.indptr.template data_ptr<std::int64_t>()[cell + 1];
    const auto row_of_head = [&](std::size_t head) {
      return head == 0 ? nullptr : heads_[head].row(chunk, i);
    };
    CountRow<T> row{};
    row.n_genes = x_.n_genes;
    row.scale = heads_[0].row(chunk, i);
    row.dropout = row_of_head(dropout_);
    row.cell_log_theta = row_of_head(cell_theta_);
    if (shared_theta_) {
      row.theta = shared_theta_->terms_of(cell);
      row.grad_log_theta = shared_theta_->sum(i);
    }
    row.log_factor = log_factor_.template data_ptr<T>()[cell];
    row.weight = cell_weight_.template data_ptr<T>()[cell];
    row.with_grad = with_grad_;
    row.n_nonzero = end - begin;
    row.genes = x_.genes.template data_ptr<std::int32_t>() + begin;
    row.counts = x_.values.template data_ptr<T>() + begin;
    count_loss_row(row, in_.likelihood, in_.activation, scratch);
    out_.per_cell.template data_ptr<T>()[cell] = static_cast<T>(row.loss);
    if (with_grad_)
      grad_log_factor_.template data_ptr<T>()[cell] =
          static_cast<T>(row.grad_log_factor);
  }

  void multiply(const CellChunk& chunk) {
    c10::SmallVector<AccumulatedGemm, 3> products;
    for (const auto& head : heads_)
      if (head.is_deferred()) products.push_back({head.logits(hidden_, chunk)});
    gemm_batch(products, precision_);
  }

  // The deep products first: they are the larger tasks.
  void multiply_grads(const CellChunk& chunk) {
    c10::SmallVector<AccumulatedGemm, 4> products(1);
    for (auto& head : heads_) {
      if (!head.is_deferred()) continue;
      auto& hidden = products[0];
      if (grad_hidden_.defined())
        hidden.push_back(
            head.hidden_grad(chunk, !hidden.empty(), grad_hidden_));
      if (auto grad_weight = head.weight_grad(hidden_, chunk); grad_weight)
        products.push_back({*grad_weight});
    }
    gemm_batch(products, precision_);
  }

  // The mean, in the order of the cells, and the gradients in theirs.
  void collect() {
    const T* loss = out_.per_cell.template data_ptr<T>();
    const T* weight = cell_weight_.template data_ptr<T>();
    const double mean =
        std::inner_product(loss, loss + x_.n_cells(), weight, 0.0);
    out_.mean = Tape::buffer({}, log_factor_.options());
    set_all(out_.mean, mean);
    if (!with_grad_) return;
    auto& grads = out_.grads;
    const auto put = [&](std::size_t at, const DecoderHead<T>& head) {
      const auto of_head = head.grads();
      std::copy(of_head.begin(), of_head.end(), grads.begin() + at);
    };
    grads[0] = grad_hidden_;
    put(1, heads_[0]);
    if (dropout_ > 0) put(4, heads_[dropout_]);
    if (cell_theta_ > 0) put(7, heads_[cell_theta_]);
    if (shared_theta_) grads[7] = shared_theta_->grad();
    grads[10] = grad_log_factor_;
  }

  const LikelihoodInput& in_;
  const SparseCounts& x_;
  MatmulPrecision precision_;
  bool with_grad_;
  at::Tensor cell_weight_;  // n
  at::Tensor log_factor_;   // n x 1
  CountLossResults out_;
  c10::SmallVector<DecoderHead<T>, 3>
      heads_;                // scale first, then those that there are
  std::size_t dropout_ = 0;  // which of them; 0: none
  std::size_t cell_theta_ = 0;
  std::optional<SharedTheta<T>> shared_theta_;
  at::Tensor hidden_, grad_hidden_, grad_log_factor_;
};

}  // namespace

CountLossResults CpuKernels::count_loss(const LikelihoodInput& in,
                                        const SparseCounts& x,
                                        const CountLossMask& needs_grad) const {
  if (!has_row_form(in.likelihood))
    return ReferenceKernels::count_loss(in, x, needs_grad);
  if (in.log_factor.scalar_type() == at::kFloat)
    return CountLossPass<float>(in, x, needs_grad, precision_).run();
  return CountLossPass<double>(in, x, needs_grad, precision_).run();
}

}  // namespace scvigor
