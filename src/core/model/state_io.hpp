#ifndef SCVIGOR_CORE_MODEL_STATE_IO_HPP
#define SCVIGOR_CORE_MODEL_STATE_IO_HPP

#include "nn/state.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// The weights and statistics as plain data.
State read_state(const StateList& list);

// Overwrites them, found by name. Throws an ArgumentError where one is missing
// or has another shape.
void write_state(const StateList& list, const State& state);

}  // namespace scvigor

#endif
