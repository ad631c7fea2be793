#include "count_loss_inputs.hpp"

#include <ATen/ATen.h>

#include "kernels/tape.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace support {
namespace {

constexpr std::int64_t kBatches = 3;

std::int64_t rows_of(const CountLossShape& shape) {
  switch (shape.theta_rows) {
    case ThetaRows::kOne:
      return 1;
    case ThetaRows::kPerBatch:
      return kBatches;
    case ThetaRows::kPerCell:
      break;
  }
  return shape.n_cells;
}

at::Tensor leaf(const at::Tensor& value, const at::TensorOptions& options) {
  return value.detach().to(options).clone().requires_grad_(true);
}

std::vector<at::Tensor*> inputs_of(LikelihoodInput& input) {
  return {&input.scale_logits.value, &input.dropout_logits.value,
          &input.log_theta.value, &input.log_factor};
}

}  // namespace

const char* const kCountLossGrads[4] = {"scale logits", "dropout logits",
                                        "log theta", "log factor"};

std::string describe(const CountLossShape& shape) {
  static const char* const rows[] = {"one row", "one row per batch",
                                     "one row per cell"};
  return to_string(shape.likelihood) +
         (shape.activation == ScaleActivation::kSoftmax ? ", softmax, "
                                                        : ", softplus, ") +
         rows[static_cast<int>(shape.theta_rows)];
}

std::vector<CountLossShape> all_count_loss_shapes() {
  std::vector<CountLossShape> out;
  CountLossShape shape;
  for (const auto likelihood :
       {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson})
    for (const auto activation :
         {ScaleActivation::kSoftmax, ScaleActivation::kSoftplus})
      for (const auto rows :
           {ThetaRows::kOne, ThetaRows::kPerBatch, ThetaRows::kPerCell}) {
        if (likelihood == GeneLikelihood::kPoisson && rows != ThetaRows::kOne)
          continue;  // it has no theta
        shape.likelihood = likelihood;
        shape.activation = activation;
        shape.theta_rows = rows;
        out.push_back(shape);
      }
  return out;
}

CountLossData random_count_loss(const CountLossShape& shape,
                                const at::TensorOptions& options,
                                std::uint64_t seed) {
  Rng rng(seed);
  const auto random = [&](std::int64_t rows, std::int64_t columns) {
    return rng.normal({rows, columns}, at::kDouble);
  };
  const auto n = shape.n_cells;
  const auto genes = shape.n_genes;
  CountLossData out;
  auto& in = out.input;
  in.likelihood = shape.likelihood;
  in.activation = shape.activation;
  in.scale_logits = leaf(2.0 * random(n, genes), options);
  in.log_factor = leaf(4.0 + random(n, 1), options);
  if (shape.likelihood == GeneLikelihood::kZinb)
    in.dropout_logits = leaf(2.0 * random(n, genes), options);
  if (shape.likelihood != GeneLikelihood::kPoisson) {
    in.log_theta = leaf(2.0 * random(rows_of(shape), genes), options);
    if (shape.theta_rows == ThetaRows::kPerBatch)
      in.theta_row = at::arange(n, at::kLong) % kBatches;
  }
  // Two thirds zeros, the rest from 1 to some hundreds.
  const at::Tensor counts = (1.5 * random(n, genes)).exp().floor() + 1.0;
  out.dense = at::where(random(n, genes) < 0.4, at::zeros_like(counts), counts);
  if (n > 1) out.dense.select(0, 1).zero_();
  if (genes > 2) out.dense.select(1, 2).zero_();
  out.dense = out.dense.to(options);
  out.x = sparse_of(out.dense);
  return out;
}

CountLossData to_options(const CountLossData& data,
                         const at::TensorOptions& options) {
  CountLossData out = data;
  for (auto* tensor : inputs_of(out.input))
    if (tensor->defined()) *tensor = leaf(*tensor, options);
  out.dense = data.dense.to(options);
  out.x = sparse_of(out.dense);
  if (data.input.theta_row.defined())
    out.input.theta_row = data.input.theta_row.to(out.dense.device());
  return out;
}

CountLoss count_loss_by_autograd(const LikelihoodInput& input,
                                 const SparseCounts& x) {
  const LikelihoodParameters p = parameters_of(input);
  const at::Tensor loss =
      -likelihood_of(input.likelihood).log_prob(x.dense(), p).sum(-1);
  return {loss.detach(), (loss * input.cell_weight).sum()};
}

CountLossResult run_count_loss(const CountLossData& data,
                               CountLossFunction function) {
  CountLossData copy = to_options(data, data.dense.options());
  // Every cell has its own weight.
  copy.input.cell_weight =
      at::linspace(0.5, 1.5, data.dense.size(0), data.dense.options());
  Tape tape;
  const CountLoss loss = function(copy.input, copy.x);
  tape.backward({{loss.mean}});
  CountLossResult out;
  out.loss = loss.per_cell.cpu();
  for (const auto* tensor : inputs_of(copy.input))
    out.grads.push_back(tensor->defined() ? tensor->grad().cpu()
                                          : at::Tensor());
  return out;
}

}  // namespace support
