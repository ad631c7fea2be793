#include <Rcpp.h>

#include <string>
#include <unordered_map>

#include "r_runtime.h"
#include "scvigor/text.hpp"

// For every text the position of the first that is canonically equivalent in
// Unicode, counting from 1. `text` is valid UTF-8 without NA.
// [[Rcpp::export(rng = false)]]
Rcpp::IntegerVector canonical_matches(Rcpp::CharacterVector text) {
  return scvigor::r::guarded([&] {
    Rcpp::IntegerVector matches(text.size());
    std::unordered_map<std::string, int> first;
    for (R_xlen_t i = 0; i < text.size(); ++i)
      matches[i] = first.emplace(scvigor::canonical_key(CHAR(text[i])),
                                 static_cast<int>(i) + 1).first->second;
    return matches;
  });
}
