// A training step is work for the device: it asks the device for nothing, and
// a step that goes wrong changes nothing.

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "device_cases.hpp"
#include "kernels/kernels.hpp"
#include "mock_device.hpp"
#include "model/vae.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "step_counter.hpp"
#include "support.hpp"
#include "train/training_step.hpp"
#include "train/weight_average.hpp"
#include "training.hpp"

using namespace scvigor;
using support::device_cases;
using support::Training;
using support::training_of;

namespace {

// A model and its step.
class Stepper {
 public:
  explicit Stepper(const Training& t, at::Device device = at::kCPU)
      : t_(t), vae_(t.model, 5, prior_of(t)) {
    if (device.is_meta())
      for (const auto& entry : vae_.state().entries())
        for (const auto& part : entry.parts) support::move_to_mock_device(part);
    vae_.move_to(device);
    reader_.emplace(t_.cells, vae_.tensor_options());
    step_.emplace(vae_, t.options, 3, local_);
  }

  void step(std::int64_t first = 0, std::int64_t n_cells = 64) {
    step_->enqueue({reader_->load(t_.split.train.data() + first, n_cells), 0.5,
                    1e-3, n_steps_++});
  }
  StepSums& sums() { return step_->sums(); }
  WeightAverage new_average() {
    return WeightAverage(step_->optimizer().bucket().weights(),
                         vae_.state().buffers(), 0.9);
  }
  std::vector<at::Tensor> state() const {
    std::vector<at::Tensor> out;
    for (const auto& entry : vae_.state().entries())
      out.push_back(entry.read());
    return out;
  }

 private:
  static LibraryPrior prior_of(const Training& t) {
    return library_prior(*t.cells.counts, t.cells.batch, t.model.n_batch);
  }

  Training t_;
  Vae vae_;
  LocalCommunicator local_;
  std::optional<MinibatchReader> reader_;
  std::optional<TrainingStep> step_;
  std::uint64_t n_steps_ = 0;
};

bool all_equal(const std::vector<at::Tensor>& a,
               const std::vector<at::Tensor>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const at::Tensor& x, const at::Tensor& y) { return at::equal(x, y); });
}

}  // namespace

TEST_CASE("nothing can be read back from the mock device") {
  const at::Tensor x = at::ones({3}, support::mock_device());
  CHECK_THROWS(x.sum().item<double>());
  CHECK_THROWS(x.cpu());
  CHECK_THROWS(x.nonzero());
  CHECK_THROWS(at::repeat_interleave(x.to(at::kLong)));
}

TEST_CASE("enqueue() reads nothing back from its device") {
  for (const auto& one : device_cases())
    for (const auto precision : {Precision::kFloat32, Precision::kFloat64}) {
      INFO(one.name << ", " << to_string(precision));
      Stepper stepper(training_of(one, precision), support::mock_device());
      CHECK_NOTHROW(stepper.step());
      CHECK_NOTHROW(stepper.step());
      CHECK_FALSE(stepper.sums().has_failed());
      CHECK_THROWS(stepper.sums().read());
    }
}

TEST_CASE("a query's steps and averages of weights read nothing back") {
  for (const auto& one : device_cases()) {
    INFO(one.name);
    Training t = training_of(one, Precision::kFloat32);
    t.options.freeze.unfrozen = false;
    t.options.freeze.freeze_expression = false;
    t.options.freeze.n_batch_reference = t.model.n_batch - 1;
    Stepper stepper(t, support::mock_device());
    WeightAverage average = stepper.new_average();
    for (std::int64_t step = 1; step < 4; ++step) {
      CHECK_NOTHROW(stepper.step());
      CHECK_NOTHROW(average.update_now(step));
    }
  }
}

TEST_CASE("a step that is not finite changes nothing, nor those after it") {
  Training t;
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  counts[t.split.train[70]][0] = std::numeric_limits<double>::infinity();
  t.cells.counts = support::dense_source(counts);
  for (const bool by_reference : {false, true}) {
    INFO(by_reference);
    std::optional<UseReferenceKernels> reference;
    if (by_reference) reference.emplace();
    Stepper stepper(t);
    stepper.step();
    const auto after_one = stepper.state();
    const auto sums = stepper.sums().read();
    stepper.step(64);
    stepper.step();
    CHECK(all_equal(stepper.state(), after_one));
    CHECK(stepper.sums().read().n_steps == 1);
    CHECK_FALSE(stepper.sums().read().finite);
    CHECK(stepper.sums().read().sums.loss == sums.sums.loss);
    stepper.sums().reset();
    stepper.step();
    CHECK_FALSE(all_equal(stepper.state(), after_one));
    CHECK(stepper.sums().read().finite);
  }
}

