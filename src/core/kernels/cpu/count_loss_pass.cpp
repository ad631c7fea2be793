#include "kernels/cpu/count_loss_pass.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "kernels/cpu/count_loss_row.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/tape.hpp"
#include "simd/add.hpp"
#include "util/task_queue.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// So many cells' logits stay in the cache from their product to the products
// of their gradients.
constexpr std::int64_t kCellsPerChunk = 256;
// Cells whose gradients by a shared theta are summed up before those of other
// cells: sums do not depend on the number of threads.
constexpr std::int64_t kCellsPerSum = 8;
constexpr std::int64_t kGenesPerTask = 512;

// Consecutive cells.
struct Chunk {
  std::int64_t first;
  std::int64_t n;
};

// Equal shares of n cells.
std::vector<Chunk> chunks_of(std::int64_t n) {
  const auto count = (n + kCellsPerChunk - 1) / kCellsPerChunk;
  std::vector<Chunk> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto first = n * i / count;
    out.push_back({first, n * (i + 1) / count - first});
  }
  return out;
}

MatrixView rows_of(const at::Tensor& x, const Chunk& chunk) {
  return {x.data_ptr<float>() + chunk.first * x.size(1), x.size(1), 1};
}

// One head of the decoder: where its logits of a chunk stand, to become their
// gradient in place.
template <class T>
class Head {
 public:
  // `wanted`: by value, weight and bias.
  Head(const LazyLogits& logits, const bool* wanted, std::int64_t cells,
       std::int64_t genes)
      : logits_(logits), genes_(genes), row_step_(genes) {
    if (!logits.is_deferred()) {
      buffer_ = logits.value.detach().clone(at::MemoryFormat::Contiguous);
      return;
    }
    // Rows have room for whole panels.
    row_step_ = (genes + kGemmPanel - 1) / kGemmPanel * kGemmPanel;
    weight_ = logits.weight.contiguous();
    if (logits.bias.defined()) bias_ = logits.bias.contiguous();
    buffer_ = Tape::buffer({cells, row_step_}, weight_.options());
    if (wanted[1])
      weight_grad_ = Tape::buffer(weight_.sizes(), weight_.options());
    if (wanted[2]) bias_grad_ = at::empty_like(bias_);
  }

  T* row(const Chunk& chunk, std::int64_t i) const {
    const auto cell = logits_.is_deferred() ? i : chunk.first + i;
    return buffer_.template data_ptr<T>() + cell * row_step_;
  }

  Gemm logits(const at::Tensor& hidden, const Chunk& chunk) const {
    return {rows_of(hidden, chunk),
            view(weight_),
            {chunk.n, weight_.size(0), genes_},
            {buffer_.data_ptr<float>(), row_step_, data_or_null<float>(bias_)}};
  }

  // With the gradient in place of the logits. Nothing where the weight wants
  // none: the bias then has its gradient.
  std::optional<Gemm> weight_grad(const at::Tensor& hidden,
                                  const Chunk& chunk) {
    const bool add = chunk.first > 0;
    if (weight_grad_.defined())
      return Gemm{rows_of(hidden, chunk).transposed(),
                  {buffer_.data_ptr<float>(), row_step_, 1},
                  {weight_.size(0), chunk.n, genes_},
                  {weight_grad_.data_ptr<float>(), genes_, nullptr,
                   data_or_null<float>(bias_grad_), add}};
    if (bias_grad_.defined()) {
      const at::Tensor sum =
          buffer_.narrow(0, 0, chunk.n).narrow(1, 0, genes_).sum(0);
      add ? bias_grad_.add_(sum) : bias_grad_.copy_(sum);
    }
    return {};
  }
  Gemm hidden_grad(const Chunk& chunk, bool add, at::Tensor& out) const {
    const auto width = out.size(1);
    return {{buffer_.data_ptr<float>(), row_step_, 1},
            view(weight_).transposed(),
            {chunk.n, genes_, width},
            {out.data_ptr<float>() + chunk.first * width, width, nullptr,
             nullptr, add}};
  }

  bool is_deferred() const { return logits_.is_deferred(); }
  // By value, weight and bias.
  std::array<at::Tensor, 3> grads() const {
    return {is_deferred() ? at::Tensor() : buffer_, weight_grad_, bias_grad_};
  }

 private:
  LazyLogits logits_;
  std::int64_t genes_;
  std::int64_t row_step_;
  at::Tensor buffer_;  // product: of a chunk; else of all cells
  at::Tensor weight_, bias_, weight_grad_, bias_grad_;
};

