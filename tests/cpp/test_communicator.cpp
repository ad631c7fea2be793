// What the trainer exchanges with other processes.

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "catch.hpp"
#include "model/state_io.hpp"
#include "train/communicator.hpp"
#include "train/trainer.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::Training;

namespace {

// Processes that all do the same as this one.
class Clones final : public Communicator {
 public:
  explicit Clones(int n) : n_(n) {}
  int rank() const override { return 0; }
  int size() const override { return n_; }
  void all_reduce(at::Tensor& values) override {
    ++n_reduced;
    reduced_size = values.numel();
    CHECK(values.is_contiguous());
    values.mul_(n_);
  }
  void broadcast(at::Tensor& values, int root) override {
    ++n_broadcast;
    CHECK(root == 0);
    if (replacement.defined()) values.copy_(replacement);
  }
  void barrier() override {}

  int n_reduced = 0;
  int n_broadcast = 0;
  std::int64_t reduced_size = 0;
  at::Tensor replacement;  // the weights of process 0

 private:
  int n_;
};

std::vector<double> weights_after(const Training& t, Communicator& with,
                                  std::uint64_t weights_seed = 5,
                                  std::int64_t* n_steps = nullptr) {
  Vae vae(t.model, weights_seed, {});
  Trainer trainer(vae, t.cells, t.split, t.options, 7, {}, with);
  trainer.run(2);
  if (n_steps != nullptr) *n_steps = trainer.steps();
  return all_values(read_state(vae.state()));
}

}  // namespace

TEST_CASE("a local communicator changes nothing") {
  LocalCommunicator local;
  at::Tensor values = at::ones({3});
  local.all_reduce(values);
  local.broadcast(values, 0);
  local.barrier();
  CHECK(values.eq(1.0).all().item<bool>());
  CHECK(local.rank() == 0);
  CHECK(local.size() == 1);
}

TEST_CASE("the gradient is the mean over the processes, one bucket per step") {
  Training t;
  LocalCommunicator local;
  Clones two(2);
  std::int64_t n_steps = 0;
  CHECK(weights_after(t, two, 5, &n_steps) == weights_after(t, local));
  CHECK(n_steps > 2);
  CHECK(two.n_reduced == n_steps);
  CHECK(two.n_broadcast == 1);
}

TEST_CASE("all processes start with the weights of the first") {
  Training t;
  LocalCommunicator local;
  Clones two(2);
  {
    Vae first(t.model, 5, {});
    AdamOptimizer optimizer(first.trainable_slices(), t.options);
    two.replacement = optimizer.bucket().weights().clone();
  }
  CHECK(weights_after(t, two, 6) == weights_after(t, local, 5));
}
