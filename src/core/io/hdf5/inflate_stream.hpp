#ifndef SCVIGOR_CORE_IO_HDF5_INFLATE_STREAM_HPP
#define SCVIGOR_CORE_IO_HDF5_INFLATE_STREAM_HPP

#include <zlib.h>

#include <cstddef>

namespace scvigor::h5 {

// Unpacks zlib's format, which HDF5 calls deflate, piece by piece.
class InflateStream {
 public:
  // The packed bytes must outlive the stream.
  InflateStream(const unsigned char* packed, std::size_t n);
  ~InflateStream();
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  // The next n bytes. False where the packed bytes end earlier or are wrong.
  bool read(unsigned char* out, std::size_t n);

 private:
  z_stream stream_{};
  std::size_t n_left_;  // packed bytes that zlib has not been given yet
};

}  // namespace scvigor::h5

#endif
