#include "scvigor/text.hpp"

#include "util/normal_form.hpp"

namespace scvigor {

std::string canonical_key(const std::string& text) {
  return core::canonical_key(text);
}

}  // namespace scvigor
