#include "io/hdf5/packed_bytes.hpp"

#include <algorithm>
#include <cstring>

namespace scvigor::h5 {

void PackedBytes::append(const unsigned char* bytes, std::size_t n) {
  while (n > 0) {
    const std::size_t part = std::min(n, kPageBytes - in_page_);
    std::memcpy(page_.data() + in_page_, bytes, part);
    in_page_ += part;
    bytes += part;
    n -= part;
    if (in_page_ == kPageBytes) write_page();
  }
}

void PackedBytes::finish() {
  if (in_page_ > 0) {
    std::memset(page_.data() + in_page_, 0, kPageBytes - in_page_);
    write_page();
  }
  in_page_ = kPageBytes;  // nothing of a page is left to read
}

void PackedBytes::write_page() {
  std::array<std::uint16_t, kPageBytes> positions;
  std::uint16_t n = 0;
  for (std::size_t i = 0; i < kPageBytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, page_.data() + i, sizeof word);
    if (word == 0) continue;
    for (std::size_t k = i; k < i + 8; ++k)
      if (page_[k] != 0) positions[n++] = static_cast<std::uint16_t>(k);
  }
  if (kSegmentBytes - written_ < kMaxPageBytes) {
    segments_.push_back(std::make_unique<unsigned char[]>(kSegmentBytes));
    written_ = 0;
  }
  unsigned char* out = segments_.back().get() + written_;
  std::memcpy(out, &n, sizeof n);
  out += sizeof n;
  if (3 * std::size_t{n} >= kPageBytes) {
    std::memcpy(out, page_.data(), kPageBytes);
    written_ += sizeof n + kPageBytes;
  } else {
    std::memcpy(out, positions.data(), 2 * std::size_t{n});
    out += 2 * std::size_t{n};
    for (std::size_t k = 0; k < n; ++k) out[k] = page_[positions[k]];
    written_ += sizeof n + 3 * std::size_t{n};
  }
  in_page_ = 0;
}

// False where all of it is 0.
bool PackedBytes::next_page() {
  if (kSegmentBytes - read_ < kMaxPageBytes) {
    segments_.pop_front();
    read_ = 0;
  }
  const unsigned char* in = segments_.front().get() + read_;
  std::uint16_t n = 0;
  std::memcpy(&n, in, sizeof n);
  in += sizeof n;
  if (3 * std::size_t{n} >= kPageBytes) {
    std::memcpy(page_.data(), in, kPageBytes);
    read_ += sizeof n + kPageBytes;
    return true;
  }
  read_ += sizeof n + 3 * std::size_t{n};
  if (n == 0) return false;
  page_.fill(0);
  const unsigned char* values = in + 2 * std::size_t{n};
  for (std::size_t k = 0; k < n; ++k) {
    std::uint16_t position = 0;
    std::memcpy(&position, in + 2 * k, sizeof position);
    page_[position] = values[k];
  }
  return true;
}

bool PackedBytes::read(unsigned char* out, std::size_t n) {
  bool is_zero = true;
  for (std::size_t done = 0; done < n;) {
    if (in_page_ == kPageBytes) {
      is_page_zero_ = !next_page();
      in_page_ = 0;
    }
    const std::size_t part = std::min(n - done, kPageBytes - in_page_);
    if (is_zero && !is_page_zero_) {
      std::memset(out, 0, done);
      is_zero = false;
    }
    if (!is_zero && is_page_zero_) std::memset(out + done, 0, part);
    if (!is_page_zero_) std::memcpy(out + done, page_.data() + in_page_, part);
    in_page_ += part;
    done += part;
  }
  return !is_zero;
}

}  // namespace scvigor::h5
