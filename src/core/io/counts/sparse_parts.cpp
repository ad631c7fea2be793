#include "io/counts/sparse_parts.hpp"

#include <limits>

namespace scvigor {

namespace {

constexpr std::int64_t kBlock = 1 << 20;

void require_vector(const h5::Dataset& data, bool integers) {
  if (data.dims().size() != 1)
    data.fail("has " + std::to_string(data.dims().size()) +
              " dimensions where 1 is expected.");
  if (integers ? data.element() != h5::Element::kInteger : !data.is_number())
    data.fail(integers ? "does not hold integers." : "does not hold numbers.");
}

}  // namespace

std::int64_t block_length(std::int64_t chunk_length) {
  // A larger chunk stays in HDF5's cache while it is read in parts.
  if (chunk_length >= kBlock) return kBlock;
  return kBlock / chunk_length * chunk_length;
}

SparseParts::SparseParts(const h5::Group& group, std::int64_t n_rows,
                         std::int64_t n_columns)
    : indptr_(h5::Dataset::open(group, "indptr")),
      indices_(h5::Dataset::open(group, "indices")),
      data_(h5::Dataset::open(group, "data")),
      n_rows_(n_rows),
      n_columns_(n_columns) {
  require_vector(indptr_, true);
  require_vector(indices_, true);
  require_vector(data_, false);
  if (indices_.size() != data_.size())
    group.fail("has " + std::to_string(data_.size()) + " values, but " +
               std::to_string(indices_.size()) +
               " indices: the file is damaged.");
  if (indptr_.size() != n_rows + 1)
    indptr_.fail("has " + std::to_string(indptr_.size()) +
                 " elements; for this matrix it must have " +
                 std::to_string(n_rows + 1) + ".");
  if (data_.size() > std::numeric_limits<std::int32_t>::max())
    group.fail("has " + std::to_string(data_.size()) +
               " non-zero values. A sparse matrix in memory holds at most "
               "2147483647: split the file by cells.");
  block_ = block_length(data_.chunk()[0]);
}

std::vector<std::int32_t> SparseParts::read_indptr() const {
  const auto indptr = indptr_.read_all<std::int32_t>();
  if (indptr.front() != 0 || indptr.back() != n_entries() ||
      !std::is_sorted(indptr.begin(), indptr.end()))
    indptr_.fail("must ascend from 0 to " + std::to_string(n_entries()) +
                 ", the number of values, but does not: the file is "
                 "damaged.");
  return indptr;
}

void SparseParts::read_indices(std::int64_t first, std::int64_t n,
                               std::vector<std::int32_t>& out) const {
  out.resize(static_cast<std::size_t>(n));
  indices_.read({first}, {n}, out.data());
  for (const std::int32_t index : out)
    if (index < 0 || index >= n_columns_)
      indices_.fail("holds " + std::to_string(index) +
                    " where it must be from 0 to " +
                    std::to_string(n_columns_ - 1) + ": the file is damaged.");
}

void SparseParts::read_values(std::int64_t first, std::int64_t n,
                              std::vector<double>& out) const {
  out.resize(static_cast<std::size_t>(n));
  data_.read({first}, {n}, out.data());
}

}  // namespace scvigor
