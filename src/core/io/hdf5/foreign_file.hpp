#ifndef SCVIGOR_CORE_IO_HDF5_FOREIGN_FILE_HPP
#define SCVIGOR_CORE_IO_HDF5_FOREIGN_FILE_HPP

#include <cstdint>
#include <optional>
#include <string>

namespace scvigor::h5 {

// Where in a file HDF5 begins: at its beginning or, after a block of somebody
// else's, at 512, 1024, 2048 ... bytes. Empty where it is not HDF5.
std::optional<std::int64_t> find_signature(const std::string& path);

// What a file that is not HDF5, or a folder, seems to be, and what reads it:
// "it is ...", the end of a sentence.
std::string describe_foreign_file(const std::string& path);
std::string describe_folder(const std::string& path);

}  // namespace scvigor::h5

#endif
