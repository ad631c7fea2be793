#ifndef SCVIGOR_TESTS_DEVICE_CASES_HPP
#define SCVIGOR_TESTS_DEVICE_CASES_HPP

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "training.hpp"

// What is compared between devices, and between kernels and their reference
// forms.

namespace support {

// Small models that between them use every operation.
struct DeviceCase {
  std::string name;
  std::function<void(Training&)> change;
};
const std::vector<DeviceCase>& device_cases();

// Three epochs of one, on cells with the covariates that its model needs.
Training training_of(const DeviceCase& one, scvigor::Precision precision);

// All that can be asked of a model, each answer under its name.
using Answers = std::vector<std::pair<std::string, at::Tensor>>;
Answers ask_everything(const scvigor::Model& model,
                       const scvigor::Cells& cells);

void check_close(const Answers& found, const Answers& expected,
                 double tolerance);
// Weights and history.
void check_close(const Trained& found, const Trained& expected,
                 double tolerance);

}  // namespace support

#endif
