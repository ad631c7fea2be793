#ifndef SCVIGOR_CORE_KERNELS_CPU_DECODER_HEAD_HPP
#define SCVIGOR_CORE_KERNELS_CPU_DECODER_HEAD_HPP

#include <c10/util/SmallVector.h>

#include <array>
#include <cstdint>
#include <optional>

#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/lazy_logits.hpp"
#include "kernels/tape.hpp"
#include "util/ceil_div.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {

// Consecutive cells, which a head multiplies at once.
struct CellChunk {
  std::int64_t first;
  std::int64_t n;
};

// About equal ones of n cells, at most `size` each.
inline c10::SmallVector<CellChunk, 8> chunks_of(std::int64_t n,
                                                std::int64_t size) {
  const auto count = ceil_div(n, size);
  c10::SmallVector<CellChunk, 8> out;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto first = n * i / count;
    out.push_back({first, n * (i + 1) / count - first});
  }
  return out;
}

inline MatrixView rows_of(const at::Tensor& x, const CellChunk& chunk) {
  return {x.data_ptr<float>() + chunk.first * x.size(1), x.size(1), 1};
}

// A head of the decoder while its loss is computed, chunk by chunk:
//
//   logits = hidden weight + bias,  then in place  grad = d loss / d logits
//   grad_weight += hidden^T grad,   grad_bias += sum over the cells of grad
//   grad_hidden += grad weight^T
//
// Logits that are not deferred are there for all cells; their gradient takes
// their place.
template <class T>
class DecoderHead {
 public:
  // needs_grad: of value, weight and bias
  DecoderHead(const LazyLogits& logits, const bool* needs_grad,
              std::int64_t cells_per_chunk, std::int64_t n_genes)
      : logits_(logits), n_genes_(n_genes), row_step_(n_genes) {
    if (!logits.is_deferred()) {
      buffer_ = Tape::buffer(logits.value.sizes(), logits.value.options());
      copy_values(logits.value, buffer_);
      return;
    }
    // gemm() is faster when rows have space for whole panels.
    row_step_ = ceil_div(n_genes, kGemmPanel) * kGemmPanel;
    weight_ = logits.weight.contiguous();
    if (logits.bias.defined()) bias_ = logits.bias.contiguous();
    buffer_ = Tape::buffer({cells_per_chunk, row_step_}, weight_.options());
    if (needs_grad[1]) grad_weight_ = Tape::grad_buffer(logits.weight);
    if (needs_grad[2]) grad_bias_ = Tape::grad_buffer(logits.bias);
  }

  // Logits, or gradients, of cell i of the chunk.
  T* row(const CellChunk& chunk, std::int64_t i) const {
    const auto cell = is_deferred() ? i : chunk.first + i;
    return buffer_.template data_ptr<T>() + cell * row_step_;
  }

  bool is_deferred() const { return logits_.is_deferred(); }

  // The products of a deferred head.
  Gemm logits(const at::Tensor& hidden, const CellChunk& chunk) const {
    return {rows_of(hidden, chunk),
            view(weight_),
            {chunk.n, weight_.size(0), n_genes_},
            {buffer_.data_ptr<float>(), row_step_, data_or_null<float>(bias_)}};
  }
  // None where the weight needs no gradient: the bias then has its own.
  std::optional<Gemm> weight_grad(const at::Tensor& hidden,
                                  const CellChunk& chunk) {
    const bool add = chunk.first > 0;
    if (grad_weight_.defined())
      return Gemm{rows_of(hidden, chunk).transposed(),
                  {buffer_.data_ptr<float>(), row_step_, 1},
                  {weight_.size(0), chunk.n, n_genes_},
                  {grad_weight_.data_ptr<float>(), n_genes_, nullptr,
                   data_or_null<float>(grad_bias_), add}};
    if (grad_bias_.defined()) {
      const at::Tensor sum =
          buffer_.narrow(0, 0, chunk.n).narrow(1, 0, n_genes_).sum(0);
      add ? grad_bias_.add_(sum) : grad_bias_.copy_(sum);
    }
    return {};
  }
  Gemm hidden_grad(const CellChunk& chunk, bool add, at::Tensor& out) const {
    const auto width = out.size(1);
    return {{buffer_.data_ptr<float>(), row_step_, 1},
            view(weight_).transposed(),
            {chunk.n, n_genes_, width},
            {out.data_ptr<float>() + chunk.first * width, width, nullptr,
             nullptr, add}};
  }

  // w.r.t. value, weight and bias
  std::array<at::Tensor, 3> grads() const {
    return {is_deferred() ? at::Tensor() : buffer_, grad_weight_, grad_bias_};
  }

 private:
  LazyLogits logits_;
  std::int64_t n_genes_;
  std::int64_t row_step_;
  at::Tensor buffer_;  // deferred: of a chunk; else of all cells
  at::Tensor weight_, bias_, grad_weight_, grad_bias_;
};

}  // namespace scvigor

#endif
