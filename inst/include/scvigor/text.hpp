#ifndef SCVIGOR_TEXT_HPP
#define SCVIGOR_TEXT_HPP

#include <string>

namespace scvigor {

// A key that two texts share if they are canonically equivalent in Unicode: the
// same characters, composed ("\u00e9") or not ("e\u0301"), with their marks in
// any order. `text` is valid UTF-8; the key is not text.
std::string canonical_key(const std::string& text);

}  // namespace scvigor

#endif
