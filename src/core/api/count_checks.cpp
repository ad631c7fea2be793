#include "scvigor/count_checks.hpp"

#include "api/errors.hpp"
#include "data/count_checks.hpp"

namespace scvigor {

bool has_ascending_genes(const int* indptr, const int* genes,
                         std::int64_t n_cells, std::int64_t n_genes) {
  return without_torch_errors([&] {
    return core::has_ascending_genes(indptr, genes, n_cells, n_genes);
  });
}

std::vector<std::int64_t> empty_genes(const CountSource& source) {
  return without_torch_errors([&] { return core::empty_genes(source); });
}

}  // namespace scvigor
