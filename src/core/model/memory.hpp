#ifndef SCVIGOR_CORE_MODEL_MEMORY_HPP
#define SCVIGOR_CORE_MODEL_MEMORY_HPP

#include <cstdint>

#include "scvigor/options.hpp"

namespace scvigor::core {

// Weights of a model with these options, without their biases and norms. As a
// double: any option may be as large as its type.
double n_weights(const ModelOptions& options);

// Throws an ArgumentError that names the option to blame, and the gigabytes,
// when a machine cannot hold the model.
void check_model_fits(const ModelOptions& options);

// The same for training it: gradients, Adam's moments and a minibatch too.
void check_training_fits(const ModelOptions& options, std::int64_t batch_size);

}  // namespace scvigor::core

#endif
