#include "training.hpp"

#include <ATen/ATen.h>

#include "catch.hpp"
#include "scvigor/error.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"

using namespace scvigor;

namespace support {

Training::Training() {
  const at::Tensor counts = simulate_counts(230, 40, 11);
  cells = cells_of(counts);
  model = small_model(counts);
  options.max_epochs = 6;
  options.batch_size = 32;
  options.n_epochs_kl_warmup = 4;
  split = split_cells(cells.n_cells(), options, 1);
}

Trained run(const Training& t) {
  Model model(t.model, 5,
              library_prior(*t.cells.counts, t.cells.batch, t.model.n_batch));
  TrainResult result;
  {
    const DeviceScope device(model, t.accelerator, {});
    result = train(model, t.cells, t.split, t.options, t.seed, t.hooks);
  }
  return {std::move(model), std::move(result)};
}

std::string numeric_error(Model& model, const Training& t) {
  try {
    train(model, t.cells, t.split, t.options, t.seed);
    FAIL("no error");
  } catch (const NumericError& error) {
    CHECK(error.epoch() == 1);
    return error.what();
  }
  return {};
}

std::vector<double> column(const History& history, const std::string& name) {
  for (const auto& [key, values] : history.columns)
    if (key == name) return values;
  FAIL("the history has no column " << name);
  return {};
}

std::vector<double> all_values(const State& state) {
  std::vector<double> out;
  for (const auto& tensor : state)
    out.insert(out.end(), tensor.values.begin(), tensor.values.end());
  return out;
}

}  // namespace support
