#ifndef SCVIGOR_TESTS_DE_REFERENCE_HPP
#define SCVIGOR_TESTS_DE_REFERENCE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "reference.hpp"
#include "scvigor/de.hpp"

// Samples of scvi-tools and what it found in them: reference/de.h5.

namespace de_reference {

// Rows become columns: the file has samples x genes, the core genes x samples.
scvigor::Matrix transposed(const reference::Array& array,
                           std::int64_t n_rows = -1);
std::vector<std::int64_t> whole(const std::vector<double>& values);
std::vector<std::uint8_t> flags(const std::vector<double>& values);

// A call of get_bayes_factors() on stored samples.
struct Case {
  std::string path;
  scvigor::DeSamples samples;
  scvigor::DeTest test;
  std::vector<std::string> columns;
};
std::vector<Case> cases(const reference::File& file);

// The i-th sample meets the i-th.
void pair_in_order(scvigor::DeSamples& samples);

}  // namespace de_reference

#endif
