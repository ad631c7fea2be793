// Views of counts in memory: every form gives the same cells.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "data/minibatch.hpp"
#include "scvigor/counts.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

// Three cells of four genes; the second cell is empty, a zero is stored.
struct Compressed {
  std::vector<int> indptr{0, 2, 2, 5};
  std::vector<int> genes{0, 3, 1, 2, 3};
  std::vector<double> values{5.0, 1.0, 2.0, 0.0, 7.0};
  std::unique_ptr<CountSource> source() const {
    return view_compressed_cells(indptr.data(), genes.data(), values.data(), 3,
                                 4);
  }
};

CsrBlock read(const CountSource& source,
              const std::vector<std::int64_t>& cells) {
  CsrBlock out;
  // What an earlier read left behind must not show.
  out.genes = {9, 9};
  out.values = {9.0F, 9.0F};
  out.end_cell();
  source.read(cells.data(), static_cast<std::int64_t>(cells.size()), out);
  return out;
}

void check_block(const CsrBlock& block, const std::vector<std::int64_t>& indptr,
                 const std::vector<std::int32_t>& genes,
                 const std::vector<float>& values) {
  CHECK(block.indptr == indptr);
  CHECK(block.genes == genes);
  CHECK(block.values == values);
}

}  // namespace

TEST_CASE("a compressed view skips stored zeros") {
  const Compressed data;
  const auto source = data.source();
  CHECK(source->n_cells() == 3);
  CHECK(source->n_genes() == 4);
  check_block(read(*source, {0, 1, 2}), {0, 2, 2, 4}, {0, 3, 1, 3},
              {5, 1, 2, 7});
}

TEST_CASE("cells are read in the given order, repeated if given twice") {
  const Compressed data;
  const auto source = data.source();
  check_block(read(*source, {2, 0, 2}), {0, 2, 4, 6}, {1, 3, 0, 3, 1, 3},
              {2, 7, 5, 1, 2, 7});
  check_block(read(*source, {1}), {0, 0}, {}, {});
  check_block(read(*source, {}), {0}, {}, {});
}

TEST_CASE("dense views give the same cells as a compressed one") {
  const std::vector<double> doubles{5, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 7};
  const std::vector<int> ints(doubles.begin(), doubles.end());
  for (const auto& source : {view_dense_cells(doubles.data(), 3, 4),
                             view_dense_cells(ints.data(), 3, 4)}) {
    CHECK(source->n_cells() == 3);
    CHECK(source->n_genes() == 4);
    check_block(read(*source, {2, 0, 1}), {0, 2, 4, 4}, {1, 3, 0, 3},
                {2, 7, 5, 1});
  }
}

TEST_CASE("a missing integer is read as NaN, not as a number") {
  const std::vector<int> values{1, std::numeric_limits<int>::min()};
  const auto block = read(*view_dense_cells(values.data(), 1, 2), {0});
  REQUIRE(block.values.size() == 2);
  CHECK(block.values[0] == 1.0F);
  CHECK(std::isnan(block.values[1]));
}

TEST_CASE("a minibatch has the rows of every covariate in its order") {
  Cells cells;
  const Compressed data;
  cells.counts = data.source();
  cells.batch = {0, 1, 2};
  cells.labels = {5, 6, 7};
  cells.categorical = {0, 10, 1, 11, 2, 12};
  cells.continuous = {0.5, 1.5, 2.5};
  cells.size_factor = {10, 20, 30};
  const MinibatchReader reader(cells, at::kDouble);
  const std::vector<std::int64_t> positions{2, 0};
  const Minibatch batch = reader.load(positions.data(), 2);
  CHECK(batch.n_cells() == 2);
  CHECK(batch.batch.equal(at::tensor({2, 0}, at::kLong)));
  CHECK(batch.labels.equal(at::tensor({7, 5}, at::kLong)));
  CHECK(batch.categorical.equal(
      at::tensor({2, 12, 0, 10}, at::kLong).reshape({2, 2})));
  CHECK(batch.continuous.equal(
      at::tensor({2.5, 0.5}, at::kDouble).reshape({2, 1})));
  CHECK(batch.size_factor.equal(
      at::tensor({30.0, 10.0}, at::kDouble).reshape({2, 1})));
  REQUIRE_CLOSE(batch.log_library,
                at::tensor({std::log(9.0), std::log(6.0)}, at::kDouble), 1e-12);
  CHECK(batch.counts.dense().equal(
      at::tensor({0, 2, 0, 7, 5, 0, 0, 1}, at::kDouble).reshape({2, 4})));
  CHECK_FALSE(batch.latent_mean.defined());
}

TEST_CASE("a minibatch of minified cells holds their posterior") {
  Cells cells;
  cells.latent_mean = {1, 2, 3, 4};
  cells.latent_var = {5, 6, 7, 8};
  cells.log_library = {0.5, 1.5};
  CHECK(cells.n_cells() == 2);
  const MinibatchReader reader(cells, at::kDouble);
  const std::vector<std::int64_t> positions{1};
  const Minibatch batch = reader.load(positions.data(), 1);
  CHECK(
      batch.latent_mean.equal(at::tensor({3, 4}, at::kDouble).reshape({1, 2})));
  CHECK(
      batch.latent_var.equal(at::tensor({7, 8}, at::kDouble).reshape({1, 2})));
  CHECK(batch.log_library.item<double>() == 1.5);
}
