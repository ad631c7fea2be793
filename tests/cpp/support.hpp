#ifndef SCVIGOR_TESTS_SUPPORT_HPP
#define SCVIGOR_TESTS_SUPPORT_HPP

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "data/minibatch.hpp"

namespace support {

// |a - b| <= tolerance * (scale + |b|) for every element; else a text that
// names the worst one.
std::string difference(const at::Tensor& a, const at::Tensor& b,
                       double tolerance, double scale = 1.0);

at::Tensor tensor_of(const std::vector<double>& values,
                     const std::vector<std::int64_t>& shape,
                     const at::TensorOptions& options);

// The sparse form of a dense matrix, cells x genes, in its own precision.
scvigor::SparseCounts sparse_of(const at::Tensor& dense);

}  // namespace support

// Fails with the text of support::difference().
#define REQUIRE_CLOSE(...)                                         \
  do {                                                             \
    const auto difference_text = support::difference(__VA_ARGS__); \
    INFO(difference_text);                                         \
    CHECK(difference_text.empty());                                \
  } while (false)

#endif
