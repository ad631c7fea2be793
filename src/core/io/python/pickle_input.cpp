#include "io/python/pickle_input.hpp"

#include <cstring>
#include <locale>
#include <sstream>

#include "scvigor/error.hpp"

namespace scvigor {
namespace pickle {

std::string_view Input::take(std::uint64_t n) {
  if (n > bytes_.size() - at_)
    throw FileError("is damaged: its pickle is cut off.");
  const std::string_view taken =
      bytes_.substr(at_, static_cast<std::size_t>(n));
  at_ += static_cast<std::size_t>(n);
  return taken;
}

std::string Input::line() {
  const std::size_t end = bytes_.find('\n', at_);
  if (end == std::string_view::npos)
    throw FileError("is damaged: its pickle is cut off.");
  const std::string text(bytes_.substr(at_, end - at_));
  at_ = end + 1;
  return text;
}

std::uint64_t Input::unsigned_number(int n_bytes) {
  const std::string_view bytes = take(static_cast<std::uint64_t>(n_bytes));
  std::uint64_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = value << 8 | static_cast<std::uint8_t>(*byte);
  return value;
}

std::int64_t Input::signed_number(int n_bytes) {
  return signed_of(take(static_cast<std::uint64_t>(n_bytes)));
}

double Input::real() {
  std::uint64_t bits = 0;
  for (const char byte : take(8))
    bits = bits << 8 | static_cast<std::uint8_t>(byte);
  double value = 0.0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

double parse_real(const std::string& text) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  double value = 0.0;
  stream >> value;
  return value;
}

std::int64_t signed_of(std::string_view bytes) {
  if (bytes.empty()) return 0;
  // The sign fills the bytes that are not there.
  std::uint64_t value =
      static_cast<std::uint8_t>(bytes.back()) & 0x80u ? ~std::uint64_t{0} : 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = value << 8 | static_cast<std::uint8_t>(*byte);
  return static_cast<std::int64_t>(value);
}

}  // namespace pickle
}  // namespace scvigor
