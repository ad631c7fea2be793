#include "io/counts/count_matrix.hpp"

#include <limits>

namespace scvigor {

CountMatrix::CountMatrix(const h5::Node& node, std::int64_t n_cells,
                         std::int64_t n_genes)
    : n_cells_(n_cells), n_genes_(n_genes) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (n_cells < 0 || n_genes < 0 || n_cells >= kMax || n_genes >= kMax)
    node.fail("has an impossible shape, " + std::to_string(n_cells) +
              " cells x " + std::to_string(n_genes) + " genes.");
}

}  // namespace scvigor
