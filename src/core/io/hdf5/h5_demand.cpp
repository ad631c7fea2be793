#include "io/hdf5/h5_demand.hpp"

namespace scvigor::h5 {

namespace {
DemandListener g_listener = nullptr;
}

void listen_to_demands(DemandListener listener) { g_listener = listener; }

void announce(const Demand& demand) {
  if (g_listener) g_listener(demand);
}

}  // namespace scvigor::h5
