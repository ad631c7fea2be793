#ifndef SCVIGOR_CORE_IO_HDF5_H5_CHUNK_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_CHUNK_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"
#include "io/hdf5/inflate_stream.hpp"
#include "io/hdf5/packed_bytes.hpp"

namespace scvigor::h5 {

// One chunk of a dataset, unpacked from its beginning to its end. HDF5 itself
// unpacks a chunk as a whole; some programs write all values as one chunk,
// which then takes several times its size. This takes the packed bytes and
// what of the unpacked ones is not 0.
class ChunkStream {
 public:
  // Whether the chunks of a dataset are worth it and packed in a way that is
  // known here: deflate, with or without shuffle and fletcher32.
  static bool suits(const Dataset& data);

  // The chunk that begins at the element `first`.
  ChunkStream(const Dataset& data, const std::vector<std::int64_t>& first);

  // False for a chunk that was never written: all of it is fill().
  bool is_written() const { return !packed_.empty(); }
  const std::vector<unsigned char>& fill() const { return fill_; }

  // The next n elements, row-major, as they are in the file. The chunk is
  // whole: what lies beyond the edge of the dataset is there too.
  void read(std::int64_t n, unsigned char* out);

 private:
  void load(const std::vector<std::int64_t>& first);
  void unpack_planes();
  void read_packed(unsigned char* out, std::size_t n);
  bool applies(H5Z_filter_t filter) const;

  const Dataset& data_;
  std::size_t width_;
  std::vector<unsigned char> packed_;
  std::vector<unsigned char> fill_;    // one element, of an unwritten chunk
  std::uint32_t skipped_filters_ = 0;  // one bit for each
  std::size_t position_ = 0;           // in packed_, where it is not deflated
  std::optional<InflateStream> inflate_;
  std::vector<PackedBytes> planes_;  // one for each byte of a value, shuffled
  std::vector<unsigned char> plane_;
};

// What a value is that was never written; the bytes of one element.
std::vector<unsigned char> fill_value(const Dataset& data);

}  // namespace scvigor::h5

#endif
