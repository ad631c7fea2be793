#include "io/python/pickle_writer.hpp"

#include <cstring>
#include <limits>

namespace scvigor {
namespace pickle {

namespace {

void put(std::string& out, std::uint64_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

void Writer::integer(std::int64_t value) {
  const bool is_short = value >= std::numeric_limits<std::int32_t>::min() &&
                        value <= std::numeric_limits<std::int32_t>::max();
  out_ += is_short ? "J" : "\x8a\x08";
  put(out_, static_cast<std::uint64_t>(value), is_short ? 4 : 8);
}

void Writer::real(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  out_ += 'G';
  for (int shift = 56; shift >= 0; shift -= 8)
    out_ += static_cast<char>(bits >> shift & 0xff);
}

void Writer::text(const std::string& value) {
  out_ += 'X';
  put(out_, value.size(), 4);
  out_ += value;
}

void Writer::global(const std::string& module, const std::string& name) {
  out_ += "c" + module + "\n" + name + "\n";
}

void Writer::texts(const std::vector<std::string>& values) {
  list([&] {
    for (const auto& value : values) text(value);
  });
}

}  // namespace pickle
}  // namespace scvigor
