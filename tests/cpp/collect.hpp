#ifndef SCVIGOR_TESTS_COLLECT_HPP
#define SCVIGOR_TESTS_COLLECT_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "scvigor/inference.hpp"

// Results that come block by block, put together as one tensor.

namespace support {

// A float64 copy, rows x columns.
at::Tensor tensor_of(const scvigor::Matrix& matrix);

// normalized_expression(), cells x genes. Fails the test when blocks overlap,
// leave cells out or come in another order.
at::Tensor expression(const scvigor::Model& model, const scvigor::Cells& cells,
                      const scvigor::ExpressionOptions& options = {});

// posterior_predictive_sample(), samples x cells x genes.
at::Tensor predictive(const scvigor::Model& model, const scvigor::Cells& cells,
                      const scvigor::DecodeOptions& options = {});

// The cells without their counts: posterior and library size instead.
scvigor::Cells minify(const scvigor::Model& model, scvigor::Cells cells);

}  // namespace support

#endif
