#ifndef SCVIGOR_CORE_IO_COUNTS_FOREIGN_HDF5_HPP
#define SCVIGOR_CORE_IO_COUNTS_FOREIGN_HDF5_HPP

#include "io/hdf5/h5.hpp"

namespace scvigor {

// Throws the FileError about an HDF5 file that is not one of counts that are
// read here. It names the format where it is known, and what reads it.
[[noreturn]] void fail_foreign(const h5::Group& root);

}  // namespace scvigor

#endif
