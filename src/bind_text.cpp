#include <Rcpp.h>

#include <string>
#include <unordered_map>

#include "r_runtime.h"
#include "scvigor/text.hpp"

// Whether all texts are ASCII or NA, and so the same in any encoding.
// [[Rcpp::export(rng = false)]]
bool is_ascii(Rcpp::CharacterVector text) {
  return scvigor::r::guarded([&] {
    for (R_xlen_t i = 0; i < text.size(); ++i) {
      const SEXP one = STRING_ELT(text, i);
      const char* bytes = CHAR(one);
      unsigned char all = 0;
      for (R_xlen_t k = 0; k < XLENGTH(one); ++k)
        all |= static_cast<unsigned char>(bytes[k]);
      if (all > 127) return false;
    }
    return true;
  });
}

// For every text the position of the first that is canonically equivalent in
// Unicode, counting from 1. `text` is valid UTF-8 without NA.
// [[Rcpp::export(rng = false)]]
Rcpp::IntegerVector canonical_matches(Rcpp::CharacterVector text) {
  return scvigor::r::guarded([&] {
    Rcpp::IntegerVector matches(text.size());
    std::unordered_map<std::string, int> first;
    for (R_xlen_t i = 0; i < text.size(); ++i)
      matches[i] = first
                       .emplace(scvigor::canonical_key(CHAR(text[i])),
                                static_cast<int>(i) + 1)
                       .first->second;
    return matches;
  });
}
