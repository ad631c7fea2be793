#include "io/python/numpy_type.hpp"

#include <algorithm>
#include <cstring>

#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"
#include "util/element_bytes.hpp"
#include "util/utf8.hpp"

namespace scvigor {
namespace pickle {

namespace {

bool is_supported(const NumpyType& type) {
  const std::string sizes = type.kind == 'f'   ? "248"
                            : type.kind == 'b' ? "1"
                                               : "1248";
  if (std::strchr("biuf", type.kind) != nullptr)
    return type.bytes < 9 &&
           sizes.find(static_cast<char>('0' + type.bytes)) != std::string::npos;
  return type.kind == 'O' || type.is_text();
}

std::string utf8_of(std::uint32_t character) {
  std::string out;
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80u | ((character >> shift) & 0x3fu));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xc0u | (character >> 6));
    tail(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xe0u | (character >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0u | ((character >> 18) & 0x07u));
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

std::string text_of_utf32(std::string_view bytes, bool big_endian) {
  std::string text;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    const auto character = static_cast<std::uint32_t>(
        unsigned_element(bytes.substr(i, 4), big_endian));
    if (character == 0) break;
    text += utf8_of(character);
  }
  return text;
}

void check_whole(const NumpyType& type, std::string_view bytes,
                 const std::string& what) {
  if (type.kind == 'O')
    throw FileError("is damaged: the array " + what + " has no elements.");
  if (type.bytes == 0 || bytes.size() % type.bytes != 0)
    throw FileError("is damaged: the array " + what + " is cut off.");
}

}  // namespace

// A call of numpy.dtype("f8", ...), and a state whose second element is the
// byte order.
NumpyType read_numpy_type(const Value* value, const std::string& what) {
  if (!is_object(value, "numpy.dtype"))
    unexpected(value, "the type of " + what, "a dtype");
  const std::string code = text(argument(value, 0), "the type of " + what);
  NumpyType type;
  std::size_t digits = code.find_first_of("0123456789");
  if (digits == std::string::npos) digits = code.size();
  if (digits == 0 || code.size() - digits > 6)
    throw FileError("is damaged: the type of " + what + " is \"" + code +
                    "\".");
  type.kind = code[digits - 1];
  type.bytes = static_cast<std::size_t>(
      std::strtoul(code.c_str() + digits, nullptr, 10));
  if (type.kind == 'U') type.bytes *= 4;
  const Value* state = value->state;
  type.big_endian = state != nullptr && state->items.size() > 1 &&
                    state->items[1]->text == ">";
  if (!is_supported(type))
    throw FileError("holds an array of the type \"" + code + "\" (" + what +
                    "), which scvigor does not read.");
  return type;
}

std::vector<double> numbers_of(const NumpyType& type, std::string_view bytes,
                               const std::string& what) {
  check_whole(type, bytes, what);
  std::vector<double> values;
  values.reserve(bytes.size() / type.bytes);
  for (std::size_t i = 0; i < bytes.size(); i += type.bytes) {
    const std::string_view element = bytes.substr(i, type.bytes);
    if (type.kind == 'f')
      values.push_back(float_element(element, type.big_endian));
    else if (type.kind == 'i')
      values.push_back(
          static_cast<double>(signed_element(element, type.big_endian)));
    else
      values.push_back(
          static_cast<double>(unsigned_element(element, type.big_endian)));
  }
  return values;
}

std::vector<std::string> texts_of(const NumpyType& type, std::string_view bytes,
                                  const std::string& what) {
  check_whole(type, bytes, what);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < bytes.size(); i += type.bytes) {
    const std::string_view element = bytes.substr(i, type.bytes);
    texts.push_back(type.kind == 'U' ? text_of_utf32(element, type.big_endian)
                                     : to_utf8(std::string(element)));
  }
  return texts;
}

}  // namespace pickle
}  // namespace scvigor
