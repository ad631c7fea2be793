#include "util/utf8.hpp"

#include <cstddef>

namespace scvigor {

namespace {

// Length of the well-formed character that begins at `i`; 0 if there is none
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t character_length(const std::string& text, std::size_t i) {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const auto continues = [&](std::size_t k) {
    return (byte(k) & 0xC0u) == 0x80u;
  };
  const unsigned first = byte(i), second = byte(i + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(i + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool allowed =
        (first != 0xE0 || second >= 0xA0) && (first != 0xED || second <= 0x9F);
    return allowed && continues(i + 1) && continues(i + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool allowed =
        (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second <= 0x8F);
    return allowed && continues(i + 1) && continues(i + 2) && continues(i + 3)
               ? 4
               : 0;
  }
  return 0;
}

std::string from_latin1(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0u | (code >> 6));
      text += static_cast<char>(0x80u | (code & 0x3Fu));
    }
  }
  return text;
}

}  // namespace

std::string to_utf8(const std::string& bytes) {
  const std::string text = bytes.substr(0, bytes.find('\0'));
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    if (length == 0) return from_latin1(text);
    i += length;
  }
  return text;
}

}  // namespace scvigor