// The thetas that cells share, and the gradients by them.
template <class T>
class SharedTheta {
 public:
  SharedTheta(const at::Tensor& log_theta, const at::Tensor& theta_row,
              const SparseCounts& x, bool wanted)
      : log_theta_(log_theta.detach().contiguous()),
        row_of_cell_(data_or_null<std::int64_t>(theta_row)),
        cells_per_sum_(row_of_cell_ == nullptr ? kCellsPerSum : 1) {
    const auto rows = log_theta_.size(0);
    const auto genes = log_theta_.size(1);
    // A table is made of logarithms, and so are the terms that it saves.
    constexpr std::int64_t kCostOfTerm = 32;
    const bool with_table =
        rows * genes * kTableCounts <=
        kCostOfTerm * std::max<std::int64_t>(x.genes.size(0), genes);
    for (std::int64_t r = 0; r < rows; ++r)
      terms_.emplace_back(genes, with_table);
    const T* values = log_theta_.template data_ptr<T>();
    at::parallel_for(0, genes, kGenesPerTask,
                     [&](std::int64_t first, std::int64_t last) {
                       for (std::int64_t r = 0; r < rows; ++r)
                         terms_[r].fill(values + r * genes, first, last);
                     });
    if (wanted) grad_ = at::zeros_like(log_theta_);
  }

  ThetaTerms<T> per_cell(std::int64_t cell) const {
    return terms_[row_of(cell)].terms();
  }
  const at::Tensor& grad() const { return grad_; }

  void start(const Chunk& chunk) {
    if (!grad_.defined()) return;
    const auto n = (chunk.n + cells_per_sum_ - 1) / cells_per_sum_;
    sums_ = at::empty({n, log_theta_.size(1)}, log_theta_.options());
  }
  // Where cell i of the chunk adds its gradient: the cells of a sum come one
  // after the other.
  T* sum(std::int64_t i) {
    if (!grad_.defined()) return nullptr;
    const auto genes = sums_.size(1);
    T* out = sums_.template data_ptr<T>() + i / cells_per_sum_ * genes;
    if (i % cells_per_sum_ == 0) std::fill_n(out, genes, T(0));
    return out;
  }
  void finish(const Chunk& chunk) {
    if (!grad_.defined()) return;
    const auto genes = sums_.size(1);
    at::parallel_for(
        0, genes, kGenesPerTask, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t s = 0; s < sums_.size(0); ++s)
            add_to(grad_.template data_ptr<T>() +
                       row_of(chunk.first + s * cells_per_sum_) * genes + first,
                   sums_.template data_ptr<T>() + s * genes + first,
                   last - first);
        });
  }

 private:
  std::int64_t row_of(std::int64_t cell) const {
    return row_of_cell_ == nullptr ? 0 : row_of_cell_[cell];
  }

  at::Tensor log_theta_;
  const std::int64_t* row_of_cell_;  // null: the only row
  std::int64_t cells_per_sum_;
  std::vector<ThetaRow<T>> terms_;
  at::Tensor grad_;
  at::Tensor sums_;
};

// Whether log theta is a row of its own for every cell.
bool is_own_theta(const LikelihoodInput& in) {
  return in.log_theta.is_deferred() ||
         (in.log_theta.defined() && !in.theta_row.defined() &&
          in.log_theta.value.size(0) > 1);
}

template <class T>
class CountLossPass {
 public:
  CountLossPass(const LikelihoodInput& in, const SparseCounts& x,
                const CountLossWanted& wanted)
      : in_(in),
        x_(x),
        with_grad_(std::find(wanted.begin(), wanted.end(), true) !=
                   wanted.end()),
        cell_weight_(in.cell_weight.defined()
                         ? in.cell_weight.contiguous()
                         : at::full({x.n_cells()},
                                    1.0 / static_cast<double>(x.n_cells()),
                                    in.log_factor.options())),
        log_factor_(in.log_factor.detach().contiguous()),
        out_{at::empty({x.n_cells()}, in.log_factor.options()), {}, {}} {
    const auto cells = std::min(x.n_cells(), kCellsPerChunk);
    heads_.emplace_back(in.scale_logits, &wanted[1], cells, x.n_genes);
    if (in.dropout_logits.defined()) {
      dropout_ = heads_.size();
      heads_.emplace_back(in.dropout_logits, &wanted[4], cells, x.n_genes);
    }
    if (is_own_theta(in)) {
      own_theta_ = heads_.size();
      heads_.emplace_back(in.log_theta, &wanted[7], cells, x.n_genes);
    } else if (in.log_theta.defined()) {
      shared_theta_.emplace_back(in.log_theta.value, in.theta_row, x,
                                 wanted[7]);
    }
    for (const auto& head : heads_)
      if (head.is_deferred())
        hidden_ = in.scale_logits.hidden.detach().contiguous();
    if (wanted[0]) hidden_grad_ = at::empty_like(hidden_);
    if (with_grad_) factor_grad_ = at::empty_like(log_factor_);
  }

  CountLossResults run() {
    for (const auto& chunk : chunks_of(x_.n_cells())) {
      multiply(chunk);
      for (auto& theta : shared_theta_) theta.start(chunk);
      share_tasks((chunk.n + kCellsPerSum - 1) / kCellsPerSum, 1,
                  [&](auto take) {
                    RowBuffers<T> buffers(x_.n_genes);
                    for (std::int64_t sum; take(sum);)
                      for (auto i = sum * kCellsPerSum;
                           i < std::min(chunk.n, (sum + 1) * kCellsPerSum); ++i)
                        run_row(chunk, i, buffers);
                  });
      for (auto& theta : shared_theta_) theta.finish(chunk);
      if (with_grad_) multiply_back(chunk);
    }
    add_up();
    return std::move(out_);
  }

