#ifndef SCVIGOR_CORE_IO_HDF5_FLETCHER32_HPP
#define SCVIGOR_CORE_IO_HDF5_FLETCHER32_HPP

#include <vector>

namespace scvigor::h5 {

// Takes the checksum of HDF5's fletcher32 filter from the end of the bytes of
// a chunk. False where it does not fit them.
bool remove_fletcher32(std::vector<unsigned char>& bytes);

}  // namespace scvigor::h5

#endif
