// What a query may move, against scvi-tools: masks, gradients and steps for
// every switch. Where scvi-tools errs, scvigor differs: masked entries do not
// drift under weight decay, and levels that only the query has are free.

#include <ATen/ATen.h>

#include "catch.hpp"
#include "kernels/tape.hpp"
#include "model/vae.hpp"
#include "module_reference.hpp"
#include "optimizer_step.hpp"
#include "query_reference.hpp"
#include "reference.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/transfer.hpp"
#include "support.hpp"
#include "train/optimizer.hpp"
#include "training.hpp"

using namespace scvigor;

namespace {

constexpr double kTolerance = 1e-9;

at::Tensor stored(const reference::File& file, const std::string& path) {
  const auto array = file.read(path);
  return support::tensor_of(array.values, array.shape, at::kDouble);
}

// 1 where an entry may move, in the outside's shape.
at::Tensor mask_of(const StateEntry& entry,
                   const std::vector<TrainableSlice>& free) {
  StateEntry mask = entry;
  for (auto& part : mask.parts) {
    const at::Tensor original = part;
    part = at::zeros(original.sizes(), at::kDouble);
    for (const auto& f : free)
      if (f.tensor.is_same(original)) f.trainable_rows(part).fill_(1.0);
  }
  return mask.read();
}

// Entries of a level that only the query has: there scvigor is free.
at::Tensor of_new_levels(const std::string& name, const at::Tensor& shape_of,
                         const FreezeOptions& freeze, Dispersion dispersion) {
  at::Tensor out = at::zeros(shape_of.sizes(), at::kDouble);
  if (freeze.unfrozen) return out;
  const auto fill_from = [&](std::int64_t dimension, std::int64_t n) {
    out.narrow(dimension, n, out.size(dimension) - n).fill_(1.0);
  };
  if (name == "px_r" && dispersion == Dispersion::kGeneBatch)
    fill_from(1, freeze.n_batch_reference);
  if (name == "px_r" && dispersion == Dispersion::kGeneLabel)
    fill_from(1, freeze.n_labels_reference);
  if (name == "_embeddings_dict.batch.weight")
    fill_from(0, freeze.n_batch_reference);
  return out;
}

// What scvi-tools lets move, as it is stored or as the words for it.
at::Tensor allowed(const reference::File& file, const std::string& group,
                   const StateEntry& entry) {
  const std::string path = group + "/allowed/" + entry.name;
  if (file.has(path)) return stored(file, path);
  const std::string kind = mask_kind(file, group, entry.name);
  at::Tensor out = at::zeros(entry.shape, at::kDouble);
  if (kind == "all") out.fill_(1.0);
  if (kind.rfind("last ", 0) == 0) {
    const auto n = std::stoll(kind.substr(5));
    out.narrow(1, out.size(1) - n, n).fill_(1.0);
  }
  return out;
}

Model fresh(const ModelOptions& options) {
  const auto n = static_cast<std::size_t>(options.n_batch);
  return {
      options, 1, {std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)}};
}

ModuleCase query_case(const std::string& path) {
  const reference::File file(path);
  return {path, query_options(file).query, "query_weights", "inputs"};
}

at::Tensor loss_of(ModuleCase& c) {
  return c.outputs(Mode{true, nullptr}).at("loss");
}

void check_gradients(ModuleCase& c, const std::string& group) {
  for (const auto& entry : c.vae().state().entries()) {
    const std::string path = group + "/grad/" + entry.name;
    INFO(path);
    const at::Tensor mask = mask_of(entry, c.vae().trainable_slices());
    const at::Tensor extra =
        of_new_levels(entry.name, mask, freeze_of(c.file(), group),
                      c.vae().options().dispersion);
    at::Tensor grad = entry.read_grad();
    if (!grad.defined()) grad = at::zeros(entry.shape, at::kDouble);
    at::Tensor expected = at::zeros(entry.shape, at::kDouble);
    if (c.file().has(path)) expected = stored(c.file(), path);
    REQUIRE_CLOSE(grad * mask * (1.0 - extra), expected, kTolerance,
                  1.0 + 1e-4 * expected.abs().max().item<double>());
  }
}

