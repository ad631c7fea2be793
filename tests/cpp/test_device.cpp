// One path for every device. Without a GPU: the backend that it would use, on
// the CPU.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "catch.hpp"
#include "device_cases.hpp"
#include "kernels/kernels.hpp"
#include "model/vae.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;
using support::Training;

TEST_CASE(
    "training with the reference backend gives the CPU backend's weights") {
  for (const auto& one : support::device_cases()) {
    INFO(one.name);
    const Training t = support::training_of(one, Precision::kFloat64);
    const auto by_cpu = support::run(t);
    const UseReferenceKernels reference;
    support::check_close(support::run(t), by_cpu, 1e-8);
  }
}

TEST_CASE("verbs with the reference backend give the CPU backend's values") {
  for (const auto& one : support::device_cases()) {
    INFO(one.name);
    const Training t = support::training_of(one, Precision::kFloat64);
    const Model model = std::move(support::run(t).model);
    const auto by_cpu = support::ask_everything(model, t.cells);
    const UseReferenceKernels reference;
    support::check_close(support::ask_everything(model, t.cells), by_cpu, 1e-9);
  }
}

// Vae::move_to() gives the tensors in the list of the state other storage.
TEST_CASE("the state lists the tensors that the layers compute with") {
  for (const auto decoder : {DecoderKind::kNonlinear, DecoderKind::kLinear}) {
    INFO(to_string(decoder));
    const at::Tensor counts = support::simulate_counts(6, 8, 1);
    ModelOptions o = support::small_model(counts);
    o.decoder = decoder;
    o.use_observed_lib_size = false;
    o.encode_covariates = true;
    o.batch_representation = BatchRepresentation::kEmbedding;
    Model model(o, 1, LibraryPrior{{1.0, 2.0}, {0.5, 0.5}});
    Vae& vae = model.vae();
    for (const auto& entry : vae.state().entries())
      for (at::Tensor part : entry.parts) part.set_data(at::zeros_like(part));

    const at::NoGradGuard no_grad;
    const Cells cells = support::cells_of(counts);
    const std::vector<std::int64_t> all{0, 1, 2, 3, 4, 5};
    const Minibatch batch =
        MinibatchReader(cells, vae.tensor_options()).load(all.data(), 6);
    const EncoderOutput q = vae.infer(batch, Mode{});
    CHECK(q.qz.mean.abs().max().item<double>() == 0.0);
    CHECK(q.ql.mean.abs().max().item<double>() == 0.0);
    const LikelihoodParameters p =
        parameters_of(vae.decode(q.qz.mean + 1.0, q.library, batch, Mode{}));
    REQUIRE_CLOSE(p.px_scale, at::full_like(p.px_scale, 1.0 / 8.0), 1e-6);
    REQUIRE_CLOSE(p.px_r, at::ones_like(p.px_r), 1e-12);
    CHECK(vae.library_prior_of(batch.batch).mean.abs().max().item<double>() ==
          0.0);
    if (decoder == DecoderKind::kLinear)
      CHECK(vae.loadings().abs().max().item<double>() == 0.0);
  }
}

TEST_CASE(
    "moving a model keeps weights, drops gradients, and training continues") {
  Training t;
  auto trained = support::run(t);
  Vae& vae = trained.model.vae();
  const auto before = support::all_values(trained.model.state());
  vae.move_to(at::kCPU);
  CHECK(support::all_values(trained.model.state()) == before);
  for (const auto& parameter : vae.state().parameters()) {
    CHECK(parameter.requires_grad());
    CHECK(parameter.is_leaf());
    CHECK_FALSE(parameter.grad().defined());
  }
  train(trained.model, t.cells, t.split, t.options, t.seed, t.hooks);
  CHECK(support::all_values(trained.model.state()) != before);
}

TEST_CASE("an available device is used, a missing one is an error") {
  Training t;
  Model model = std::move(support::run(t).model);
  const auto before = model.state().front().values;
  // So much that a GPU is chosen where there is one.
  Workload much;
  much.n_cells = 1'000'000'000;
  much.training = true;
  much.batch_size = 1 << 20;
  {
    const DeviceScope device(model, Accelerator::kAuto, much);
    CHECK(model.vae().tensor_options().device().is_cuda() ==
          cuda_is_available());
  }
  {
    const DeviceScope device(model, Accelerator::kAuto, {100, 32, 1, true});
    CHECK(model.vae().tensor_options().device().is_cpu());
  }
  { const DeviceScope device(model, Accelerator::kCpu); }
  if (cuda_is_available()) {
    const DeviceScope device(model, Accelerator::kCuda);
    CHECK(model.vae().tensor_options().device().is_cuda());
  } else {
    CHECK_THROWS_AS(DeviceScope(model, Accelerator::kCuda), ArgumentError);
  }
  CHECK(model.vae().tensor_options().device().is_cpu());
  CHECK(model.state().front().values == before);
}
