#ifndef SCVIGOR_CORE_MODEL_BUILD_HPP
#define SCVIGOR_CORE_MODEL_BUILD_HPP

#include <memory>
#include <vector>

#include "nn/decoder.hpp"
#include "nn/encoder.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

// Builds the networks that the options describe.

at::TensorOptions tensor_options_of(const ModelOptions& options);

// Numbers of levels of the covariates that may be one-hot encoded: the batch
// (unless it is embedded), then the categorical covariates.
std::vector<std::int64_t> covariate_levels(const ModelOptions& options);
// Those with more than one level, which are one-hot columns.
std::vector<std::int64_t> one_hot_levels(const ModelOptions& options);

std::unique_ptr<Encoder> build_z_encoder(const ModelOptions& options, Rng& rng);
std::unique_ptr<Encoder> build_l_encoder(const ModelOptions& options, Rng& rng);
std::unique_ptr<Decoder> build_decoder(const ModelOptions& options, Rng& rng);

// The covariate that px_r has one row per level of.
LevelRows dispersion_levels(const ModelOptions& options);
// Rows of px_r: 1, n_batch or n_labels; 0 for gene-cell.
std::int64_t dispersion_rows(const ModelOptions& options);

}  // namespace scvigor

#endif
