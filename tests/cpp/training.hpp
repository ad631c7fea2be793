#ifndef SCVIGOR_TESTS_TRAINING_HPP
#define SCVIGOR_TESTS_TRAINING_HPP

#include <string>
#include <vector>

#include "scvigor/train.hpp"

// A small model trained on simulated counts, again and again with something
// changed.

namespace support {

struct Training {
  Training();

  scvigor::Cells cells;
  scvigor::ModelOptions model;
  scvigor::TrainOptions options;
  scvigor::Split split;
  scvigor::Hooks hooks;
  std::uint64_t seed = 1;
  scvigor::Accelerator accelerator = scvigor::Accelerator::kCpu;
};

struct Trained {
  scvigor::Model model;
  scvigor::TrainResult result;
};

Trained run(const Training& training);

// Trains `model`, which must end with a NumericError in the first epoch, and
// returns its message.
std::string numeric_error(scvigor::Model& model, const Training& training);

// A column of a history; fails the test where there is none.
std::vector<double> column(const scvigor::History& history,
                           const std::string& name);

// All numbers of a state, one after another.
std::vector<double> all_values(const scvigor::State& state);

}  // namespace support

#endif
