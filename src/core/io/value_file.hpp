#ifndef SCVIGOR_CORE_IO_VALUE_FILE_HPP
#define SCVIGOR_CORE_IO_VALUE_FILE_HPP

#include <string>

#include "io/h5_writer.hpp"
#include "io/wire.hpp"
#include "scvigor/model_file.hpp"

namespace scvigor {

// Values in HDF5 and back. A list is a group, a vector a dataset.
void write_value(const h5::Writer& file, hid_t parent,
                 const std::string& name, const Value& value);

// Text that HDF5 keeps whole, so: any name as the name of a member.
std::string to_link_name(const std::string& name);
std::string from_link_name(const std::string& name);

// The members of a group, as a list.
Value read_list(const h5::Group& group);

void put_value(WireWriter& writer, const Value& value);
Value get_value(WireReader& reader);

}  // namespace scvigor

#endif
