#include "io/hdf5/h5_chunk.hpp"

#include <algorithm>
#include <cstring>

#include "io/hdf5/fletcher32.hpp"
#include "io/hdf5/h5_demand.hpp"

namespace scvigor::h5 {

namespace {

// Smaller chunks are left to HDF5, whose cache holds them.
constexpr double kMinStreamedBytes = 1 << 20;
constexpr std::size_t kPieceBytes = 1 << 16;

[[noreturn]] void fail_damaged(const Dataset& data) {
  data.fail("cannot be unpacked: the file is damaged.");
}

}  // namespace

bool ChunkStream::suits(const Dataset& data) {
  const Storage& storage = data.storage();
  return storage.is_chunked && storage.filters_edges && data.is_number() &&
         storage.filters.can_stream() && data.chunk_bytes() > kMinStreamedBytes;
}

ChunkStream::ChunkStream(const Dataset& data,
                         const std::vector<std::int64_t>& first)
    : data_(data), width_(data.width()) {
  load(first);
  if (!is_written()) {
    fill_ = fill_value(data_);
    return;
  }
  if (applies(H5Z_FILTER_FLETCHER32)) {
    if (!remove_fletcher32(packed_)) fail_damaged(data_);
    if (packed_.empty()) fail_damaged(data_);
  }
  if (applies(H5Z_FILTER_DEFLATE))
    inflate_.emplace(packed_.data(), packed_.size());
  if (applies(H5Z_FILTER_SHUFFLE) && width_ > 1) unpack_planes();
}

bool ChunkStream::applies(H5Z_filter_t filter) const {
  const int position = data_.storage().filters.find(filter);
  return position >= 0 && (skipped_filters_ >> position & 1u) == 0;
}

void ChunkStream::load(
    [[maybe_unused]] const std::vector<std::int64_t>& first) {
#if H5_VERSION_GE(1, 10, 5)
  const std::vector<hsize_t> offset(first.begin(), first.end());
  haddr_t address = HADDR_UNDEF;
  hsize_t n_bytes = 0;
  data_.call("read", [&] {
    return H5Dget_chunk_info_by_coord(data_.id(), offset.data(),
                                      &skipped_filters_, &address, &n_bytes);
  });
  if (address == HADDR_UNDEF) n_bytes = 0;
  if (static_cast<double>(n_bytes) > static_cast<double>(data_.file().bytes))
    fail_damaged(data_);
  announce({static_cast<double>(n_bytes), 2 * data_.chunk_bytes()});
  packed_.resize(static_cast<std::size_t>(n_bytes));
  if (packed_.empty()) return;
  data_.call("read", [&] {
    return H5Dread_chunk(data_.id(), H5P_DEFAULT, offset.data(),
                         &skipped_filters_, packed_.data());
  });
#endif
}

void ChunkStream::read_packed(unsigned char* out, std::size_t n) {
  if (inflate_) {
    if (!inflate_->read(out, n)) fail_damaged(data_);
    return;
  }
  if (n > packed_.size() - position_) fail_damaged(data_);
  std::memcpy(out, packed_.data() + position_, n);
  position_ += n;
}

void ChunkStream::unpack_planes() {
  const auto length =
      static_cast<std::size_t>(data_.storage().chunk_elements());
  // As much as it takes when no byte is 0.
  announce({1.01 * data_.chunk_bytes(), 0});
  std::vector<unsigned char> piece(kPieceBytes);
  planes_ = std::vector<PackedBytes>(width_);
  for (PackedBytes& plane : planes_) {
    for (std::size_t done = 0; done < length;) {
      const std::size_t n = std::min(kPieceBytes, length - done);
      read_packed(piece.data(), n);
      plane.append(piece.data(), n);
      done += n;
    }
    plane.finish();
  }
  inflate_.reset();
  std::vector<unsigned char>(1).swap(packed_);  // it was written
}

void ChunkStream::read(std::int64_t n, unsigned char* out) {
  const auto length = static_cast<std::size_t>(n);
  if (!is_written()) {
    for (std::size_t i = 0; i < length; ++i)
      std::memcpy(out + i * width_, fill_.data(), width_);
    return;
  }
  if (planes_.empty()) return read_packed(out, length * width_);
  std::memset(out, 0, length * width_);
  plane_.resize(length);
  for (std::size_t byte = 0; byte < width_; ++byte)
    if (planes_[byte].read(plane_.data(), length))
      for (std::size_t i = 0; i < length; ++i)
        out[i * width_ + byte] = plane_[i];
}

std::vector<unsigned char> fill_value(const Dataset& data) {
  std::vector<unsigned char> value(data.width(), 0);
  const Handle creation(
      data.call("look into", [&] { return H5Dget_create_plist(data.id()); }));
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  data.call("look into",
            [&] { return H5Pfill_value_defined(creation.get(), &defined); });
  if (defined != H5D_FILL_VALUE_UNDEFINED)
    data.call("look into", [&] {
      return H5Pget_fill_value(creation.get(), data.type(), value.data());
    });
  return value;
}

}  // namespace scvigor::h5
