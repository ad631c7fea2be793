// accelerator = "auto": the device that is expected to be done first.

#include <string>
#include <vector>

#include "catch.hpp"
#include "scvigor/runtime.hpp"

using namespace scvigor;

namespace {

ModelOptions model_of(std::int64_t n_genes) {
  ModelOptions o;
  o.n_genes = n_genes;
  return o;
}

Workload training_of(std::int64_t n_cells, std::int64_t batch_size,
                     std::int64_t epochs = 400) {
  return {n_cells, batch_size, epochs, true};
}

bool takes_gpu(const ModelOptions& o, const Workload& work, int n_threads) {
  return choose_device(o, work, n_threads, true) == Accelerator::kCuda;
}

}  // namespace

// Seconds of an epoch as in bench/PROFILE.md: an NVIDIA H200 beside 1, 2, 4, 8
// and 16 Intel cores.
TEST_CASE("auto takes the device that was measured to be faster") {
  struct Measured {
    std::int64_t n_cells, n_genes, batch_size;
    double gpu;
    std::vector<double> cpu;  // by n_threads; empty: not measured
    std::vector<int> n_threads;
  };
  const std::vector<Measured> table{
      {12261,
       1287,
       128,
       0.40,
       {0.36, 0.22, 0.17, 0.13, 0.11},
       {1, 2, 4, 8, 16}},
      {12261, 1287, 1024, 0.054, {0.073}, {16}},
      {2638,
       13714,
       128,
       0.088,
       {0.88, 0.43, 0.26, 0.17, 0.11},
       {1, 2, 4, 8, 16}},
      {2638, 13714, 1024, 0.032, {0.083}, {16}},
  };
  for (const auto& row : table)
    for (std::size_t i = 0; i < row.cpu.size(); ++i) {
      INFO(row.n_genes << " genes, minibatches of " << row.batch_size << ", "
                       << row.n_threads[i] << " threads");
      CHECK(takes_gpu(model_of(row.n_genes),
                      training_of(row.n_cells, row.batch_size),
                      row.n_threads[i]) == (row.gpu < row.cpu[i]));
    }
}

TEST_CASE("without a GPU auto is the CPU") {
  CHECK(choose_device(model_of(20000), training_of(1'000'000, 1024), 1,
                      false) == Accelerator::kCpu);
}

TEST_CASE("what is done in less than CUDA takes to start stays on the CPU") {
  CHECK_FALSE(takes_gpu(model_of(13714), training_of(100, 128, 1), 16));
  CHECK_FALSE(takes_gpu(model_of(13714), {2638, 512, 1, false}, 16));
  CHECK_FALSE(takes_gpu(model_of(13714), {0, 512, 1, false}, 16));
}

TEST_CASE("more threads speak for the CPU, more work for the GPU") {
  for (const bool training : {true, false})
    for (const std::int64_t n_genes : {500, 2000, 8000, 30000})
      for (const std::int64_t batch_size : {32, 128, 512, 2048}) {
        const Workload work{100'000, batch_size, 10, training};
        bool before = true;
        for (const int n_threads : {1, 2, 4, 8, 16, 64, 256}) {
          const bool now = takes_gpu(model_of(n_genes), work, n_threads);
          CHECK((before || !now));
          before = now;
        }
      }
  for (const int n_threads : {1, 4, 16, 64}) {
    bool before = false;
    for (std::int64_t n_genes = 100; n_genes < 100'000; n_genes *= 2) {
      const bool now =
          takes_gpu(model_of(n_genes), training_of(100'000, 128), n_threads);
      CHECK((now || !before));
      before = now;
    }
  }
  ModelOptions wide = model_of(1287);
  wide.n_hidden = 4096;
  CHECK(takes_gpu(wide, training_of(12261, 128), 16));
}
