#ifndef SCVIGOR_CORE_KERNELS_SCALE_ROWS_HPP
#define SCVIGOR_CORE_KERNELS_SCALE_ROWS_HPP

#include <cstdint>
#include <vector>

#include "kernels/count_loss.hpp"

namespace scvigor {

// px_scale of n cells, times a factor of each, in double precision.
struct ScaleRows {
  const std::vector<double>* factor;       // n
  const std::vector<std::int64_t>* genes;  // which ones; empty: all
  bool add;                                // to what is there
  double* out;                             // n x genes, row-major
};

// The head, the softmax (or softplus) and the conversion in one go, some cells
// at a time.
void scale_rows(const LikelihoodInput& decoded, const ScaleRows& rows);

}  // namespace scvigor

#endif
