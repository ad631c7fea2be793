#ifndef SCVIGOR_CORE_IO_HDF5_H5_IMAGE_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_IMAGE_HPP

#include <string_view>

#include "io/hdf5/h5.hpp"

namespace scvigor::h5 {

// The bytes of an HDF5 file that is built in memory. HDF5 could write
// them itself, but where the disk is full it then keeps the file open for
// good, and reports it in terms of its own internals.
class Image {
 public:
  Image() = default;
  ~Image();
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // Options with which a file that is created lies in memory alone, and here
  // from the moment when it is closed. The image must outlive that file.
  Handle file_options();

  // Empty before that.
  std::string_view bytes() const;

 private:
  static void* allocate(size_t size, H5FD_file_image_op_t op, void* image);
  static void* reallocate(void* memory, size_t size, H5FD_file_image_op_t op,
                          void* image);
  static herr_t release(void* memory, H5FD_file_image_op_t op, void* image);

  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace scvigor::h5

#endif
