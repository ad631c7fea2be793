// One path for every device. Without a graphics card: the forms that it would
// run, here, and tensors that live elsewhere and hold nothing.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "catch.hpp"
#include "collect.hpp"
#include "kernels/forms.hpp"
#include "model/vae.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "support.hpp"
#include "training.hpp"

using namespace scvigor;
using support::Training;

namespace {

Training in_double(const std::function<void(ModelOptions&)>& change) {
  Training t;
  t.model.precision = Precision::kFloat64;
  t.options.max_epochs = 3;
  change(t.model);
  t.cells.size_factor.assign(t.model.use_size_factor ? 230 : 0, 1.7);
  return t;
}

at::Tensor values_of(const Model& model) {
  return at::tensor(support::all_values(model.state()), at::kDouble);
}

}  // namespace

TEST_CASE("training with reference forms alone gives the kernels' weights") {
  const std::vector<std::function<void(ModelOptions&)>> models{
      [](ModelOptions&) {},
      [](ModelOptions& o) {
        o.gene_likelihood = GeneLikelihood::kNb;
        o.dispersion = Dispersion::kGeneBatch;
        o.encode_covariates = true;
      },
      [](ModelOptions& o) {
        o.gene_likelihood = GeneLikelihood::kPoisson;
        o.use_observed_lib_size = false;
        o.batch_representation = BatchRepresentation::kEmbedding;
      },
      [](ModelOptions& o) {
        o.dispersion = Dispersion::kGeneCell;
        o.use_size_factor = true;
        o.latent_distribution = LatentDistribution::kLogisticNormal;
      }};
  for (std::size_t i = 0; i < models.size(); ++i) {
    INFO("model " << i);
    const Training t = in_double(models[i]);
    const auto by_kernels = support::run(t);
    const ReferenceForms reference;
    const auto by_reference = support::run(t);
    REQUIRE_CLOSE(values_of(by_reference.model), values_of(by_kernels.model),
                  1e-7);
    REQUIRE_CLOSE(
        at::tensor(support::column(by_reference.result.history,
                                   "elbo_train")),
        at::tensor(support::column(by_kernels.result.history, "elbo_train")),
        1e-9);
  }
}

TEST_CASE("verbs with reference forms alone give the kernels' values") {
  const Training t = in_double([](ModelOptions&) {});
  const Model model = std::move(support::run(t).model);
  MarginalOptions marginal;
  marginal.n_mc_samples = 3;
  OverallOptions overall;
  overall.max_cells = 10;
  overall.n_mc_samples = 3;
  const auto expression = support::expression(model, t.cells);
  const auto likelihood = marginal_log_likelihood(model, t.cells, marginal);
  const auto weights = importance_weights(model, t.cells, overall);
  const ReferenceForms reference;
  REQUIRE_CLOSE(support::expression(model, t.cells), expression, 1e-10);
  REQUIRE_CLOSE(at::tensor(marginal_log_likelihood(model, t.cells, marginal)),
                at::tensor(likelihood), 1e-10);
  REQUIRE_CLOSE(at::tensor(importance_weights(model, t.cells, overall)),
                at::tensor(weights), 1e-9);
}

// Vae::move_to() gives the tensors in the list of the state other storage.
TEST_CASE("what the state lists is what the layers compute with") {
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
      for (at::Tensor part : entry.parts)
        part.set_data(at::zeros_like(part));

    const at::NoGradGuard no_grad;
    const Cells cells = support::cells_of(counts);
    const std::vector<std::int64_t> all{0, 1, 2, 3, 4, 5};
    const Minibatch batch =
        Loader(cells, vae.tensor_options()).load(all.data(), 6);
    const Inference q = vae.infer(batch, Mode{});
    CHECK(q.qz.mean.abs().max().item<double>() == 0.0);
    CHECK(q.ql.mean.abs().max().item<double>() == 0.0);
    const Generative p = vae.likelihood(
        vae.decode(q.qz.mean + 1.0, q.library, batch, batch.batch, Mode{}));
    REQUIRE_CLOSE(p.px_scale, at::full_like(p.px_scale, 1.0 / 8.0), 1e-6);
    REQUIRE_CLOSE(p.px_r, at::ones_like(p.px_r), 1e-12);
    CHECK(vae.library_prior_of(batch.batch).mean.abs().max().item<double>() ==
          0.0);
    if (decoder == DecoderKind::kLinear)
      CHECK(vae.loadings().abs().max().item<double>() == 0.0);
  }
}

TEST_CASE("moving keeps weights, forgets gradients, and training goes on") {
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

TEST_CASE("a device that is there is used, a missing one is an error") {
  Training t;
  Model model = std::move(support::run(t).model);
  const auto before = model.state().front().values;
  {
    const DeviceScope device(model, Accelerator::kAuto);
    CHECK(model.vae().tensor_options().device().is_cuda() ==
          cuda_is_available());
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
