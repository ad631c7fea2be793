// A reference that learns about further levels.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "catch.hpp"
#include "model/vae.hpp"
#include "module_reference.hpp"
#include "query_reference.hpp"
#include "reference.hpp"
#include "scvigor/transfer.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

const StateTensor& tensor(const State& state, const std::string& name) {
  for (const auto& t : state)
    if (t.name == name) return t;
  FAIL("no tensor " << name);
  return state.front();
}

at::Tensor values(const State& state, const std::string& name) {
  const StateTensor& t = tensor(state, name);
  return support::tensor_of(t.values, t.shape, at::kDouble);
}

Levels levels_of(const ModelOptions& o) {
  return {o.n_batch, o.n_labels, o.n_cats_per_cov};
}

LibraryPrior prior_of(std::int64_t n_batch) {
  LibraryPrior prior;
  for (std::int64_t b = 0; b < n_batch; ++b) {
    prior.log_means.push_back(5.0 + static_cast<double>(b));
    prior.log_vars.push_back(0.5);
  }
  return prior;
}

ModelOptions batches(std::int64_t n_batch) {
  ModelOptions o;
  o.n_genes = 15;
  o.n_batch = n_batch;
  o.n_hidden = 7;
  o.n_latent = 4;
  o.precision = Precision::kFloat64;
  return o;
}

Model grown(const Model& reference, Levels levels) {
  return add_levels(reference, levels, prior_of(levels.n_batch), 3);
}

const std::string kDecoder = "decoder.px_decoder.fc_layers.Layer 0.0.weight";
const std::string kEmbedding = "_embeddings_dict.batch.weight";

}  // namespace

TEST_CASE("new levels do not change the output for the reference's cells",
          "[reference][query]") {
  for (const auto& path : reference::files("query_tiny_")) {
    INFO(reference::file_name(path));
    const reference::File file(path);
    const QueryOptions options = query_options(file);
    const Model reference(options.reference,
                          state_of(file, "reference_weights"));
    ModuleCase c(path, options.query, "query_weights", "reference_inputs");
    c.model() = grown(reference, levels_of(options.query));
    const at::NoGradGuard no_grad;
    auto outputs = c.outputs(Mode{});
    for (const std::string name : {"qz_mean", "px_rate"}) {
      const auto expected = file.read("reference_eval/" + name);
      REQUIRE_CLOSE(
          outputs.at(name),
          support::tensor_of(expected.values, expected.shape, at::kDouble),
          1e-9);
    }
  }
}

// Where each one-hot column of the reference goes in the query's layer, counted
// from its first one-hot column: levels of the batch, then of each covariate.
std::vector<std::int64_t> places_of_columns(const QueryOptions& options) {
  const auto levels = [](const ModelOptions& o) {
    std::vector<std::int64_t> out;
    if (o.batch_representation == BatchRepresentation::kOneHot)
      out.push_back(o.n_batch);
    out.insert(out.end(), o.n_cats_per_cov.begin(), o.n_cats_per_cov.end());
    return out;
  };
  const auto columns = [](std::int64_t n) { return n > 1 ? n : 0; };
  const auto before = levels(options.reference);
  const auto after = levels(options.query);
  std::vector<std::int64_t> out;
  std::int64_t start = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    for (std::int64_t i = 0; i < columns(before[k]); ++i)
      out.push_back(start + i);
    start += columns(after[k]);
  }
  return out;
}

// The reference's columns of a layer, as they are here and in scvi-tools,
// which appends columns of new levels behind all others.
void check_columns(const std::string& name, const QueryOptions& options,
                   const State& known, const State& ours, const State& theirs) {
  const auto places = places_of_columns(options);
  const at::Tensor before = values(known, name);
  const at::Tensor mine = values(ours, name);
  const auto n_old = before.size(1);
  const auto n_other = n_old - static_cast<std::int64_t>(places.size());
  CHECK(at::equal(values(theirs, name).narrow(1, 0, n_old), before));
  CHECK(at::equal(mine.narrow(1, 0, n_other), before.narrow(1, 0, n_other)));
  for (std::size_t k = 0; k < places.size(); ++k)
    CHECK(at::equal(mine.select(1, n_other + places[k]),
                    before.select(1, n_other + static_cast<std::int64_t>(k))));
}

