#ifndef SCVIGOR_CORE_UTIL_UTF8_HPP
#define SCVIGOR_CORE_UTIL_UTF8_HPP

#include <string>

namespace scvigor {

// The text up to its first NUL, as valid UTF-8: bytes that are not UTF-8 are
// taken as Latin-1, which has a character for each.
std::string to_utf8(const std::string& bytes);

}  // namespace scvigor

#endif
