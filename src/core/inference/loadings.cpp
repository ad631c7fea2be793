#include "inference/blocks.hpp"

namespace scvigor::core {

Matrix loadings(const Vae& vae) {
  Matrix out;
  append_rows(vae.loadings(), out);
  return out;
}

}  // namespace scvigor::core
