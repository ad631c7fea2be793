#ifndef SCVIGOR_CORE_IO_COUNTS_MERGE_GENES_HPP
#define SCVIGOR_CORE_IO_COUNTS_MERGE_GENES_HPP

#include <cstdint>
#include <utility>
#include <vector>

namespace scvigor {

struct EntryArrays {
  std::int32_t* genes;
  double* values;
};
using MergeScratch = std::vector<std::pair<std::int32_t, double>>;

// Moves the entries [begin, end) of a cell to `kept`, which is not after
// `begin`, sorted by gene and those of one gene as one, their sum. Returns
// where they end.
std::int64_t merge_genes(EntryArrays arrays, std::int64_t begin,
                         std::int64_t end, std::int64_t kept,
                         MergeScratch& scratch);

}  // namespace scvigor

#endif
