#ifndef SCVIGOR_CORE_IO_MODEL_FILE_VALUE_FILE_HPP
#define SCVIGOR_CORE_IO_MODEL_FILE_VALUE_FILE_HPP

#include <string>

#include "io/hdf5/h5_writer.hpp"
#include "io/isolation/wire.hpp"
#include "scvigor/model_file.hpp"

namespace scvigor {

// Values in HDF5 and back. A list is a group, a vector a dataset.
void write_value(const h5::Writer& file, hid_t parent, const std::string& name,
                 const FileValue& value);

// Text that HDF5 keeps whole, so: any name as the name of a member.
std::string to_link_name(const std::string& name);
std::string from_link_name(const std::string& name);

// The members of a group, as a list.
FileValue read_list(const h5::Group& group);

void put_value(WireWriter& writer, const FileValue& value);
FileValue get_value(WireReader& reader);

}  // namespace scvigor

#endif
