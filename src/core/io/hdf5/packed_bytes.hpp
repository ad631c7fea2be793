#ifndef SCVIGOR_CORE_IO_HDF5_PACKED_BYTES_HPP
#define SCVIGOR_CORE_IO_HDF5_PACKED_BYTES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace scvigor::h5 {

// A sequence of bytes, most of them 0, that is written once and then read
// once, from the beginning. In memory it takes three bytes for each that is
// not 0 where these are few, and never much more than it is long.
//
// HDF5's shuffle filter puts the first bytes of all values of a chunk before
// their second bytes, and so on. Counts in a chunk of gigabytes are put
// together again from such sequences, without gigabytes.
class PackedBytes {
 public:
  void append(const unsigned char* bytes, std::size_t n);
  // Ends the writing.
  void finish();
  // The next n bytes; gives the memory behind them free. Returns false, and
  // leaves `out` alone, where all of them are 0.
  bool read(unsigned char* out, std::size_t n);

 private:
  static constexpr std::size_t kPageBytes = 4096;
  static constexpr std::size_t kSegmentBytes = std::size_t{1} << 20;
  // A page in a segment: how many bytes are not 0, then these (2 bytes of
  // position and the byte itself, each kind together) or all of the page.
  static constexpr std::size_t kMaxPageBytes = 2 + kPageBytes;
  using Page = std::array<unsigned char, kPageBytes>;

  void write_page();
  bool next_page();

  std::deque<std::unique_ptr<unsigned char[]>> segments_;
  std::size_t written_ = kSegmentBytes;  // in the last segment
  std::size_t read_ = 0;                 // in the first segment
  Page page_{};                          // that is being filled or read
  std::size_t in_page_ = 0;              // filled, or read, of it
  bool is_page_zero_ = false;
};

}  // namespace scvigor::h5

#endif
