#ifndef SCVIGOR_TESTS_OPTIMIZER_STEP_HPP
#define SCVIGOR_TESTS_OPTIMIZER_STEP_HPP

#include "train/optimizer.hpp"

namespace support {

// A step with the gradients that are there, as training makes it.
inline void optimizer_step(scvigor::AdamOptimizer& optimizer) {
  scvigor::LocalCommunicator local;
  optimizer.reduce_gradients(local);
  optimizer.step();
}

}  // namespace support

#endif
