#include "io/hdf5/fletcher32.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace scvigor::h5 {

namespace {

constexpr std::size_t kChecksumBytes = 4;
// So many sums of 16-bit words stay within 32 bits.
constexpr std::size_t kMaxWords = 360;

std::uint32_t fold(std::uint32_t sum) { return (sum & 0xffffu) + (sum >> 16); }

// H5_checksum_fletcher32() of H5checksum.c: words are big-endian, and a last
// single byte is the upper half of one.
std::uint32_t fletcher32(const unsigned char* bytes, std::size_t n) {
  std::uint32_t sum1 = 0, sum2 = 0;
  std::size_t n_words = n / 2;
  while (n_words > 0) {
    const std::size_t part = std::min(n_words, kMaxWords);
    n_words -= part;
    for (std::size_t i = 0; i < part; ++i, bytes += 2) {
      sum1 += static_cast<std::uint32_t>(bytes[0] << 8 | bytes[1]);
      sum2 += sum1;
    }
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  if (n % 2 != 0) {
    sum1 += static_cast<std::uint32_t>(bytes[0] << 8);
    sum2 += sum1;
    sum1 = fold(sum1);
    sum2 = fold(sum2);
  }
  return fold(sum2) << 16 | fold(sum1);
}

// HDF5 before 1.6.3 swapped the bytes of each half on little-endian machines.
std::uint32_t with_swapped_halves(std::uint32_t sum) {
  return (sum & 0x00ff00ffu) << 8 | (sum & 0xff00ff00u) >> 8;
}

}  // namespace

bool remove_fletcher32(std::vector<unsigned char>& bytes) {
  if (bytes.size() < kChecksumBytes) return false;
  const std::size_t n = bytes.size() - kChecksumBytes;
  std::uint32_t stored = 0;
  for (std::size_t k = kChecksumBytes; k-- > 0;)
    stored = stored << 8 | bytes[n + k];
  const std::uint32_t sum = fletcher32(bytes.data(), n);
  bytes.resize(n);
  return stored == sum || stored == with_swapped_halves(sum);
}

}  // namespace scvigor::h5