TEST_CASE("the reference makes the steps that the kernels make") {
  for (const auto& one : device_cases()) {
    INFO(one.name);
    const Training t = training_of(one, Precision::kFloat64);
    const auto after_steps = [&] {
      Stepper stepper(t);
      for (int i = 0; i < 3; ++i) stepper.step(32 * i, 32 + i);
      return stepper.state();
    };
    const auto found = after_steps();
    const UseReferenceKernels reference;
    const auto expected = after_steps();
    for (std::size_t i = 0; i < found.size(); ++i)
      REQUIRE_CLOSE(found[i].to(at::kDouble), expected[i].to(at::kDouble),
                    1e-9);
  }
}

namespace {

// Models whose steps are kernels alone.
const std::vector<support::DeviceCase>& kernel_cases() {
  static const std::vector<support::DeviceCase> cases{
      {"zinb", [](Training&) {}},
      {"zinb, three batches", [](Training& t) { t.model.n_batch = 3; }},
      {"nb",
       [](Training& t) { t.model.gene_likelihood = GeneLikelihood::kNb; }},
      {"poisson",
       [](Training& t) { t.model.gene_likelihood = GeneLikelihood::kPoisson; }},
      {"nb, two layers, 30 latent dimensions",
       [](Training& t) {
         t.model.gene_likelihood = GeneLikelihood::kNb;
         t.model.n_layers = 2;
         t.model.n_latent = 30;
       }},
      {"dispersion of a batch",
       [](Training& t) { t.model.dispersion = Dispersion::kGeneBatch; }},
      {"dispersion of a label",
       [](Training& t) {
         t.model.dispersion = Dispersion::kGeneLabel;
         t.model.n_labels = 3;
       }},
      {"dispersion of a cell",
       [](Training& t) { t.model.dispersion = Dispersion::kGeneCell; }},
      {"covariates, in the encoder too",
       [](Training& t) {
         t.model.n_cats_per_cov = {3, 2};
         t.model.n_continuous_cov = 2;
         t.model.encode_covariates = true;
       }},
      {"two layers, covariates in the first",
       [](Training& t) {
         t.model.n_layers = 2;
         t.model.n_cats_per_cov = {3, 2};
         t.model.n_continuous_cov = 1;
         t.model.deeply_inject_covariates = false;
       }},
      {"batch embedding",
       [](Training& t) {
         t.model.batch_representation = BatchRepresentation::kEmbedding;
       }},
      {"linear decoder, AdamW, clipped",
       [](Training& t) {
         t.model.decoder = DecoderKind::kLinear;
         t.options.optimizer = Optimizer::kAdamW;
         t.options.gradient_clip_val = 5.0;
       }},
      {"softplus",
       [](Training& t) { t.model.var_activation = VarActivation::kSoftplus; }}};
  return cases;
}

void check_costs(const support::DeviceCase& one, const std::string& level) {
  Stepper stepper(training_of(one, Precision::kFloat32));
  const auto epoch = [&] {
    for (int i = 0; i < 4; ++i) stepper.step(32 * i, 32 + i % 2);
  };
  epoch();
  epoch();
  {
    const StepCounter counter(StepCounter::What::kDispatches);
    stepper.step(0, 32);
    std::string names;
    for (const auto& [name, n] : counter.by_name())
      names += name + " " + std::to_string(n) + ", ";
    INFO(one.name << ", " << level << ": " << names);
    CHECK(counter.count() < 30);
  }
  epoch();
  INFO(one.name << ", " << level);
  const StepCounter counter(StepCounter::What::kAllocations);
  epoch();
  CHECK(counter.count() == 0);
}

}  // namespace

TEST_CASE("a step in float32 allocates nothing and dispatches little") {
  // Another thread may have its first task, and allocate its arrays, at any
  // step.
  const ThreadScope one_thread(1);
  support::for_each_cpu_level([](const std::string& level) {
    for (const auto& one : kernel_cases()) check_costs(one, level);
  });
}