 private:
  void run_row(const Chunk& chunk, std::int64_t i, RowBuffers<T>& buffers) {
    const auto cell = chunk.first + i;
    const auto begin = x_.indptr.template data_ptr<std::int64_t>()[cell];
    const auto end = x_.indptr.template data_ptr<std::int64_t>()[cell + 1];
    const auto head_row = [&](std::size_t head) {
      return head == 0 ? nullptr : heads_[head].row(chunk, i);
    };
    CountRow<T> row{};
    row.genes = x_.n_genes;
    row.scale = heads_[0].row(chunk, i);
    row.dropout = head_row(dropout_);
    row.own_theta = head_row(own_theta_);
    if (!shared_theta_.empty()) {
      row.theta = shared_theta_[0].per_cell(cell);
      row.theta_sum = shared_theta_[0].sum(i);
    }
    row.log_factor = log_factor_.template data_ptr<T>()[cell];
    row.weight = cell_weight_.template data_ptr<T>()[cell];
    row.with_grad = with_grad_;
    row.entries = end - begin;
    row.index = x_.genes.template data_ptr<std::int32_t>() + begin;
    row.counts = x_.values.template data_ptr<T>() + begin;
    count_loss_row(row, in_.likelihood, in_.activation, buffers);
    out_.per_cell.template data_ptr<T>()[cell] = static_cast<T>(row.loss);
    if (with_grad_)
      factor_grad_.template data_ptr<T>()[cell] =
          static_cast<T>(row.factor_grad);
  }

  void multiply(const Chunk& chunk) {
    std::vector<AccumulatedGemm> chains;
    for (const auto& head : heads_)
      if (head.is_deferred()) chains.push_back({head.logits(hidden_, chunk)});
    gemm_batch(chains);
  }

  // The deep products first: they are the larger tasks.
  void multiply_back(const Chunk& chunk) {
    std::vector<AccumulatedGemm> chains(1);
    for (auto& head : heads_) {
      if (!head.is_deferred()) continue;
      auto& hidden = chains[0];
      if (hidden_grad_.defined())
        hidden.push_back(
            head.hidden_grad(chunk, !hidden.empty(), hidden_grad_));
      if (auto grad_weight = head.weight_grad(hidden_, chunk); grad_weight)
        chains.push_back({*grad_weight});
    }
    gemm_batch(chains);
  }

  // The mean, in the order of the cells, and the gradients in theirs.
  void add_up() {
    const T* loss = out_.per_cell.template data_ptr<T>();
    const T* weight = cell_weight_.template data_ptr<T>();
    const double mean =
        std::inner_product(loss, loss + x_.n_cells(), weight, 0.0);
    out_.mean = at::full({}, mean, log_factor_.options());
    if (!with_grad_) return;
    auto& grads = out_.grads;
    const auto put = [&](std::size_t at, const Head<T>& head) {
      const auto by = head.grads();
      std::copy(by.begin(), by.end(), grads.begin() + at);
    };
    grads[0] = hidden_grad_;
    put(1, heads_[0]);
    if (dropout_ > 0) put(4, heads_[dropout_]);
    if (own_theta_ > 0) put(7, heads_[own_theta_]);
    if (!shared_theta_.empty()) grads[7] = shared_theta_[0].grad();
    grads[10] = factor_grad_;
  }

  const LikelihoodInput& in_;
  const SparseCounts& x_;
  bool with_grad_;
  at::Tensor cell_weight_;  // n
  at::Tensor log_factor_;   // n x 1
  CountLossResults out_;
  std::vector<Head<T>> heads_;  // scale, then others that there are
  std::size_t dropout_ = 0;     // which of them; 0: none
  std::size_t own_theta_ = 0;
  std::vector<SharedTheta<T>> shared_theta_;  // one, or none
  at::Tensor hidden_, hidden_grad_, factor_grad_;
};

}  // namespace

CountLossTensors inputs_of(const LikelihoodInput& in) {
  return {in.scale_logits.hidden,
          in.scale_logits.value,
          in.scale_logits.weight,
          in.scale_logits.bias,
          in.dropout_logits.value,
          in.dropout_logits.weight,
          in.dropout_logits.bias,
          in.log_theta.value,
          in.log_theta.weight,
          in.log_theta.bias,
          in.log_factor};
}

CountLossResults run_count_loss_pass(const LikelihoodInput& in,
                                     const SparseCounts& x,
                                     const CountLossWanted& wanted) {
  if (in.log_factor.scalar_type() == at::kFloat)
    return CountLossPass<float>(in, x, wanted).run();
  return CountLossPass<double>(in, x, wanted).run();
}

}  // namespace scvigor
