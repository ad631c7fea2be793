#include "io/hdf5/inflate_stream.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace scvigor::h5 {

namespace {

// zlib counts in 32 bits.
uInt at_most_32_bits(std::size_t n) {
  return static_cast<uInt>(
      std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
}

}  // namespace

InflateStream::InflateStream(const unsigned char* packed, std::size_t n)
    : n_left_(n) {
  stream_.next_in = const_cast<Bytef*>(packed);
  if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
}

InflateStream::~InflateStream() { inflateEnd(&stream_); }

bool InflateStream::read(unsigned char* out, std::size_t n) {
  while (n > 0) {
    if (stream_.avail_in == 0) {
      stream_.avail_in = at_most_32_bits(n_left_);
      n_left_ -= stream_.avail_in;
    }
    const uInt wanted = at_most_32_bits(n);
    stream_.next_out = out;
    stream_.avail_out = wanted;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const std::size_t got = wanted - stream_.avail_out;
    out += got;
    n -= got;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (n > 0 &&
        (result != Z_OK || (got == 0 && n_left_ == 0 && stream_.avail_in == 0)))
      return false;
  }
  return true;
}

}  // namespace scvigor::h5
