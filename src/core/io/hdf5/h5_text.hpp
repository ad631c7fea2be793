#ifndef SCVIGOR_CORE_IO_HDF5_H5_TEXT_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_TEXT_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"

namespace scvigor::h5 {

// The strings of a dataset, of fixed or variable length. What comes back is
// UTF-8 without NUL: bytes that are not UTF-8 are taken as Latin-1.
std::vector<std::string> read_text(const Dataset& data);

// Attributes of a group or a dataset; empty when there is none of that name,
// or when it is of another kind.
bool has_attribute(const Node& node, const std::string& name);
std::optional<std::vector<std::string>> text_attribute(const Node& node,
                                                       const std::string& name);
std::optional<std::vector<std::int64_t>> integer_attribute(
    const Node& node, const std::string& name);

// The first string of a text attribute, or "".
std::string text_attribute_or_empty(const Node& node, const std::string& name);

}  // namespace scvigor::h5

#endif
