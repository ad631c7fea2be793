#ifndef SCVIGOR_CORE_IO_HDF5_H5_VECTOR_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_VECTOR_HPP

#include <cstdint>
#include <optional>
#include <vector>

#include "io/hdf5/h5_chunk.hpp"
#include "io/hdf5/h5_numbers.hpp"

namespace scvigor::h5 {

// Reads a one-dimensional dataset of numbers from its beginning, each chunk
// once, whatever the size of its chunks.
class VectorReader {
 public:
  // `data` must outlive it.
  explicit VectorReader(const Dataset& data);

  // The next n elements; T is double or std::int64_t.
  template <class T>
  void read(std::int64_t n, std::vector<T>& out) {
    out.resize(static_cast<std::size_t>(n));
    fill(n);
    decoder_.decode(bytes_.data(), n, out.data());
  }

 private:
  void fill(std::int64_t n);
  void fill_from_chunks(std::int64_t n);

  const Dataset& data_;
  NumberDecoder decoder_;
  bool streams_;
  std::int64_t position_ = 0;
  std::optional<ChunkStream> chunk_;
  std::vector<unsigned char> bytes_;
};

}  // namespace scvigor::h5

#endif
