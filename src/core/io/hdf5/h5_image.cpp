#include "io/hdf5/h5_image.hpp"

#include <algorithm>
#include <cstdlib>

namespace scvigor::h5 {

namespace {

constexpr std::size_t kGrowBytes = 1 << 20;

// Where a superblock of version 2 or 3 keeps the length of the file.
constexpr std::size_t kEndAt = 28, kEndBytes = 8;

// Every copy of the options is about the same image, which owns itself.
void* same_image(void* image) { return image; }
herr_t keep_image(void*) { return 0; }

}  // namespace

Image::~Image() { std::free(memory_); }

void* Image::allocate(size_t size, H5FD_file_image_op_t, void* image) {
  static_cast<Image*>(image)->size_ = size;
  return std::malloc(size);
}

void* Image::reallocate(void* memory, size_t size, H5FD_file_image_op_t,
                        void* image) {
  static_cast<Image*>(image)->size_ = size;
  return std::realloc(memory, size);
}

herr_t Image::release(void* memory, H5FD_file_image_op_t op, void* image) {
  if (op == H5FD_FILE_IMAGE_OP_FILE_CLOSE)
    std::free(std::exchange(static_cast<Image*>(image)->memory_, memory));
  else
    std::free(memory);
  return 0;
}

Handle Image::file_options() {
  Handle options(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fapl_core(options.get(), kGrowBytes, false);
  H5FD_file_image_callbacks_t calls{allocate,   nullptr,    reallocate, release,
                                    same_image, keep_image, this};
  H5Pset_file_image_callbacks(options.get(), &calls);
  return options;
}

std::string_view Image::bytes() const {
  if (memory_ == nullptr) return {};
  // HDF5 takes memory in large pieces; the file ends before they do.
  const auto* start = static_cast<const unsigned char*>(memory_);
  std::size_t end = 0;
  for (std::size_t i = kEndBytes; i-- > 0;) end = end << 8 | start[kEndAt + i];
  return {static_cast<const char*>(memory_), std::min(end, size_)};
}

}  // namespace scvigor::h5
