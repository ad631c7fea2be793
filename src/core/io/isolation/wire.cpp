#include "io/isolation/wire.hpp"

namespace scvigor {

namespace {
constexpr std::size_t kBuffer = 1 << 16;
}

void WireWriter::put_bytes(const void* bytes, std::size_t n) {
  if (n == 0) return;
  if (pending_.size() + n > kBuffer) flush();
  if (n > kBuffer)
    send_(static_cast<const char*>(bytes), n);
  else
    pending_.append(static_cast<const char*>(bytes), n);
}

void WireWriter::flush() {
  if (!pending_.empty()) send_(pending_.data(), pending_.size());
  pending_.clear();
}

}  // namespace scvigor
