#ifndef SCVIGOR_CORE_API_CHECK_OPTIONS_HPP
#define SCVIGOR_CORE_API_CHECK_OPTIONS_HPP

#include "scvigor/inference.hpp"

namespace scvigor {

// Throw an ArgumentError for options of a verb that are out of range or do not
// fit the model or the cells.
void check_decode(const DecodeOptions& options, const ModelOptions& model);
void check_overall(const OverallOptions& options, const Cells& cells,
                   const ModelOptions& model);
void check_importance(const OverallOptions& options, const Cells& cells);
void check_correlation(const CorrelationOptions& options, const Cells& cells,
                       const ModelOptions& model);
void check_abundance(const AbundanceOptions& options, const Cells& cells);
void check_marginal(const MarginalOptions& options, const Cells& cells);
void check_losses(const Cells& cells);
void check_latent(const LatentOptions& options);

}  // namespace scvigor

#endif
