// A GPU gives what the CPU gives: it gets the same random
// numbers, so that results differ by rounding alone.

#include <ATen/ATen.h>

#include <limits>

#include "catch.hpp"
#include "collect.hpp"
#include "count_file_writer.hpp"
#include "device_cases.hpp"
#include "kernels/tape.hpp"
#include "model/vae.hpp"
#include "scvigor/model_file.hpp"
#include "scvigor/runtime.hpp"
#include "scvigor/transfer.hpp"
#include "simulated.hpp"
#include "skipped.hpp"
#include "support.hpp"

using namespace scvigor;
using support::all_values;
using support::device_cases;
using support::Trained;
using support::Training;
using support::training_of;

namespace {

bool has_card() {
  if (!cuda_is_available()) support::skip_test("there is no CUDA device");
  return cuda_is_available();
}

Trained run_on(Accelerator accelerator, Training t) {
  t.accelerator = accelerator;
  return support::run(t);
}

bool is_on_cpu(const Model& model) {
  bool all = model.vae().tensor_options().device().is_cpu();
  for (const auto& entry : model.vae().state().entries())
    for (const auto& part : entry.parts)
      all = all && part.is_cpu() && !part.grad().defined();
  return all;
}

at::Tensor values_of(const State& state) {
  return at::tensor(all_values(state), at::kDouble);
}

// The loss of a minibatch and its gradients, one after another.
at::Tensor first_step(const Training& t, Accelerator accelerator) {
  constexpr std::int64_t kCells = 64;
  Model model(t.model, 5,
              library_prior(*t.cells.counts, t.cells.batch, t.model.n_batch));
  const DeviceScope device(model, accelerator);
  Vae& vae = model.vae();
  const Minibatch batch = MinibatchReader(t.cells, vae.tensor_options())
                              .load(t.split.train.data(), kCells);
  Rng rng(3);
  const Mode mode{true, &rng};
  Tape tape;
  const EncoderOutput q = vae.infer(batch, mode);
  const Tape::Sum loss =
      vae.loss_terms(batch, q, vae.draw_noise(kCells, rng), mode)
          .objective(0.5);
  std::vector<at::Tensor> out{at::tensor(std::vector{Tape::value(loss)})};
  tape.backward(loss);
  for (const auto& entry : vae.state().entries())
    if (const at::Tensor grad = entry.read_grad(); grad.defined())
      out.push_back(grad.to(at::kCPU, at::kDouble).reshape({-1}));
  return at::cat(out);
}

// The reference with one batch more.
Model grown(const Model& reference) {
  return add_levels(reference, {reference.options().n_batch + 1, 1, {}}, {}, 3);
}

// Its cells are of the reference's later batches and of the new one.
Training query_of(const Training& t, const Model& reference,
                  bool update_only_decoder) {
  Training query = t;
  for (auto& batch : query.cells.batch) ++batch;
  auto& freeze = query.options.freeze;
  freeze.unfrozen = false;
  freeze.update_only_decoder = update_only_decoder;
  freeze.n_batch_reference = t.model.n_batch;
  if (update_only_decoder) {
    const Posterior q = latent_posterior(reference, t.cells);
    query.cells.latent_mean = q.mean.values;
    query.cells.latent_var = q.var.values;
  }
  return query;
}

at::Tensor mapped_on(Accelerator accelerator, const Model& reference,
                     const Training& query) {
  Model model = grown(reference);
  {
    const DeviceScope device(model, accelerator);
    train(model, query.cells, query.split, query.options, query.seed);
  }
  return values_of(model.state());
}

}  // namespace

TEST_CASE("a minibatch has the CPU's loss and gradients on a GPU", "[cuda]") {
  if (!has_card()) return;
  for (const auto& one : device_cases())
    for (const auto precision : {Precision::kFloat64, Precision::kFloat32}) {
      INFO(one.name << ", " << to_string(precision));
      const Training t = training_of(one, precision);
      REQUIRE_CLOSE(first_step(t, Accelerator::kCuda),
                    first_step(t, Accelerator::kCpu),
                    precision == Precision::kFloat64 ? 1e-9 : 1e-4);
    }
}

TEST_CASE("training on a GPU gives the CPU's weights and history", "[cuda]") {
  if (!has_card()) return;
  for (const auto& one : device_cases()) {
    INFO(one.name);
    const Training t = training_of(one, Precision::kFloat64);
    const Trained on_gpu = run_on(Accelerator::kCuda, t);
    support::check_close(on_gpu, run_on(Accelerator::kCpu, t), 1e-8);
    CHECK(is_on_cpu(on_gpu.model));
  }
}

