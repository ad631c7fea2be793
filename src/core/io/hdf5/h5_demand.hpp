#ifndef SCVIGOR_CORE_IO_HDF5_H5_DEMAND_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_DEMAND_HPP

namespace scvigor::h5 {

// What reading something will take, from what the file says of its size.
struct Demand {
  double memory_bytes = 0;  // kept until the end
  double work_bytes = 0;    // to be unpacked and converted
};

// A process with limits listens, and raises them by each demand. The caller
// that announces one has checked it against the size of the file.
using DemandListener = void (*)(const Demand&);
void listen_to_demands(DemandListener listener);
void announce(const Demand& demand);

}  // namespace scvigor::h5

#endif
