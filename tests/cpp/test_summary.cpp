// What a look at the whole data finds: bad counts, library sizes, their prior.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "scvigor/count_checks.hpp"
#include "scvigor/counts.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

at::Tensor matrix(const std::vector<double>& values, std::int64_t n_cells) {
  return at::tensor(values, at::kDouble).reshape({n_cells, -1});
}

}  // namespace

TEST_CASE("valid counts have no anomalies") {
  const auto found = summarize_counts(
      *support::dense_source(support::simulate_counts(2100, 5, 1) + 1.0));
  CHECK(found.n_negative == 0);
  CHECK(found.n_not_finite == 0);
  CHECK(found.n_fractional == 0);
  CHECK(found.n_empty_cells == 0);
}

TEST_CASE("bad counts are counted by kind, however they are stored") {
  const at::Tensor counts = matrix({1, -2, 0.5,             //
                                    kNan, kInfinity, 3,     //
                                    0, 0, 0,                //
                                    -kInfinity, -0.5, 2.5,  //
                                    1e6, 0, 16777217},
                                   5);
  // Those of the tests have to be read, the views look where the values lie.
  const auto sparse = support::sparse_of(counts);
  const at::Tensor indptr = sparse.indptr.to(at::kInt);
  const std::shared_ptr<const CountSource> sources[] = {
      support::dense_source(counts), support::compressed_source(counts),
      view_dense_cells(counts.data_ptr<double>(), 5, 3),
      view_compressed_cells(indptr.data_ptr<int>(),
                            sparse.genes.data_ptr<int>(),
                            sparse.values.data_ptr<double>(), 5, 3)};
  for (const auto& source : sources)
    support::for_each_cpu_level([&](const std::string& level) {
      INFO(level);
      const auto found = summarize_counts(*source);
      CHECK(found.n_negative == 2);
      CHECK(found.n_not_finite == 3);
      CHECK(found.n_fractional == 2);
      CHECK(found.n_empty_cells == 1);
    });
}

TEST_CASE("missing integers are not finite") {
  const std::vector<int> values{1, std::numeric_limits<int>::min(), -3, 0};
  const auto found = summarize_counts(*view_dense_cells(values.data(), 2, 2));
  CHECK(found.n_not_finite == 1);
  CHECK(found.n_negative == 1);
  CHECK(found.n_fractional == 0);
}

TEST_CASE("a cell of stored zeros is empty") {
  const std::vector<int> indptr{0, 2, 3};
  const std::vector<int> genes{0, 1, 1};
  const std::vector<double> values{0.0, 0.0, 4.0};
  const auto source =
      view_compressed_cells(indptr.data(), genes.data(), values.data(), 2, 3);
  CHECK(summarize_counts(*source).n_empty_cells == 1);
  CHECK(log_library_sizes(*source) ==
        std::vector<double>{-kInfinity, std::log(4.0)});
}

TEST_CASE("genes that do not ascend or are not among the genes are found") {
  const std::int64_t n_genes = 40;
  std::vector<int> indptr{0, 0};
  std::vector<int> genes;
  for (int cell = 0; cell < 600; ++cell) {
    for (int gene = cell % 3; gene < n_genes; gene += 1 + cell % 4)
      genes.push_back(gene);
    indptr.push_back(static_cast<int>(genes.size()));
  }
  const auto valid = [&] {
    return has_ascending_genes(indptr.data(), genes.data(), 601, n_genes);
  };
  support::for_each_cpu_level([&](const std::string& level) {
    INFO(level);
    CHECK(valid());
    CHECK_FALSE(has_ascending_genes(indptr.data(), genes.data(), 601, 39));
    for (std::size_t at = 0; at < genes.size(); at += 7) {
      const int before = genes[at];
      for (const int wrong : {-1, std::numeric_limits<int>::min(), 40,
                              std::numeric_limits<int>::max()}) {
        genes[at] = wrong;
        CHECK_FALSE(valid());
      }
      genes[at] = before;
    }
    std::swap(genes[4], genes[5]);
    CHECK_FALSE(valid());
    std::swap(genes[4], genes[5]);
  });
}

TEST_CASE("genes without any count are found, however counts are stored") {
  at::Tensor counts = support::simulate_counts(700, 9, 3) + 1.0;
  counts.select(1, 4).zero_();
  counts.select(1, 8).zero_();
  counts[699][8] = 1.0;
  const std::vector<std::int64_t> expected{4};
  CHECK(empty_genes(*support::dense_source(counts)) == expected);
  CHECK(empty_genes(*support::compressed_source(counts)) == expected);

  const std::vector<int> indptr{0, 2, 3};
  const std::vector<int> genes{0, 1, 1};
  const std::vector<double> values{0.0, 0.0, 4.0};
  CHECK(empty_genes(*view_compressed_cells(indptr.data(), genes.data(),
                                           values.data(), 2, 3)) ==
        std::vector<std::int64_t>{0, 2});
}

TEST_CASE("a source without cells has no anomalies") {
  const auto source =
      view_dense_cells(static_cast<const double*>(nullptr), 0, 3);
  const auto found = summarize_counts(*source);
  CHECK(found.n_empty_cells == 0);
  CHECK(log_library_sizes(*source).empty());
}

TEST_CASE("library sizes are the logs of the total counts") {
  const at::Tensor counts = support::simulate_counts(2500, 4, 2);
  REQUIRE_CLOSE(
      at::tensor(log_library_sizes(*support::compressed_source(counts))),
      counts.sum(1).log(), 1e-12);
}

TEST_CASE("the prior of the library size is computed per batch") {
  const at::Tensor counts = matrix({1, 1, 3, 1, 7, 9, 0, 0}, 4);
  const auto source = support::dense_source(counts);
  const auto prior = library_prior(*source, {0, 0, 2, 2}, 3);
  const double a = std::log(2.0);
  const double b = std::log(4.0);
  const double c = std::log(16.0);
  CHECK(prior.log_means[0] == Approx((a + b) / 2));
  CHECK(prior.log_vars[0] == Approx((b - a) * (b - a) / 4));
  // Nobody in batch 1.
  CHECK(prior.log_means[1] == 0.0);
  CHECK(prior.log_vars[1] == 1.0);
  // An empty cell counts with 0.
  CHECK(prior.log_means[2] == Approx(c / 2));
  CHECK(prior.log_vars[2] == Approx(c * c / 4));

  const auto all = library_prior(*source, {}, 1);
  CHECK(all.log_means[0] == Approx((a + b + c) / 4));
}
