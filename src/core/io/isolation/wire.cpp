#include "io/isolation/wire.hpp"

namespace scvigor {

namespace {
constexpr std::size_t kBuffer = 1 << 16;
}

void WireWriter::put_bytes(const void* bytes, std::size_t n) {
  if (n == 0) return;
  if (waiting_.size() + n > kBuffer) flush();
  if (n > kBuffer)
    send_(static_cast<const char*>(bytes), n);
  else
    waiting_.append(static_cast<const char*>(bytes), n);
}

void WireWriter::flush() {
  if (!waiting_.empty()) send_(waiting_.data(), waiting_.size());
  waiting_.clear();
}

}  // namespace scvigor
