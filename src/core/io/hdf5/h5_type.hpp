#ifndef SCVIGOR_CORE_IO_HDF5_H5_TYPE_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_TYPE_HPP

#include <string>

#include "io/hdf5/h5.hpp"

namespace scvigor::h5 {

// What an element of a dataset or an attribute is. Anything unusual (integers
// with padding bits, foreign floats, nested types) is kOther: never read.
enum class Element { kInteger, kFloat, kBoolean, kText, kOther };
Element classify(hid_t type);

// "64-bit integers", "references", "structs of re, im": for messages.
std::string describe_type(hid_t type);

}  // namespace scvigor::h5

#endif