void check_state_after_steps(ModuleCase& c, const std::string& group) {
  for (const auto& entry : c.vae().state().entries()) {
    const std::string kind =
        entry.is_buffer ? "/buffers_after_3/" : "/params_after_3/";
    const std::string path = group + kind + entry.name;
    INFO(path);
    if (c.file().has(path))
      REQUIRE_CLOSE(entry.read(), stored(c.file(), path), kTolerance);
  }
}

// What scvi-tools hands to its optimizer: zeros for masked entries, which
// weight decay then moves, and nothing for a query's own levels.
void mask_as_scvi_tools(ModuleCase& c, const std::string& group) {
  for (const auto& entry : c.vae().state().entries()) {
    const bool has = c.file().has(group + "/grad/" + entry.name);
    for (at::Tensor part : entry.parts) {
      if (entry.is_buffer) continue;
      if (!has)
        part.mutable_grad().reset();
      else if (!part.grad().defined())
        part.mutable_grad() = at::zeros_like(part);
    }
  }
}

void check_only_free_moved(const Vae& vae,
                           const std::vector<at::Tensor>& before) {
  const auto& entries = vae.state().entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].is_buffer) continue;
    INFO(entries[i].name);
    const at::Tensor mask = mask_of(entries[i], vae.trainable_slices());
    CHECK(at::equal(at::where(mask == 0.0, entries[i].read(), before[i]),
                    before[i]));
  }
}

// Three steps on one minibatch.
template <class Prepare>
void steps(ModuleCase& c, const std::vector<TrainableSlice>& parts,
           Prepare prepare) {
  AdamOptimizer optimizer(parts, TrainOptions{});
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    Tape tape;
    tape.backward({{loss_of(c)}});
    prepare();
    support::optimizer_step(optimizer);
  }
}

std::vector<at::Tensor> read_all(const Vae& vae) {
  std::vector<at::Tensor> out;
  for (const auto& entry : vae.state().entries()) out.push_back(entry.read());
  return out;
}

}  // namespace

TEST_CASE("TL07 every switch trains exactly what scvi-tools trains",
          "[reference][query]") {
  for (const auto& path : query_files()) {
    const reference::File file(path);
    for (const auto& group : switches(file)) {
      DYNAMIC_SECTION(reference::file_name(path) << ": " << group) {
        Model model = fresh(query_options(file).query);
        const auto shapes = query_shapes(file);
        const FreezeOptions freeze = freeze_of(file, group);
        model.vae().freeze(freeze);
        for (const auto& entry : model.vae().state().entries()) {
          if (entry.is_buffer) continue;
          INFO(entry.name);
          if (!shapes.empty()) REQUIRE(entry.shape == shapes.at(entry.name));
          const at::Tensor mask =
              mask_of(entry, model.vae().trainable_slices());
          const at::Tensor extra = of_new_levels(entry.name, mask, freeze,
                                                 model.options().dispersion);
          CHECK(
              at::equal(mask, at::maximum(allowed(file, group, entry), extra)));
        }
      }
    }
  }
}

TEST_CASE("TL07 gradients and steps of a query are scvi-tools'",
          "[reference][query]") {
  for (const auto& path : reference::files("query_tiny_")) {
    for (const auto& group : switches(reference::File(path))) {
      DYNAMIC_SECTION(reference::file_name(path) << ": " << group) {
        ModuleCase c = query_case(path);
        c.vae().freeze(freeze_of(c.file(), group));
        Tape tape;
        const at::Tensor loss = loss_of(c);
        REQUIRE_CLOSE(loss, stored(c.file(), group + "/loss"), kTolerance);
        tape.backward({{loss}});
        check_gradients(c, group);
      }
      DYNAMIC_SECTION(reference::file_name(path) << ": drift, " << group) {
        ModuleCase c = query_case(path);
        c.vae().freeze(freeze_of(c.file(), group));
        const auto all = c.vae().state().parameters();
        steps(c, {all.begin(), all.end()},
              [&] { mask_as_scvi_tools(c, group); });
        check_state_after_steps(c, group);
      }
      DYNAMIC_SECTION(reference::file_name(path) << ": steps, " << group) {
        ModuleCase c = query_case(path);
        c.vae().freeze(freeze_of(c.file(), group));
        const auto before = read_all(c.vae());
        steps(c, c.vae().trainable_slices(), [] {});
        check_only_free_moved(c.vae(), before);
      }
    }
  }
}

