#include "kernels/count_loss.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "kernels/count_loss_row.hpp"
#include "kernels/forms.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 4;

// The losses of n cells, and what the chain rule needs of them: gradients of
// the loss of a cell by its own logits. Undefined: not asked for.
struct Losses {
  at::Tensor loss;          // n
  at::Tensor factor_grad;   // n x 1
  at::Tensor scale_grad;    // n x genes
  at::Tensor dropout_grad;  // n x genes
  at::Tensor theta_grad;    // n x genes, by log theta of the cell
};

template <class T>
T* data_or_null(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<T>() : nullptr;
}
template <class T>
T* row_or_null(T* data, std::int64_t row, std::int64_t width) {
  return data == nullptr ? nullptr : data + row * width;
}

template <class T>
void fill_losses(const CountLossInput& in, const SparseCounts& x,
                 Losses& out) {
  const auto genes = x.n_genes;
  const at::Tensor theta =
      in.log_theta.defined() ? in.log_theta.exp().contiguous() : at::Tensor();
  const T* theta_data = data_or_null<T>(theta);
  const auto* theta_row = data_or_null<std::int64_t>(in.theta_row);
  const auto* indptr = x.indptr.data_ptr<std::int64_t>();
  const auto* index = x.genes.data_ptr<std::int32_t>();
  const T* counts = x.values.data_ptr<T>();
  const T* scale_logits = in.scale_logits.data_ptr<T>();
  const T* dropout_logits = data_or_null<T>(in.dropout_logits);
  const T* log_factor = in.log_factor.data_ptr<T>();
  T* loss = out.loss.data_ptr<T>();
  T* factor_grad = data_or_null<T>(out.factor_grad);
  T* scale_grad = data_or_null<T>(out.scale_grad);
  T* dropout_grad = data_or_null<T>(out.dropout_grad);
  T* theta_grad = data_or_null<T>(out.theta_grad);

  at::parallel_for(
      0, x.n_cells(), kCellsPerTask, [&](std::int64_t b, std::int64_t e) {
        RowBuffers<T> buffers(genes);
        for (auto i = b; i < e; ++i) {
          CountRow<T> row;
          row.genes = genes;
          row.scale_logits = scale_logits + i * genes;
          row.dropout_logits = row_or_null(dropout_logits, i, genes);
          row.theta = row_or_null(
              theta_data, theta_row == nullptr ? 0 : theta_row[i], genes);
          row.log_factor = log_factor[i];
          row.entries = indptr[i + 1] - indptr[i];
          row.index = index + indptr[i];
          row.counts = counts + indptr[i];
          row.scale_grad = row_or_null(scale_grad, i, genes);
          row.dropout_grad = row_or_null(dropout_grad, i, genes);
          row.theta_grad = row_or_null(theta_grad, i, genes);
          count_loss_row(row, in.likelihood, in.activation, buffers);
          loss[i] = static_cast<T>(row.loss);
          if (factor_grad != nullptr)
            factor_grad[i] = static_cast<T>(row.factor_grad);
        }
      });
}

Losses compute_losses(const CountLossInput& in, const SparseCounts& x,
                      bool with_grad) {
  Losses out;
  const auto like = in.scale_logits.options();
  out.loss = at::empty({x.n_cells()}, like);
  if (with_grad) {
    out.factor_grad = at::empty({x.n_cells(), 1}, like);
    out.scale_grad = at::empty({x.n_cells(), x.n_genes}, like);
    if (in.dropout_logits.defined())
      out.dropout_grad = at::empty({x.n_cells(), x.n_genes}, like);
    if (in.log_theta.defined())
      out.theta_grad = at::empty({x.n_cells(), x.n_genes}, like);
  }
  if (in.scale_logits.scalar_type() == at::kFloat)
    fill_losses<float>(in, x, out);
  else
    fill_losses<double>(in, x, out);
  return out;
}

// grad: n x 1, of the losses. Adds up the cells that share a row of theta.
at::Tensor theta_grad_by_row(const at::Tensor& grad, const at::Tensor& by_cell,
                             const at::Tensor& theta_row, std::int64_t rows) {
  if (rows == 1 && !theta_row.defined()) return grad.t().mm(by_cell);
  at::Tensor out = at::zeros({rows, by_cell.size(1)}, by_cell.options());
  out.index_add_(0, theta_row, by_cell * grad);
  return out;
}

// Autograd's functions take no undefined tensors: an empty one stands in.
at::Tensor fill_in(const at::Tensor& tensor, const at::Tensor& like) {
  return tensor.defined() ? tensor.contiguous()
                          : at::empty({0}, like.options());
}
at::Tensor undefined_if_empty(const at::Tensor& tensor) {
  return tensor.numel() == 0 ? at::Tensor() : tensor;
}

class CountLoss : public torch::autograd::Function<CountLoss> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& scale_logits,
                            const at::Tensor& dropout_logits,
                            const at::Tensor& log_theta,
                            const at::Tensor& log_factor,
                            const CountLossInput& in, const SparseCounts& x,
                            bool with_grad) {
    CountLossInput inputs = in;
    inputs.scale_logits = scale_logits;
    inputs.dropout_logits = undefined_if_empty(dropout_logits);
    inputs.log_theta = undefined_if_empty(log_theta);
    inputs.log_factor = log_factor;
    const Losses losses = compute_losses(inputs, x, with_grad);
    ctx->saved_data["factor_grad"] = losses.factor_grad;
    ctx->saved_data["scale_grad"] = losses.scale_grad;
    ctx->saved_data["dropout_grad"] = losses.dropout_grad;
    ctx->saved_data["theta_grad"] = losses.theta_grad;
    ctx->saved_data["theta_row"] = in.theta_row;
    ctx->saved_data["theta_rows"] = log_theta.size(0);
    return losses.loss;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grad_outputs) {
    const auto saved = [&](const char* name) {
      return ctx->saved_data[name].toTensor();
    };
    const at::Tensor grad = grad_outputs[0].reshape({-1, 1});
    const at::Tensor dropout = saved("dropout_grad");
    const at::Tensor theta = saved("theta_grad");
    return {saved("scale_grad") * grad,
            dropout.defined() ? dropout * grad : at::Tensor(),
            theta.defined()
                ? theta_grad_by_row(grad, theta, saved("theta_row"),
                                    ctx->saved_data["theta_rows"].toInt())
                : at::Tensor(),
            saved("factor_grad") * grad,
            {},
            {},
            {}};
  }
};

bool wants_grad(const at::Tensor& tensor) {
  return tensor.defined() && tensor.requires_grad();
}

}  // namespace

at::Tensor count_loss(const CountLossInput& input, const SparseCounts& x) {
  if (!has_kernel(input.scale_logits) ||
      input.likelihood == GeneLikelihood::kNormal)
    return count_loss_reference(input, x);
  const bool with_grad =
      at::GradMode::is_enabled() &&
      (wants_grad(input.scale_logits) || wants_grad(input.dropout_logits) ||
       wants_grad(input.log_theta) || wants_grad(input.log_factor));
  return CountLoss::apply(input.scale_logits.contiguous(),
                          fill_in(input.dropout_logits, input.scale_logits),
                          fill_in(input.log_theta, input.scale_logits),
                          input.log_factor.contiguous(), input, x, with_grad);
}

}  // namespace scvigor
