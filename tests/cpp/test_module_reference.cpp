// The whole model against scvi-tools' numbers, one file a configuration:
// forward pass, losses, gradients, buffers and three steps of Adam.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "catch.hpp"
#include "inference/marginal.hpp"
#include "kernels/tape.hpp"
#include "model/vae.hpp"
#include "module_reference.hpp"
#include "optimizer_step.hpp"
#include "reference.hpp"
#include "support.hpp"
#include "train/optimizer.hpp"

using namespace scvigor;

namespace {

double tolerance_of(Precision precision) {
  return precision == Precision::kFloat64 ? 1e-9 : 1e-4;
}

at::Tensor stored(const reference::File& file, const std::string& path) {
  const auto array = file.read(path);
  return support::tensor_of(array.values, array.shape, at::kDouble);
}

// Compares with every dataset of `group` that has the name of an output.
void check_outputs(const ModuleCase& c, const std::string& group,
                   const ModuleOutputs& outputs) {
  for (const auto& [name, value] : outputs) {
    const std::string path = group + "/" + name;
    if (!value.defined() || !c.file().has(path)) continue;
    INFO(path);
    const at::Tensor expected = stored(c.file(), path);
    REQUIRE_CLOSE(value.expand(expected.sizes()), expected,
                  tolerance_of(c.precision()));
  }
}

void check_evaluation(ModuleCase& c) {
  const at::NoGradGuard no_grad;
  check_outputs(c, "eval", c.outputs(Mode{}));
  for (const auto& name : c.file().list("eval"))
    if (name.rfind("transform_batch_", 0) == 0)
      check_outputs(c, "eval/" + name,
                    c.transformed(std::stoll(name.substr(16))));
  if (c.file().has("eval/loadings"))
    REQUIRE_CLOSE(c.vae().loadings(), stored(c.file(), "eval/loadings"),
                  tolerance_of(c.precision()));
}

// Buffers or parameters under `group` of the file.
void check_state(ModuleCase& c, const std::string& group) {
  for (const auto& entry : c.vae().state().entries()) {
    const std::string path = group + "/" + entry.name;
    if (!c.file().has(path)) continue;
    INFO(path);
    REQUIRE_CLOSE(entry.read(), stored(c.file(), path),
                  tolerance_of(c.precision()));
  }
}

void check_gradients(ModuleCase& c) {
  const auto names = c.file().list("train/grad");
  double largest = 0.0;
  for (const auto& name : names)
    largest = std::max(
        largest,
        stored(c.file(), "train/grad/" + name).abs().max().item<double>());
  for (const auto& entry : c.vae().state().entries()) {
    INFO("gradient of " << entry.name);
    const bool has = std::count(names.begin(), names.end(), entry.name) > 0;
    const at::Tensor grad = entry.read_grad();
    CHECK(grad.defined() == has);
    if (has && grad.defined())
      REQUIRE_CLOSE(grad, stored(c.file(), "train/grad/" + entry.name),
                    tolerance_of(c.precision()), 1.0 + 1e-4 * largest);
  }
}

// Groups that a file may leave out are not compared.
void check_training(ModuleCase& c) {
  Tape tape;
  const auto outputs = c.outputs(Mode{true, nullptr});
  check_outputs(c, "train", outputs);
  tape.backward({{outputs.at("loss")}});
  if (c.file().has("train/grad")) check_gradients(c);
  check_state(c, "train/buffers_after");
}

void check_adam(ModuleCase& c) {
  AdamOptimizer optimizer(c.vae().trainable_slices(), TrainOptions{});
  for (int step = 0; step < 3; ++step) {
    Tape tape;
    const at::Tensor loss = c.outputs(Mode{true, nullptr}).at("loss");
    REQUIRE_CLOSE(loss.reshape({1}),
                  stored(c.file(), "adam/loss").narrow(0, step, 1),
                  tolerance_of(c.precision()));
    optimizer.zero_grad();
    tape.backward({{loss}});
    support::optimizer_step(optimizer);
  }
  check_state(c, "adam/params_after_3");
  check_state(c, "adam/buffers_after_3");
}

// What scvi-tools takes as log p(z) - log q(z) of a logistic normal: its normal
// densities at the softmax. scvigor's are those before it.
at::Tensor density_ratio(const at::Tensor& z, const NormalParameters& q) {
  return 0.5 *
         ((z - q.mean).square() / q.var + q.var.log() - z.square()).sum(1);
}

// Importance weights with the stored noise.
void check_marginal(ModuleCase& c) {
  const at::NoGradGuard no_grad;
  const at::Tensor eps_z = stored(c.file(), "marginal_ll/eps_z");
  const at::Tensor weights = stored(c.file(), "marginal_ll/log_weight");
  const EncoderOutput q = c.vae().infer(c.batch(), Mode{});
  const auto options = c.vae().tensor_options();
  for (std::int64_t k = 0; k < weights.size(0); ++k) {
    Noise noise{eps_z[k].to(options), {}};
    if (c.file().has("marginal_ll/eps_l"))
      noise.l = stored(c.file(), "marginal_ll/eps_l")[k].to(options);
    at::Tensor found = log_importance_weight(c.vae(), c.batch(), q, noise);
    if (c.vae().options().latent_distribution ==
        LatentDistribution::kLogisticNormal) {
      const at::Tensor normal = q.qz.mean + q.qz.var.sqrt() * noise.z;
      found = found - density_ratio(normal, q.qz) +
              density_ratio(at::softmax(normal, 1), q.qz);
    }
    REQUIRE_CLOSE(found, weights[k], tolerance_of(c.precision()));
  }
}

}  // namespace

TEST_CASE("every configuration agrees with scvi-tools", "[reference]") {
  for (const auto& path : reference::files("module_")) {
    for (const auto precision : {Precision::kFloat64, Precision::kFloat32}) {
      const auto label =
          reference::file_name(path) + " in " + to_string(precision);
      DYNAMIC_SECTION(label << ": evaluation") {
        ModuleCase c(path, precision);
        check_evaluation(c);
      }
      DYNAMIC_SECTION(label << ": training") {
        ModuleCase c(path, precision);
        if (c.file().has("train/loss")) check_training(c);
      }
      DYNAMIC_SECTION(label << ": three steps of Adam") {
        ModuleCase c(path, precision);
        if (c.file().has("adam/loss")) check_adam(c);
      }
      DYNAMIC_SECTION(label << ": marginal likelihood") {
        ModuleCase c(path, precision);
        if (c.file().has("marginal_ll")) check_marginal(c);
      }
    }
  }
}
