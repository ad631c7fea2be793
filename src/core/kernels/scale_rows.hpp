#ifndef SCVIGOR_CORE_KERNELS_SCALE_ROWS_HPP
#define SCVIGOR_CORE_KERNELS_SCALE_ROWS_HPP

#include <cstdint>
#include <vector>

#include "kernels/likelihood_input.hpp"

namespace scvigor {

// px_scale of n cells, each times a factor, in double precision.
struct ScaleRows {
  const std::vector<double>* factor;       // n
  const std::vector<std::int64_t>* genes;  // which ones; empty: all
  bool add;                                // to what is there
  double* out;                             // n x genes, row-major
};

// The head, its activation and the conversion in one, without a gradient.
void scale_rows(const LikelihoodInput& decoded, const ScaleRows& rows);

}  // namespace scvigor

#endif
