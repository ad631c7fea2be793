#ifndef SCVIGOR_CORE_UTIL_NORMAL_FORM_HPP
#define SCVIGOR_CORE_UTIL_NORMAL_FORM_HPP

#include <string>

namespace scvigor::core {

// See scvigor/text.hpp.
std::string canonical_key(const std::string& text);

}  // namespace scvigor::core

#endif
