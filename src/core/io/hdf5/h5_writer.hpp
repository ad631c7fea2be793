#ifndef SCVIGOR_CORE_IO_HDF5_H5_WRITER_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_WRITER_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5/h5.hpp"
#include "io/hdf5/h5_image.hpp"

namespace scvigor::h5 {

// Strings of one width, contiguous and padded with NUL.
struct PaddedText {
  explicit PaddedText(const std::vector<std::string>& text);
  Handle type;
  std::vector<char> bytes;
};

// A new HDF5 file, built in memory. Every part of it has a checksum.
class Writer {
 public:
  // `deflate_level`: 1 is the fastest, 9 gives the smallest file.
  explicit Writer(unsigned deflate_level = 4);

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

  // The bytes of the whole file, which live as long as this does.
  std::string_view finish();

 private:
  unsigned deflate_level_;
  Image image_;  // outlives the file
  Handle file_;
};

}  // namespace scvigor::h5

#endif
