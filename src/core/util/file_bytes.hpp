#ifndef SCVIGOR_CORE_UTIL_FILE_BYTES_HPP
#define SCVIGOR_CORE_UTIL_FILE_BYTES_HPP

#include <string>

namespace scvigor {

// All bytes of a file. Throws a FileError where there is none.
std::string read_file(const std::string& path);

// Runs `work`; what it throws as a FileError gets the name of the file.
template <class Work>
auto about_file(const std::string& path, Work work) -> decltype(work());

}  // namespace scvigor

#include "scvigor/error.hpp"

namespace scvigor {

template <class Work>
auto about_file(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const FileError& error) {
    throw FileError("\"" + path + "\" " + error.what());
  }
}

}  // namespace scvigor

#endif
