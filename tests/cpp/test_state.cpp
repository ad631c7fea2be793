// A model's state as plain data: out, and back into a model that is the same.

#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "model/vae.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/model.hpp"
#include "scvigor/train.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

bool same(const State& a, const State& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const StateTensor& x, const StateTensor& y) {
                      return x.name == y.name && x.shape == y.shape &&
                             x.values == y.values;
                    });
}

// Models of many kinds, with what their cells need.
std::vector<ModelOptions> kinds_of_model(const at::Tensor& counts) {
  const ModelOptions base = support::small_model(counts);
  std::vector<ModelOptions> out{base};
  out.push_back(base);
  out.back().precision = Precision::kFloat64;
  out.push_back(base);
  out.back().dispersion = Dispersion::kGeneBatch;
  out.back().gene_likelihood = GeneLikelihood::kNb;
  out.push_back(base);
  out.back().dispersion = Dispersion::kGeneCell;
  out.back().n_layers = 2;
  out.push_back(base);
  out.back().use_observed_lib_size = false;
  out.back().encode_covariates = true;
  out.push_back(base);
  out.back().batch_representation = BatchRepresentation::kEmbedding;
  out.push_back(base);
  out.back().decoder = DecoderKind::kLinear;
  out.back().linear_decoder_bias = true;
  return out;
}

State changed(State state, const std::string& name,
              void (*change)(StateTensor&)) {
  for (auto& tensor : state)
    if (tensor.name == name) change(tensor);
  return state;
}

}  // namespace

TEST_CASE("a model made from a state gives the results of the original model") {
  const at::Tensor counts = support::simulate_counts(60, 20, 1);
  const Cells cells = support::cells_of(counts);
  TrainOptions train_options;
  train_options.max_epochs = 2;
  for (const auto& options : kinds_of_model(counts)) {
    Model model(options, 7,
                library_prior(*cells.counts, cells.batch, options.n_batch));
    const Split split = split_cells(cells.n_cells(), train_options, 1);
    train(model, cells, split, train_options, 1);

    const State state = model.state();
    const Model copy(options, state);
    CHECK(same(copy.state(), state));
    CHECK(copy.n_parameters() == model.n_parameters());
    const auto a = latent_posterior(model, cells);
    const auto b = latent_posterior(copy, cells);
    CHECK(a.mean.values == b.mean.values);
    CHECK(a.var.values == b.var.values);
    CHECK(cell_losses(model, cells).reconstruction_loss ==
          cell_losses(copy, cells).reconstruction_loss);
  }
}

TEST_CASE("names in a state are unique, and shapes match the values") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  for (const auto& options : kinds_of_model(counts)) {
    const Model model(options, 7, {{0.0, 0.0}, {1.0, 1.0}});
    std::set<std::string> names;
    for (const auto& tensor : model.state()) {
      INFO(tensor.name);
      CHECK(names.insert(tensor.name).second);
      std::size_t size = 1;
      for (const auto n : tensor.shape) size *= static_cast<std::size_t>(n);
      CHECK(tensor.values.size() == size);
    }
  }
}

TEST_CASE("the seed decides the weights") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  const auto options = support::small_model(counts);
  CHECK(same(Model(options, 5).state(), Model(options, 5).state()));
  CHECK_FALSE(same(Model(options, 5).state(), Model(options, 6).state()));
}

TEST_CASE("a model moves with its weights") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  const auto options = support::small_model(counts);
  Model first(options, 5);
  const State state = first.state();
  Model second(std::move(first));
  CHECK(same(second.state(), state));
  Model third(options, 6);
  third = std::move(second);
  CHECK(same(third.state(), state));
}

TEST_CASE("a state that does not fit is refused by name") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  const auto options = support::small_model(counts);
  const State state = Model(options, 5).state();
  const std::string name = "z_encoder.mean_encoder.weight";
  const auto refused = [&](const State& bad) -> std::string {
    try {
      const Model model(options, bad);
    } catch (const ArgumentError& error) {
      CHECK(error.argument() == "state");
      return error.what();
    }
    return "accepted";
  };

  State missing = state;
  missing.erase(std::find_if(
      missing.begin(), missing.end(),
      [&](const StateTensor& tensor) { return tensor.name == name; }));
  CHECK_THAT(refused(missing), contains(name));

  const State transposed = changed(state, name, [](StateTensor& tensor) {
    std::reverse(tensor.shape.begin(), tensor.shape.end());
  });
  CHECK_THAT(refused(transposed),
             contains(name) && contains("16 x 3") && contains("3 x 16"));

  const State cut = changed(
      state, name, [](StateTensor& tensor) { tensor.values.pop_back(); });
  CHECK_THAT(refused(cut), contains(name));
  CHECK_THAT(refused({}), contains("lack"));
}

TEST_CASE("tensors that a model does not have are ignored") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  const auto options = support::small_model(counts);
  State state = Model(options, 5).state();
  const State plain = state;
  state.push_back({"something.else", {2}, {1.0, 2.0}});
  CHECK(same(Model(options, state).state(), plain));
}

// Freezing and new levels go by tags; the names say the same in words.
TEST_CASE("tags of a state agree with its names") {
  const at::Tensor counts = support::simulate_counts(10, 20, 1);
  const auto has = [](const std::string& name, const std::string& part) {
    return name.find(part) != std::string::npos;
  };
  for (const auto& options : kinds_of_model(counts)) {
    const Model model(options, 7, {{0.0, 0.0}, {1.0, 1.0}});
    for (const auto& [name, tag, parts, transposed, is_buffer, shape,
                      n_one_hot] : model.vae().state().entries()) {
      INFO(name);
      CHECK((tag.module == StateModule::kZEncoder) == has(name, "z_encoder."));
      CHECK((tag.module == StateModule::kLibraryEncoder) ==
            has(name, "l_encoder."));
      CHECK((tag.module == StateModule::kDecoderHidden) ==
            has(name, "decoder.px_decoder."));
      const auto layer = name.find("Layer ");
      CHECK(tag.layer == (layer == std::string::npos
                              ? StateTag::kNoLayer
                              : std::stoi(name.substr(layer + 6))));
      CHECK((tag.kind == StateKind::kBatchNorm) ==
            (tag.layer >= 0 && name[name.find('.', layer) + 1] == '1'));
      CHECK((tag.kind == StateKind::kDispersion) == (name == "px_r"));
      CHECK((tag.kind == StateKind::kLibraryPrior) ==
            has(name, "library_log_"));
      CHECK((tag.kind == StateKind::kBatchEmbedding) ==
            has(name, "_embeddings_dict."));
      CHECK((tag.levels == LevelRows::kBatch) ==
            (has(name, "_embeddings_dict.") ||
             (name == "px_r" && options.dispersion == Dispersion::kGeneBatch)));
    }
  }
}
