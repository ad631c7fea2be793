#ifndef SCVIGOR_R_TEXT_H
#define SCVIGOR_R_TEXT_H

#include <Rcpp.h>

#include <algorithm>
#include <string>

namespace scvigor {
namespace r {

// A text of R's in UTF-8. R's own translation of bytes of unknown encoding
// spells them out in the C locale, "<c3><bc>"; .mark_utf8() of R/levels.R does
// not.
inline std::string to_utf8(SEXP text) {
  const char* bytes = CHAR(text);
  const bool is_ascii = std::all_of(bytes, bytes + LENGTH(text), [](char byte) {
    return static_cast<unsigned char>(byte) < 128;
  });
  if (is_ascii || Rf_getCharCE(text) != CE_NATIVE)
    return Rf_translateCharUTF8(text);
  const Rcpp::Environment package = Rcpp::Environment::namespace_env("scvigor");
  const Rcpp::Function mark = package[".mark_utf8"];
  const Rcpp::CharacterVector marked =
      mark(Rcpp::CharacterVector(Rf_ScalarString(text)));
  return Rf_translateCharUTF8(STRING_ELT(marked, 0));
}

}  // namespace r
}  // namespace scvigor

#endif
