#include "collect.hpp"

#include <ATen/ATen.h>

#include "catch.hpp"
#include "support.hpp"

using namespace scvigor;

namespace support {
namespace {

// Puts row blocks below one another.
class Collector {
 public:
  void add(const RowBlock& block) {
    REQUIRE(block.first == n_rows_);
    if (n_rows_ > 0) REQUIRE(block.n_cols == n_cols_);
    n_cols_ = block.n_cols;
    n_rows_ += block.n_rows;
    values_.insert(values_.end(), block.values,
                   block.values + block.n_rows * block.n_cols);
  }
  at::Tensor get() const {
    return at::tensor(values_, at::kDouble).reshape({n_rows_, n_cols_});
  }

 private:
  std::int64_t n_rows_ = 0;
  std::int64_t n_cols_ = 0;
  std::vector<double> values_;
};

}  // namespace

at::Tensor tensor_of(const Matrix& matrix) {
  return at::tensor(matrix.values, at::kDouble)
      .reshape({matrix.n_rows, matrix.n_cols});
}

at::Tensor expression(const Model& model, const Cells& cells,
                      const ExpressionOptions& options) {
  Collector collector;
  normalized_expression(model, cells, options,
                        [&](const RowBlock& block) { collector.add(block); });
  return collector.get();
}

at::Tensor predictive(const Model& model, const Cells& cells,
                      const DecodeOptions& options) {
  std::vector<Collector> samples(static_cast<std::size_t>(options.n_samples));
  posterior_predictive_sample(
      model, cells, options, [&](std::int64_t sample, const RowBlock& block) {
        samples.at(static_cast<std::size_t>(sample)).add(block);
      });
  std::vector<at::Tensor> all;
  for (const auto& sample : samples) all.push_back(sample.get());
  return at::stack(all);
}

Cells minify(const Model& model, Cells cells) {
  const Posterior posterior = latent_posterior(model, cells);
  cells.latent_mean = posterior.mean.values;
  cells.latent_var = posterior.var.values;
  cells.log_library = log_library_sizes(*cells.counts);
  cells.counts.reset();
  return cells;
}

}  // namespace support
