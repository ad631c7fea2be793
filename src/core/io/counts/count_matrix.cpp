#include "io/counts/count_matrix.hpp"

#include <algorithm>
#include <limits>

namespace scvigor {

void ValueSummary::add(double value) {
  are_counts = are_counts && is_count(value);
  n_nonzero += value != 0;
  sum += value;
  max = std::max(max, value);
}

CountMatrix::CountMatrix(const h5::Node& node, std::int64_t n_cells,
                         std::int64_t n_genes)
    : CountMatrix(node.label(), n_cells, n_genes) {}

CountMatrix::CountMatrix(const std::string& label, std::int64_t n_cells,
                         std::int64_t n_genes)
    : n_cells_(n_cells), n_genes_(n_genes) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (n_cells < 0 || n_genes < 0 || n_cells >= kMax || n_genes >= kMax)
    throw FileError(label + " has an impossible shape, " +
                    std::to_string(n_cells) + " cells x " +
                    std::to_string(n_genes) + " genes.");
}

}  // namespace scvigor
