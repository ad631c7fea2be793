#ifndef SCVIGOR_CORE_IO_H5_WRITER_HPP
#define SCVIGOR_CORE_IO_H5_WRITER_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "io/h5.hpp"

namespace scvigor::h5 {

// Strings of one width, one behind the other and filled up with NUL.
struct PaddedText {
  explicit PaddedText(const std::vector<std::string>& text);
  Handle type;
  std::vector<char> bytes;
};

// A new HDF5 file, put together in memory and written by close() in one go.
// Every part of it has a checksum.
class Writer {
 public:
  explicit Writer(const std::string& path);

  hid_t root() const { return file_.get(); }
  // A group that keeps the order of its members.
  Handle group(hid_t parent, const std::string& name) const;
  // `values` in the memory form of `type`, row-major.
  Handle dataset(hid_t parent, const std::string& name, hid_t type,
                 const std::vector<std::int64_t>& dims,
                 const void* values) const;
  // A scalar, or with `dims` an array.
  void integer_attribute(hid_t of, const std::string& name,
                         const std::vector<std::int64_t>& values,
                         const std::vector<std::int64_t>& dims = {}) const;
  void text_attribute(hid_t of, const std::string& name,
                      const std::vector<std::string>& values,
                      const std::vector<std::int64_t>& dims = {}) const;

  // A FileError where the file could not be written whole.
  void close();

 private:
  std::string path_;
  Handle file_;
};

}  // namespace scvigor::h5

#endif
