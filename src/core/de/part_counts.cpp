#include "de/part_counts.hpp"

#include <algorithm>

namespace scvigor {
namespace {

constexpr std::int64_t kBlock = 256;  // cells read at a time
constexpr double kPerCell = 1e4;      // total that cells are scaled to

Matrix zeros(std::size_t rows, std::int64_t columns) {
  return {static_cast<std::int64_t>(rows), columns,
          std::vector<double>(rows * static_cast<std::size_t>(columns))};
}

}  // namespace

namespace core {

PartCounts part_counts(const CountSource& source,
                       const std::vector<std::vector<std::int64_t>>& parts) {
  const auto n_genes = source.n_genes();
  PartCounts out{zeros(parts.size(), n_genes), zeros(parts.size(), n_genes),
                 zeros(parts.size(), n_genes)};
  CsrBlock block;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const auto& cells = parts[part];
    const auto row = static_cast<std::int64_t>(part) * n_genes;
    double* total = out.total.values.data() + row;
    double* non_zeros = out.non_zeros.values.data() + row;
    double* normalized = out.normalized.values.data() + row;
    const auto n_cells = static_cast<std::int64_t>(cells.size());
    for (std::int64_t first = 0; first < n_cells; first += kBlock) {
      const auto n = std::min(kBlock, n_cells - first);
      source.read(cells.data() + first, n, block);
      for (std::int64_t i = 0; i < n; ++i) {
        const auto begin = block.indptr[static_cast<std::size_t>(i)];
        const auto end = block.indptr[static_cast<std::size_t>(i + 1)];
        double sum = 0.0;
        for (auto k = begin; k < end; ++k)
          sum += block.values[static_cast<std::size_t>(k)];
        const double factor = sum > 0.0 ? kPerCell / sum : 0.0;
        for (auto k = begin; k < end; ++k) {
          const auto gene = block.genes[static_cast<std::size_t>(k)];
          const double value = block.values[static_cast<std::size_t>(k)];
          total[gene] += value;
          non_zeros[gene] += value != 0.0;
          normalized[gene] += value * factor;
        }
      }
    }
  }
  return out;
}

}  // namespace core
}  // namespace scvigor
