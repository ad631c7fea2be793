// The densities and divergences against stored numbers: scvi-tools' own, and
// the same formulas in 80-digit arithmetic (*_mp).

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <map>

#include "catch.hpp"
#include "distributions/distributions.hpp"
#include "reference.hpp"
#include "simd/vector_math.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

using Tensors = std::vector<at::Tensor>;

// What a group of the file holds: inputs, the name of the result, and the
// function that computes it.
struct Law {
  std::vector<std::string> inputs;
  std::string result;
  std::function<at::Tensor(const Tensors&)> function;
};

const std::map<std::string, Law> kLaws{
    {"nb",
     {{"x", "mu", "theta"},
      "logprob",
      [](const Tensors& a) { return nb_log_prob(a[0], a[1], a[2]); }}},
    {"zinb",
     {{"x", "mu", "theta", "zi_logits"},
      "logprob",
      [](const Tensors& a) { return zinb_log_prob(a[0], a[1], a[2], a[3]); }}},
    {"poisson",
     {{"x", "rate"},
      "logprob",
      [](const Tensors& a) { return poisson_log_prob(a[0], a[1]); }}},
    {"normal",
     {{"x", "loc", "scale"},
      "logprob",
      [](const Tensors& a) { return normal_log_prob(a[0], a[1], a[2]); }}},
    {"kl_standard_normal",
     {{"mean", "var"},
      "kl",
      [](const Tensors& a) { return kl_standard_normal(a[0], a[1]); }}},
    {"kl_two_normals",
     {{"mean", "var", "prior_mean", "prior_var"}, "kl", [](const Tensors& a) {
        return kl_two_normals(a[0], a[1], a[2], a[3]);
      }}}};

// Within 1e-9 of the exact number, and of the stored one except for what the
// stored one itself is off.
void check(const reference::File& file, const std::string& path,
           const at::Tensor& value) {
  INFO(path);
  CHECK(value.isfinite().all().item<bool>());
  const at::Tensor stored = at::tensor(file.values(path), at::kDouble);
  at::Tensor slack = at::zeros_like(stored);
  // ZINB's plain form uses torch's softplus, which rounds x > 20 to x.
  for (const char* exact : {"_mp_threshold", "_mp"})
    if (file.has(path + exact)) {
      const at::Tensor e = at::tensor(file.values(path + exact), at::kDouble);
      REQUIRE_CLOSE(value, e, 1e-9);
      slack = (stored - e).abs();
      break;
    }
  const at::Tensor excess =
      (value - stored).abs() - slack - 1e-9 * (1 + stored.abs());
  CHECK(excess.max().item<double>() <= 0.0);
}

}  // namespace

TEST_CASE("densities, divergences and gradients are exact", "[reference]") {
  for (const auto& path : reference::files("distributions")) {
    const reference::File file(path);
    for (const auto& group : file.list("/")) {
      if (group == "softplus") continue;
      DYNAMIC_SECTION(group) {
        REQUIRE(kLaws.count(group) == 1);
        const Law& law = kLaws.at(group);
        Tensors inputs;
        for (const auto& name : law.inputs)
          inputs.push_back(
              at::tensor(file.values(group + "/" + name), at::kDouble)
                  .requires_grad_(true));
        const at::Tensor result = law.function(inputs);
        check(file, group + "/" + law.result, result.detach());

        torch::autograd::backward({result.sum()}, {});
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          const std::string name = group + "/grad_" + law.inputs[i];
          if (file.has(name)) check(file, name, inputs[i].grad());
        }
      }
    }
  }
}

TEST_CASE("the kernels' softplus is exact", "[reference]") {
  for (const auto& path : reference::files("distributions")) {
    const reference::File file(path);
    if (!file.has("softplus/y_mp")) continue;
    const auto x = file.values("softplus/x");
    const auto y = file.values("softplus/y_mp");
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("x = " << x[i]);
      const auto found = vmath::softplus(x[i]);
      CHECK(std::abs(found.value - y[i]) <= 1e-15 * (1 + std::abs(y[i])));
      CHECK(std::abs(found.sigmoid - 1 / (1 + std::exp(-x[i]))) <= 1e-15);
    }
  }
}
