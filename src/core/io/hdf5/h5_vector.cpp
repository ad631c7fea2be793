#include "io/hdf5/h5_vector.hpp"

#include <algorithm>

#include "io/hdf5/h5_demand.hpp"

namespace scvigor::h5 {

VectorReader::VectorReader(const Dataset& data)
    : data_(data), decoder_(data), streams_(ChunkStream::suits(data)) {
  announce({0, data.bytes()});
}

void VectorReader::fill(std::int64_t n) {
  if (n > data_.size() - position_)
    data_.fail("has " + std::to_string(data_.size()) +
               " values, fewer than are needed.");
  bytes_.resize(static_cast<std::size_t>(n) * decoder_.width());
  if (streams_)
    fill_from_chunks(n);
  else
    data_.read_as(data_.type(), {position_}, {n}, bytes_.data(), H5P_DEFAULT);
  position_ += n;
}

void VectorReader::fill_from_chunks(std::int64_t n) {
  const std::int64_t length = data_.storage().chunk[0];
  unsigned char* out = bytes_.data();
  for (std::int64_t at = position_; at < position_ + n;) {
    const std::int64_t in_chunk = at % length;
    if (in_chunk == 0) chunk_.emplace(data_, std::vector<std::int64_t>{at});
    const std::int64_t part = std::min(length - in_chunk, position_ + n - at);
    chunk_->read(part, out);
    out += part * static_cast<std::int64_t>(decoder_.width());
    at += part;
  }
}

}  // namespace scvigor::h5