TEST_CASE("TL05 TL15 frozen weights do not change in a run, bit for bit") {
  support::Training t;
  t.model.n_batch = 3;
  t.model.encode_covariates = true;
  t.model.dispersion = Dispersion::kGeneBatch;
  for (std::size_t i = 0; i < t.cells.batch.size(); i += 5)
    t.cells.batch[i] = 2;
  for (const double weight_decay : {0.0, 1e-6, 0.1}) {
    for (const auto optimizer : {Optimizer::kAdam, Optimizer::kAdamW}) {
      t.options.optimizer = optimizer;
      t.options.weight_decay = weight_decay;
      t.options.max_epochs = 2;
      t.options.freeze.unfrozen = false;
      t.options.freeze.n_batch_reference = 2;
      Model model(t.model, 5);
      const auto before = read_all(model.vae());
      train(model, t.cells, t.split, t.options, 1, {});
      check_only_free_moved(model.vae(), before);
      CHECK_FALSE(at::equal(read_all(model.vae()).front(), before.front()));
      const State state = model.state();
      for (const auto& tensor : state)
        if (tensor.name.find("z_encoder") == 0 &&
            tensor.name.find("running") < 100)
          for (const double value : tensor.values)
            CHECK(value == (tensor.name.find("mean") < 100 ? 0.0 : 1.0));
    }
  }
}

TEST_CASE("a run in which everything is frozen is an error") {
  support::Training t;
  t.model.n_batch = 1;
  t.cells.batch.clear();
  t.options.max_epochs = 1;
  t.options.freeze.unfrozen = false;
  t.options.freeze.freeze_batchnorm_decoder = true;
  try {
    support::run(t);
    FAIL("no error");
  } catch (const ArgumentError& error) {
    CHECK(error.argument() == "unfrozen");
  }
  t.options.freeze.freeze_batchnorm_decoder = false;
  CHECK(support::run(t).result.epochs == 1);
}

TEST_CASE("freezing applies to one run only") {
  support::Training t;
  t.options.max_epochs = 1;
  Model model(t.model, 5);
  const auto before = read_all(model.vae());
  t.options.freeze.unfrozen = false;
  train(model, t.cells, t.split, t.options, 1, {});
  t.options.freeze.unfrozen = true;
  train(model, t.cells, t.split, t.options, 1, {});
  const auto after = read_all(model.vae());
  CHECK_FALSE(at::equal(after.front(), before.front()));
}

TEST_CASE("MN05 the decoder alone is trained on the cells' posterior") {
  support::Training t;
  t.options.max_epochs = 2;
  t.options.weight_decay = 0.1;
  t.options.freeze.update_only_decoder = true;
  for (const bool embedding : {false, true}) {
    if (embedding)
      t.model.batch_representation = BatchRepresentation::kEmbedding;
    t.model.encode_covariates = true;
    Model model(t.model, 5);
    const State before = model.state();
    CHECK_THROWS_AS(train(model, t.cells, t.split, t.options, 1, {}),
                    ArgumentError);
    Cells cells = t.cells;
    const Posterior posterior = latent_posterior(model, cells);
    cells.latent_mean = posterior.mean.values;
    cells.latent_var = posterior.var.values;
    train(model, cells, t.split, t.options, 1, {});
    const State after = model.state();
    int moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      INFO(before[i].name);
      const bool same = before[i].values == after[i].values;
      if (!same) ++moved;
      const bool decodes =
          before[i].name.find("decoder.") == 0 || before[i].name == "px_r";
      if (!decodes) CHECK(same);
    }
    CHECK(moved > 5);
    CHECK(latent_posterior(model, t.cells).mean.values ==
          posterior.mean.values);
  }
}

TEST_CASE("MN05 a posterior is refused where the encoder is trained") {
  support::Training t;
  Model model(t.model, 5);
  const Posterior posterior = latent_posterior(model, t.cells);
  t.cells.latent_mean = posterior.mean.values;
  t.cells.latent_var = posterior.var.values;
  CHECK_THROWS_AS(train(model, t.cells, t.split, t.options, 1, {}),
                  ArgumentError);
  t.options.freeze.update_only_decoder = true;
  t.cells.latent_mean.pop_back();
  CHECK_THROWS_AS(train(model, t.cells, t.split, t.options, 1, {}),
                  ArgumentError);
}