TEST_CASE("the columns of new levels are those that the forward pass reads",
          "[reference][query]") {
  for (const auto& path : reference::files("query_tiny_")) {
    const reference::File file(path);
    const QueryOptions options = query_options(file);
    const State known = state_of(file, "reference_weights");
    const State ours =
        grown(Model(options.reference, known), levels_of(options.query))
            .state();
    const State theirs = state_of(file, "query_weights");
    for (const auto& [name, shape] : query_shapes(file)) {
      INFO(reference::file_name(path) << ": " << name);
      const auto& before = tensor(known, name).shape;
      const bool grows = name.find("fc_layers") != std::string::npos &&
                         before.size() == 2 && shape != before;
      if (grows) check_columns(name, options, known, ours, theirs);
    }
  }
}

TEST_CASE("TL15 the column of a single reference level starts at zero") {
  const Model reference(batches(1), 5);
  const State state = grown(reference, {3, 1, {}}).state();
  const at::Tensor weight = values(state, kDecoder);
  REQUIRE(weight.size(1) == 4 + 3);
  CHECK(weight.select(1, 4).abs().max().item<double>() == 0.0);
  CHECK(weight.select(1, 5).abs().min().item<double>() > 0.0);
  CHECK(at::equal(weight.narrow(1, 0, 4), values(reference.state(), kDecoder)));
}

TEST_CASE(
    "a covariate with one level gets its columns in the order of the "
    "covariates") {
  ModelOptions options = batches(2);
  options.n_cats_per_cov = {1, 3};
  const Model reference(options, 5);
  const at::Tensor before = values(reference.state(), kDecoder);
  const at::Tensor after =
      values(grown(reference, {2, 1, {2, 4}}).state(), kDecoder);
  REQUIRE(after.size(1) == 4 + 2 + 2 + 4);
  CHECK(at::equal(after.narrow(1, 0, 6), before.narrow(1, 0, 6)));
  CHECK(after.select(1, 6).abs().max().item<double>() == 0.0);
  CHECK(at::equal(after.narrow(1, 8, 3), before.narrow(1, 6, 3)));
}

TEST_CASE(
    "TL10 the library prior of new batches is appended to the reference's") {
  ModelOptions options = batches(2);
  options.use_observed_lib_size = false;
  const Model reference(options, 5, {{1.0, 2.0}, {0.1, 0.2}});
  const State state = grown(reference, {4, 1, {}}).state();
  CHECK(tensor(state, "library_log_means").values ==
        std::vector<double>{1.0, 2.0, 7.0, 8.0});
  CHECK(tensor(state, "library_log_vars").values ==
        std::vector<double>{0.1, 0.2, 0.5, 0.5});
}

TEST_CASE("TL14 new dispersions and embeddings start at the mean") {
  for (const auto dispersion :
       {Dispersion::kGeneBatch, Dispersion::kGeneLabel}) {
    ModelOptions options = batches(2);
    options.n_labels = 2;
    options.dispersion = dispersion;
    options.batch_representation = BatchRepresentation::kEmbedding;
    const Model reference(options, 5);
    const at::Tensor before = values(reference.state(), "px_r");
    const State state = grown(reference, {4, 3, {}}).state();
    const at::Tensor after = values(state, "px_r");
    CHECK(after.size(1) == (dispersion == Dispersion::kGeneBatch ? 4 : 3));
    CHECK(at::equal(after.narrow(1, 0, 2), before));
    REQUIRE_CLOSE(after.select(1, 2), before.mean(1), 1e-12);
    const at::Tensor known = values(reference.state(), kEmbedding);
    const at::Tensor vectors = values(state, kEmbedding);
    REQUIRE(vectors.size(0) == 4);
    CHECK(at::equal(vectors.narrow(0, 0, 2), known));
    REQUIRE_CLOSE(vectors[3], known.mean(0), 1e-12);
  }
}

TEST_CASE("a query with fewer levels than its reference is refused") {
  ModelOptions options = batches(2);
  options.n_labels = 2;
  options.n_cats_per_cov = {3};
  const Model reference(options, 5);
  const auto refused = [&](const Levels& levels) {
    try {
      grown(reference, levels);
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string();
  };
  CHECK(refused({1, 2, {3}}) == "n_batch");
  CHECK(refused({2, 1, {3}}) == "n_labels");
  CHECK(refused({2, 2, {2}}) == "n_cats_per_cov");
  CHECK(refused({2, 2, {}}) == "n_cats_per_cov");
  CHECK(refused({2, 2, {3}}).empty());
}
