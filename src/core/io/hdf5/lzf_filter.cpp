#include "io/hdf5/lzf_filter.hpp"

#include <algorithm>
#include <cstddef>

#include "io/hdf5/h5.hpp"

namespace scvigor::h5 {

namespace {

constexpr H5Z_filter_t kLzf = 32000;  // its number in HDF5's registry

// LZF is a row of literal runs (000LLLLL, then L + 1 bytes) and of copies of
// bytes that were written before (LLLooooo oooooooo: L + 2 bytes from o + 1
// back; an L of 7 adds the byte in between). Returns the length of the
// output, 0 if the input is damaged; writes only where `out` is not null.
std::size_t decompress(const unsigned char* in, std::size_t n_in,
                       unsigned char* out) {
  std::size_t i = 0, o = 0;
  while (i < n_in) {
    const std::size_t control = in[i++];
    std::size_t length = control >> 5;
    if (length == 0) {
      length = control + 1;
      if (length > n_in - i) return 0;
      if (out) std::copy_n(in + i, length, out + o);
      i += length;
      o += length;
      continue;
    }
    if (length == 7) {
      if (i >= n_in) return 0;
      length += in[i++];
    }
    if (i >= n_in) return 0;
    const std::size_t back = ((control & 31) << 8) + in[i++] + 1;
    if (back > o) return 0;
    length += 2;
    // Byte by byte: a copy may reach into itself.
    if (out)
      for (std::size_t k = o; k < o + length; ++k) out[k] = out[k - back];
    o += length;
  }
  return o;
}

// As HDF5 calls a filter. What h5py notes as the length of a chunk is wrong
// for strings, so that it is found out here.
std::size_t lzf_filter(unsigned flags, std::size_t, const unsigned[],
                       std::size_t n_bytes, std::size_t* buffer_size,
                       void** buffer) {
  if (!(flags & H5Z_FLAG_REVERSE)) return 0;
  const auto* in = static_cast<const unsigned char*>(*buffer);
  const std::size_t length = decompress(in, n_bytes, nullptr);
  void* out = length ? H5allocate_memory(length, false) : nullptr;
  if (!out) return 0;
  decompress(in, n_bytes, static_cast<unsigned char*>(out));
  H5free_memory(*buffer);
  *buffer = out;
  *buffer_size = length;
  return length;
}

}  // namespace

void register_lzf() {
  const Silence silence;
  if (H5Zfilter_avail(kLzf) > 0) return;
  const H5Z_class2_t filter{H5Z_CLASS_T_VERS, kLzf,    0,         1, "lzf",
                            nullptr,          nullptr, lzf_filter};
  H5Zregister(&filter);
}

}  // namespace scvigor::h5
