#include "util/file_bytes.hpp"

#include <sys/stat.h>

#include <fstream>

namespace scvigor {

std::string read_file(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0)
    throw FileError("There is no file \"" + path + "\".");
  if (!S_ISREG(about.st_mode))
    throw FileError("\"" + path + "\" is not a file.");
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw FileError("\"" + path + "\" cannot be read.");
  return bytes;
}

}  // namespace scvigor
