#include "simulated.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <vector>

#include "support.hpp"

using namespace scvigor;

namespace support {
namespace {

class OwnedDense final : public CountSource {
 public:
  explicit OwnedDense(const at::Tensor& counts)
      : counts_(counts.to(at::kDouble).contiguous()),
        view_(view_dense_cells(counts_.data_ptr<double>(), counts_.size(0),
                               counts_.size(1))) {}

  std::int64_t n_cells() const override { return view_->n_cells(); }
  std::int64_t n_genes() const override { return view_->n_genes(); }
  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    view_->read(cells, n, out);
  }

 private:
  at::Tensor counts_;
  std::unique_ptr<CountSource> view_;
};

class OwnedCompressed final : public CountSource {
 public:
  explicit OwnedCompressed(const at::Tensor& counts) {
    const auto sparse = sparse_of(counts.to(at::kDouble));
    indptr_ = sparse.indptr.to(at::kInt).contiguous();
    genes_ = sparse.genes;
    values_ = sparse.values.contiguous();
    view_ = view_compressed_cells(
        indptr_.data_ptr<int>(), genes_.data_ptr<int>(),
        values_.data_ptr<double>(), counts.size(0), counts.size(1));
  }

  std::int64_t n_cells() const override { return view_->n_cells(); }
  std::int64_t n_genes() const override { return view_->n_genes(); }
  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    view_->read(cells, n, out);
  }

 private:
  at::Tensor indptr_;
  at::Tensor genes_;
  at::Tensor values_;
  std::unique_ptr<CountSource> view_;
};

}  // namespace

at::Tensor simulate_counts(std::int64_t n_cells, std::int64_t n_genes,
                           std::uint64_t seed) {
  constexpr double kTheta = 2.0;
  auto generator = at::detail::createCPUGenerator(seed);
  const auto normal = [&](std::int64_t rows, std::int64_t columns) {
    return at::empty({rows, columns}, at::kDouble).normal_(0, 1, generator);
  };
  // log mu = gene + group effect + batch effect + cell size
  const at::Tensor group = (at::arange(n_cells, at::kLong) % 4 >= 2);
  const at::Tensor batch = at::arange(n_cells, at::kLong) % 2;
  at::Tensor group_effect = 1.5 * normal(2, n_genes);
  group_effect.narrow(1, 0, n_genes / 2).zero_();
  const at::Tensor mu = (0.5 + 0.8 * normal(1, n_genes) +
                         group_effect.index_select(0, group.to(at::kLong)) +
                         0.3 * normal(2, n_genes).index_select(0, batch) +
                         0.2 * normal(n_cells, 1))
                            .exp();
  const at::Tensor gamma =
      at::_standard_gamma(at::full_like(mu, kTheta), generator) / kTheta;
  return at::poisson(mu * gamma, generator);
}

std::shared_ptr<const CountSource> dense_source(const at::Tensor& counts) {
  return std::make_shared<OwnedDense>(counts);
}

std::shared_ptr<const CountSource> compressed_source(const at::Tensor& counts) {
  return std::make_shared<OwnedCompressed>(counts);
}

Cells cells_of(const at::Tensor& counts) {
  Cells cells;
  cells.counts = compressed_source(counts);
  for (std::int64_t i = 0; i < counts.size(0); ++i)
    cells.batch.push_back(i % 2);
  return cells;
}

ModelOptions small_model(const at::Tensor& counts) {
  ModelOptions o;
  o.n_genes = counts.size(1);
  o.n_batch = 2;
  o.n_hidden = 16;
  o.n_latent = 3;
  return o;
}

}  // namespace support
