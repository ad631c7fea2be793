// Correlations of genes: streamed sums, ranks, and the verb on top.

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "inference/correlation_sum.hpp"
#include "inference/rank_table.hpp"
#include "scvigor/inference.hpp"
#include "simulated.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace {

// Values that depend on one another, far from zero.
at::Tensor correlated(std::int64_t n, std::int64_t n_genes) {
  auto generator = at::detail::createCPUGenerator(2);
  const auto normal = [&](std::int64_t rows, std::int64_t columns) {
    return at::empty({rows, columns}, at::kDouble).normal_(0, 1, generator);
  };
  return 1e3 + normal(n, 2).matmul(normal(2, n_genes)) + normal(n, n_genes);
}

at::Tensor in_blocks(const at::Tensor& values, std::int64_t size) {
  CorrelationSum sum(values.size(1));
  for (std::int64_t i = 0; i < values.size(0); i += size)
    sum.add(values.narrow(0, i, std::min(size, values.size(0) - i)));
  return sum.correlations();
}

at::Tensor ranks_of(const at::Tensor& values) {
  RankTable table(values.size(1), values.size(0));
  table.add(values.narrow(0, 0, 3));
  table.add(values.narrow(0, 3, values.size(0) - 3));
  REQUIRE(table.rank({}));
  return table.rows(0, values.size(0));
}

at::Tensor correlation_of(const Matrix& m) {
  return support::tensor_of(m.values, {m.n_rows, m.n_cols}, at::kDouble);
}

}  // namespace

TEST_CASE("correlations of values in blocks equal those of all values") {
  const at::Tensor values = correlated(101, 6);
  const at::Tensor expected = at::corrcoef(values.t());
  for (const std::int64_t size : {1, 7, 50, 101})
    REQUIRE_CLOSE(in_blocks(values, size), expected, 1e-10);
}

TEST_CASE("a gene that does not vary has no correlations") {
  at::Tensor values = correlated(40, 3);
  values.select(1, 1).fill_(0.1);
  const at::Tensor found = in_blocks(values, 9);
  CHECK(found.isnan().sum().item<std::int64_t>() == 5);
  CHECK(std::isnan(found[1][1].item<double>()));
  CHECK(found[0][0].item<double>() == 1.0);
  CHECK(std::isfinite(found[0][2].item<double>()));
}

TEST_CASE("ranks start at 1, and equal values get the mean of their ranks") {
  const at::Tensor values =
      at::tensor({3.0, 1.0, 2.0, 2.0, -7.0, 0.0, 0.0, 0.0, 0.0, 0.0},
                 at::kDouble)
          .reshape({2, 5})
          .t();
  const at::Tensor expected =
      at::tensor({5.0, 2.0, 3.5, 3.5, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0},
                 at::kDouble)
          .reshape({2, 5})
          .t();
  CHECK(ranks_of(values).equal(expected));
}

TEST_CASE("ranking can be interrupted") {
  RankTable table(2, 4);
  table.add(correlated(4, 2));
  Hooks hooks;
  hooks.interrupted = [] { return true; };
  CHECK_FALSE(table.rank(hooks));
}

TEST_CASE("feature correlations are those of the denoised samples") {
  const at::Tensor counts = support::simulate_counts(12, 9, 7);
  const Cells cells = support::cells_of(counts);
  const Model model(support::small_model(counts), 3);
  CorrelationOptions o;
  o.n_samples = 4;
  o.genes = {8, 1, 3};
  o.batch_size = 5;
  o.seed = 2;
  const auto samples_in = [&](std::int64_t batch, std::uint64_t seed) {
    DecodeOptions one = o;
    one.transform_batch = {batch};
    one.seed = seed;
    std::vector<at::Tensor> blocks;
    denoised_sample(model, cells, o.size_factor, one,
                    [&](std::int64_t, const RowBlock& rows) {
                      blocks.push_back(
                          at::from_blob(const_cast<double*>(rows.values),
                                        {rows.n_rows, rows.n_cols}, at::kDouble)
                              .clone());
                    });
    return at::cat(blocks);
  };
  for (const bool ranks : {false, true}) {
    INFO("ranks " << ranks);
    const auto correlations = [&](const at::Tensor& values) {
      return at::corrcoef((ranks ? ranks_of(values) : values).t());
    };
    o.ranks = ranks;
    o.transform_batch = {1};
    const at::Tensor one = correlation_of(feature_correlation(model, cells, o));
    REQUIRE_CLOSE(one, correlations(samples_in(1, 2)), 1e-10);
    // several batches: the mean of the correlations, each with its own draws
    o.transform_batch = {1, 0};
    const at::Tensor both =
        correlation_of(feature_correlation(model, cells, o));
    REQUIRE_CLOSE(
        both, (one + correlations(samples_in(0, derive_draw_seed(2, 1)))) / 2,
        1e-10);
  }
}

TEST_CASE("correlations need more than one value per gene") {
  const at::Tensor counts = support::simulate_counts(1, 9, 7);
  const Model model(support::small_model(counts), 3);
  CorrelationOptions o;
  o.n_samples = 1;
  CHECK_THROWS_AS(feature_correlation(model, support::cells_of(counts), o),
                  ArgumentError);
}

TEST_CASE("only a linear decoder has loadings") {
  const at::Tensor counts = support::simulate_counts(12, 9, 7);
  ModelOptions o = support::small_model(counts);
  CHECK_THROWS_AS(loadings(Model(o, 3)), ArgumentError);
  o.decoder = DecoderKind::kLinear;
  const Matrix found = loadings(Model(o, 3));
  CHECK(found.n_rows == 9);
  CHECK(found.n_cols == 3);
}
