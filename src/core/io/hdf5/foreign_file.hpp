#ifndef SCVIGOR_CORE_IO_HDF5_FOREIGN_FILE_HPP
#define SCVIGOR_CORE_IO_HDF5_FOREIGN_FILE_HPP

#include <istream>
#include <string>

namespace scvigor::h5 {

// Whether HDF5 begins somewhere in a file: at its beginning or, after a block
// of another program, at 512, 1024, 2048 ... bytes.
bool has_signature(std::istream& file);

// What a file that is not HDF5, or a folder, seems to be, and what reads it:
// "it is ...", the end of a sentence.
std::string describe_foreign_file(const std::string& path);
std::string describe_folder(const std::string& path);

}  // namespace scvigor::h5

#endif
