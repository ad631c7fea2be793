// The number of threads changes no bit of any result.

#include <ATen/ATen.h>

#include <cstring>
#include <vector>

#include "catch.hpp"
#include "collect.hpp"
#include "scvigor/de.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "training.hpp"

using namespace scvigor;
using support::Training;

namespace {

// Large enough for several threads to get work in most regions.
Training wide_training(GeneLikelihood likelihood, std::int64_t n_layers) {
  const at::Tensor counts = support::simulate_counts(700, 1100, 3);
  Training t;
  t.cells = support::cells_of(counts);
  t.model = support::small_model(counts);
  t.model.n_hidden = 128;
  t.model.n_layers = n_layers;
  t.model.gene_likelihood = likelihood;
  t.options.max_epochs = 2;
  t.options.batch_size = 300;
  t.split = split_cells(t.cells.n_cells(), t.options, 1);
  return t;
}

DeOptions halves(std::int64_t n_cells) {
  DeOptions options;
  options.parts.resize(2);
  for (std::int64_t i = 0; i < n_cells; ++i)
    options.parts[static_cast<std::size_t>(i % 2)].push_back(i);
  options.comparisons = {{{0}, {1}}};
  options.test.pseudocounts = 1e-4;
  options.n_samples_overall = 2000;
  options.m_permutation = 2000;
  return options;
}

// All that a run computes, one number after another.
std::vector<double> results(const Training& t, int n_threads) {
  const ThreadScope threads(n_threads);
  const Model model = std::move(support::run(t).model);
  auto out = support::all_values(model.state());
  const auto add = [&](const std::vector<double>& values) {
    out.insert(out.end(), values.begin(), values.end());
  };
  const auto add_tensor = [&](const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kDouble).contiguous();
    out.insert(out.end(), flat.data_ptr<double>(),
               flat.data_ptr<double>() + flat.numel());
  };
  for (const std::int64_t batch_size : {64, 700}) {
    LatentOptions latent;
    latent.batch_size = batch_size;
    add(latent_representation(model, t.cells, latent).values);
    ExpressionOptions expression;
    expression.batch_size = batch_size;
    add_tensor(support::expression(model, t.cells, expression));
  }
  for (const auto& table :
       differential_expression(model, t.cells, halves(t.cells.n_cells())))
    for (const auto& column : table.columns) add(column);
  return out;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), sizeof(double) * a.size()) == 0;
}

}  // namespace

TEST_CASE(
    "weights, latents, expression and DE are the same for any number of "
    "threads") {
  for (const auto& t : {wide_training(GeneLikelihood::kZinb, 1),
                        wide_training(GeneLikelihood::kNb, 2)}) {
    const auto expected = results(t, 1);
    for (const int n_threads : {2, 3, 4}) {
      INFO(n_threads << " threads, " << to_string(t.model.gene_likelihood));
      CHECK(same_bits(results(t, n_threads), expected));
    }
  }
}