TEST_CASE("training in float32 ends at the CPU's ELBO on a GPU", "[cuda]") {
  if (!has_card()) return;
  for (const auto& one : device_cases()) {
    INFO(one.name);
    const Training t = training_of(one, Precision::kFloat32);
    const auto elbo = [&](Accelerator accelerator) {
      const Trained trained = run_on(accelerator, t);
      return at::tensor(
          support::column(trained.result.history, "elbo_validation"));
    };
    REQUIRE_CLOSE(elbo(Accelerator::kCuda), elbo(Accelerator::kCpu), 1e-3);
  }
}

TEST_CASE("verbs answer on a GPU as on the CPU", "[cuda]") {
  if (!has_card()) return;
  for (const auto& one : device_cases()) {
    INFO(one.name);
    const Training t = training_of(one, Precision::kFloat64);
    Model model = std::move(support::run(t).model);
    const auto on_cpu = support::ask_everything(model, t.cells);
    const DeviceScope device(model, Accelerator::kCuda);
    support::check_close(support::ask_everything(model, t.cells), on_cpu, 1e-9);
  }
}

TEST_CASE("a run that began on a GPU goes on anywhere", "[cuda]") {
  if (!has_card()) return;
  Training t = training_of(device_cases().front(), Precision::kFloat64);
  t.options.load_best_on_end = true;
  const Trained whole = run_on(Accelerator::kCpu, t);
  t.options.max_epochs = 1;
  TrainingState state;
  t.hooks.on_checkpoint = [&](const TrainingState& now) { state = now; };
  run_on(Accelerator::kCuda, t);
  t.options.max_epochs = 3;
  for (const auto accelerator : {Accelerator::kCpu, Accelerator::kCuda}) {
    Model model(t.model, 9);
    {
      const DeviceScope device(model, accelerator);
      resume(model, t.cells, state, t.options);
    }
    REQUIRE_CLOSE(values_of(model.state()), values_of(whole.model.state()),
                  1e-8);
  }
}

TEST_CASE("a query is mapped on a GPU as on the CPU", "[cuda]") {
  if (!has_card()) return;
  for (const bool only_decoder : {false, true})
    for (const auto representation :
         {BatchRepresentation::kOneHot, BatchRepresentation::kEmbedding}) {
      INFO(only_decoder << ", " << to_string(representation));
      Training t = training_of(device_cases().front(), Precision::kFloat64);
      t.model.batch_representation = representation;
      t.model.dispersion = Dispersion::kGeneBatch;
      const Model reference = std::move(support::run(t).model);
      const Training query = query_of(t, reference, only_decoder);
      const at::Tensor on_cpu = mapped_on(Accelerator::kCpu, reference, query);
      const at::Tensor on_gpu = mapped_on(Accelerator::kCuda, reference, query);
      REQUIRE_CLOSE(on_gpu, on_cpu, 1e-8);
      // What is frozen is the same bit for bit.
      const at::Tensor before = values_of(grown(reference).state());
      CHECK(at::equal(on_gpu == before, on_cpu == before));
    }
}

TEST_CASE("an error on a GPU leaves a finite model on the CPU", "[cuda]") {
  if (!has_card()) return;
  Training t;
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  counts[t.split.train.front()][0] = std::numeric_limits<double>::infinity();
  t.cells.counts = support::dense_source(counts);
  Model model(t.model, 5);
  {
    const DeviceScope device(model, Accelerator::kCuda);
    CHECK_FALSE(support::numeric_error(model, t).empty());
  }
  CHECK(is_on_cpu(model));
  CHECK(values_of(model.state()).isfinite().all().item<bool>());
}

// Files are read in a child process, which has no GPU.
TEST_CASE("a model that was on a GPU is saved, read and used", "[cuda]") {
  if (!has_card()) return;
  const Training t = training_of(device_cases().front(), Precision::kFloat32);
  Model model = std::move(run_on(Accelerator::kCuda, t).model);
  const support::TemporaryFile file;
  FileValue weights;
  weights.kind = FileValue::Kind::kNumber;
  weights.numbers = all_values(model.state());
  FileValue saved, others;
  saved.kind = others.kind = FileValue::Kind::kList;
  saved.members = {weights};
  saved.names = {"weights"};
  const DeviceScope device(model, Accelerator::kCuda);
  CHECK(all_values(model.state()) == weights.numbers);
  write_model_file(file.path(), saved, others, "test", true);
  CHECK(read_model_file(file.path()).model.members.at(0).numbers ==
        weights.numbers);
  const Model loaded(t.model, model.state());
  REQUIRE_CLOSE(support::expression(loaded, t.cells),
                support::expression(model, t.cells), 1e-5);
}
