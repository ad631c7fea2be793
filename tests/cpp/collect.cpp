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

template <class T>
std::vector<T> take(const std::vector<T>& values, std::size_t n_cells,
                    const std::vector<std::int64_t>& positions) {
  const std::size_t width = values.size() / n_cells;
  std::vector<T> out;
  for (const auto i : positions) {
    const auto first =
        values.begin() +
        static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * width);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  return out;
}

// Some cells of another source, in another order.
class Subset final : public CountSource {
 public:
  Subset(std::shared_ptr<const CountSource> from,
         std::vector<std::int64_t> positions)
      : from_(std::move(from)), positions_(std::move(positions)) {}

  std::int64_t n_cells() const override {
    return static_cast<std::int64_t>(positions_.size());
  }
  std::int64_t n_genes() const override { return from_->n_genes(); }
  void read(const std::int64_t* cells, std::int64_t n,
            CsrBlock& out) const override {
    std::vector<std::int64_t> moved;
    for (std::int64_t i = 0; i < n; ++i)
      moved.push_back(positions_[static_cast<std::size_t>(cells[i])]);
    from_->read(moved.data(), n, out);
  }

 private:
  std::shared_ptr<const CountSource> from_;
  std::vector<std::int64_t> positions_;
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

Cells take_cells(const Cells& cells,
                 const std::vector<std::int64_t>& positions) {
  const auto n = static_cast<std::size_t>(cells.n_cells());
  Cells out;
  if (cells.counts)
    out.counts = std::make_shared<Subset>(cells.counts, positions);
  out.batch = take(cells.batch, n, positions);
  out.labels = take(cells.labels, n, positions);
  out.categorical = take(cells.categorical, n, positions);
  out.continuous = take(cells.continuous, n, positions);
  out.size_factor = take(cells.size_factor, n, positions);
  out.latent_mean = take(cells.latent_mean, n, positions);
  out.latent_var = take(cells.latent_var, n, positions);
  out.log_library = take(cells.log_library, n, positions);
  return out;
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
