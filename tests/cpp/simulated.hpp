#ifndef SCVIGOR_TESTS_SIMULATED_HPP
#define SCVIGOR_TESTS_SIMULATED_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"

// Small made-up data for tests of training and inference.

namespace support {

// Negative binomial counts, cells x genes, float64: two groups of cells that
// differ in half of the genes, and two batches (code: cell mod 2).
at::Tensor simulate_counts(std::int64_t n_cells, std::int64_t n_genes,
                           std::uint64_t seed);

// Sources that own a copy of the counts.
std::shared_ptr<const scvigor::CountSource> dense_source(
    const at::Tensor& counts);
std::shared_ptr<const scvigor::CountSource> compressed_source(
    const at::Tensor& counts);

// The counts as cells with batches 0, 1, 0, ...
scvigor::Cells cells_of(const at::Tensor& counts);

// A small model for `cells_of(counts)`.
scvigor::ModelOptions small_model(const at::Tensor& counts);

}  // namespace support

#endif
