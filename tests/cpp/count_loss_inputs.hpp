#ifndef SCVIGOR_TESTS_COUNT_LOSS_INPUTS_HPP
#define SCVIGOR_TESTS_COUNT_LOSS_INPUTS_HPP

#include <functional>
#include <string>
#include <vector>

#include "kernels/count_loss.hpp"

// Inputs of the count-likelihood kernel, and its results as one list.

namespace support {

// Which cells or genes share a row of log_theta.
enum class ThetaRows { kOne, kPerBatch, kPerCell };

struct CountLossShape {
  std::int64_t n_cells = 9;
  std::int64_t n_genes = 53;  // no multiple of a vector's length
  scvigor::GeneLikelihood likelihood = scvigor::GeneLikelihood::kZinb;
  scvigor::ScaleActivation activation = scvigor::ScaleActivation::kSoftmax;
  ThetaRows theta_rows = ThetaRows::kOne;
};

struct CountLossData {
  scvigor::LikelihoodInput input;
  at::Tensor dense;  // counts, cells x genes
  scvigor::SparseCounts x;
};

std::string describe(const CountLossShape& shape);

// Every combination of likelihood, activation and rows of theta.
std::vector<CountLossShape> all_count_loss_shapes();

// Random logits and counts; the second cell and the third gene are empty. The
// inputs require gradients.
CountLossData random_count_loss(const CountLossShape& shape,
                                const at::TensorOptions& options,
                                std::uint64_t seed = 1);

// The same numbers in another precision, or on another device.
CountLossData to_options(const CountLossData& data,
                         const at::TensorOptions& options);

// The losses, and the gradients of their weighted sum w.r.t. scale logits,
// dropout logits, log theta and log factor, on the CPU. Undefined: no such
// input.
struct CountLossResult {
  at::Tensor loss;
  std::vector<at::Tensor> grads;
};
using CountLossFunction = scvigor::CountLoss (*)(
    const scvigor::LikelihoodInput&, const scvigor::SparseCounts&);
CountLossResult run_count_loss(const CountLossData& data,
                               CountLossFunction function);

// The loss from plain tensors and its gradients by autograd. Needs cell_weight.
scvigor::CountLoss count_loss_by_autograd(const scvigor::LikelihoodInput& input,
                                          const scvigor::SparseCounts& x);

// Names of the gradients, in order.
extern const char* const kCountLossGrads[4];

}  // namespace support

#endif
