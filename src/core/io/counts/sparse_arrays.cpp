#include "io/counts/sparse_arrays.hpp"

#include <algorithm>
#include <limits>

namespace scvigor {

namespace {

constexpr std::int64_t kBlockEntries = 1 << 18;

void require_vector(const h5::Dataset& data, bool integers) {
  if (data.dims().size() != 1)
    data.fail("has " + std::to_string(data.dims().size()) +
              " dimensions where 1 is expected.");
  if (integers ? data.element() != h5::Element::kInteger : !data.is_number())
    data.fail("does not hold " +
              std::string(integers ? "integers" : "numbers") + ", but " +
              h5::describe_type(data.type()) + ".");
}

// Some kBlockEntries, and of chunks that are smaller whole ones.
std::int64_t block_length(std::int64_t chunk_length) {
  if (chunk_length >= kBlockEntries) return kBlockEntries;
  return kBlockEntries / chunk_length * chunk_length;
}

}  // namespace

SparseArrays::SparseArrays(const h5::Group& group, std::int64_t n_rows,
                           std::int64_t n_columns)
    : group_(group),
      indptr_(h5::Dataset::open(group, "indptr")),
      indices_(h5::Dataset::open(group, "indices")),
      data_(h5::Dataset::open(group, "data")),
      n_rows_(n_rows),
      n_columns_(n_columns) {
  require_vector(indptr_, true);
  require_vector(indices_, true);
  require_vector(data_, false);
  if (indptr_.size() != n_rows + 1)
    indptr_.fail("has " + std::to_string(indptr_.size()) +
                 " elements; for this matrix it must have " +
                 std::to_string(n_rows + 1) + ".");
}

std::int64_t SparseArrays::max_entries() const {
  std::int64_t end = 0;
  indptr_.read({n_rows_}, {1}, &end);
  return std::clamp<std::int64_t>(end, 0,
                                  std::min(data_.size(), indices_.size()));
}

std::vector<std::int64_t> SparseArrays::read_indptr() const {
  const auto indptr = indptr_.read_all<std::int64_t>();
  if (indptr.front() != 0 || !std::is_sorted(indptr.begin(), indptr.end()))
    indptr_.fail("must ascend from 0, but does not: the file is damaged.");
  if (indptr.back() > std::min(data_.size(), indices_.size()))
    group_.fail("has " + std::to_string(data_.size()) + " values, but " +
                std::to_string(indices_.size()) + " indices, and " +
                std::to_string(indptr.back()) +
                " entries by the end of `indptr`: the file is damaged.");
  return indptr;
}

void SparseArrays::check_index(std::int64_t index) const {
  if (index < 0 || index >= n_columns_)
    indices_.fail("holds " + std::to_string(index) +
                  " where it must be from 0 to " +
                  std::to_string(n_columns_ - 1) + ": the file is damaged.");
}

SparseArrays::Reader::Reader(const SparseArrays& arrays, std::int64_t n_entries)
    : arrays_(arrays),
      indices_(arrays.indices_),
      values_(arrays.data_),
      left_(n_entries),
      block_(block_length(arrays.data_.storage().chunk[0])) {}

bool SparseArrays::Reader::next(std::vector<std::int32_t>* indices,
                                std::vector<double>* values) {
  const std::int64_t n = std::min(block_, left_);
  if (n == 0) return false;
  if (indices) {
    indices_.read(n, wide_);
    indices->resize(wide_.size());
    for (std::size_t k = 0; k < wide_.size(); ++k) {
      arrays_.check_index(wide_[k]);
      (*indices)[k] = static_cast<std::int32_t>(wide_[k]);
    }
  }
  if (values) values_.read(n, *values);
  left_ -= n;
  return true;
}

}  // namespace scvigor
