#include "train/training_step.hpp"

#include "kernels/kernels.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

// Freezes the model; returns what the optimizer trains.
const std::vector<TrainableSlice>& freeze(Vae& vae,
                                          const FreezeOptions& options) {
  vae.freeze(options);
  return vae.trainable_slices();
}

}  // namespace

TrainingStep::TrainingStep(Vae& vae, const TrainOptions& options,
                           std::uint64_t seed, Communicator& communicator)
    : vae_(vae),
      matmul_precision_(options.matmul_precision),
      communicator_(communicator),
      rng_(seed),
      optimizer_(freeze(vae, options.freeze), options),
      statistics_(vae.state().buffers()),
      sums_(vae.tensor_options().device()) {}

void TrainingStep::enqueue(const StepInputs& inputs) {
  const MatmulPrecisionScope precision(matmul_precision_);
  rng_.seek(inputs.step);
  const Mode mode{true, &rng_};
  optimizer_.zero_grad();
  optimizer_.set_lr(inputs.lr);
  statistics_.save();
  Tape tape(&workspace_, &optimizer_.bucket().gradient_views());
  const Minibatch& cells = inputs.cells;
  const EncoderOutput encoded = vae_.infer(cells, mode);
  const Noise noise = vae_.draw_noise(cells.n_cells(), rng_);
  const LossTerms terms = vae_.loss_terms(cells, encoded, noise, mode);
  const Tape::Sum loss = terms.objective(inputs.kl_weight);
  if (!Tape::wants_grad(loss))
    throw ArgumentError("unfrozen",
                        "Nothing can be trained: everything that changes the "
                        "loss is frozen. Use the model as it is, or unfreeze "
                        "more of it, for instance with "
                        "`freeze_batchnorm_decoder = FALSE` or "
                        "`unfrozen = TRUE`.");
  tape.backward(loss);
  update(terms, loss, inputs.kl_weight);
}

void TrainingStep::update(const LossTerms& terms, const Tape::Sum& loss,
                          double kl_weight) {
  optimizer_.reduce_gradients(communicator_);
  sums_.add({loss, kl_weight, terms.reconstruction_loss, terms.kl_z, terms.kl_l,
             optimizer_.checked_gradients()});
  statistics_.restore_unless(sums_.finite());
  optimizer_.step(sums_.finite());
}

}  // namespace scvigor
