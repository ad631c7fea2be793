#ifndef SCVIGOR_CORE_DATA_COUNT_VIEWS_HPP
#define SCVIGOR_CORE_DATA_COUNT_VIEWS_HPP

#include <cstdint>
#include <memory>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor::core {

// See scvigor/packed_counts.hpp.
std::shared_ptr<const CountSource> view_cells(
    std::shared_ptr<const CountSource> source, std::vector<std::int64_t> cells);
std::shared_ptr<const CountSource> view_genes(
    std::shared_ptr<const CountSource> source,
    const std::vector<std::int64_t>& genes);
std::shared_ptr<const CountSource> join_cells(
    std::vector<std::shared_ptr<const CountSource>> parts);

}  // namespace scvigor::core

#endif
