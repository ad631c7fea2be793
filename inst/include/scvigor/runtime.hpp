#ifndef SCVIGOR_RUNTIME_HPP
#define SCVIGOR_RUNTIME_HPP

#include <cstdint>
#include <memory>
#include <string>

#include "scvigor/choices.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

class Model;

class ThreadCountScope;

std::string libtorch_version();

// Empty, unless the environment variable SCVIGOR_CPU_LEVEL, which lowers the
// instruction set of the kernels, asks for one that is unknown or missing here.
std::string cpu_level_warning();

// The number of threads in use. Where none was given, that is the number of
// available processors, or less if OMP_NUM_THREADS or SLURM_CPUS_PER_TASK say
// so; 1 in a forked process.
int num_threads();

// Processors that this process may run on, at least 1.
int n_processors();

// The same, or fewer if its container has a quota, or OMP_THREAD_LIMIT says so.
int available_processors();

// Bytes that this process may use: the machine's memory, or what a container or
// a limit of the address space leaves of it.
double memory_limit();

// Uses `n` threads until it goes out of scope; 0 keeps the current number, and
// some hundreds are the most: each has a stack. LibTorch, OpenMP and BLAS have
// a single thread until then.
class ThreadScope {
 public:
  explicit ThreadScope(int n);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  std::unique_ptr<ThreadCountScope> scope_;
};

// A seed for each of several draws under one seed. Those of different seeds are
// independent. Draw 0 has the seed itself; the others are below 2^53, so that
// a double holds them.
std::uint64_t draw_seed(std::uint64_t seed, std::uint64_t draw);

// Whether there is a GPU that this LibTorch can compute on.
bool cuda_is_available();

// What a call computes: passes over cells, in minibatches or blocks.
struct Workload {
  std::int64_t n_cells = 0;
  std::int64_t batch_size = 512;
  std::int64_t passes = 1;  // epochs, or draws for each cell
  bool training = false;    // with gradients
};

// What "auto" means: kCuda if there is a GPU that is expected to be done
// before `n_threads` threads of the CPU, else kCpu.
Accelerator choose_device(const ModelOptions& options, const Workload& work,
                          int n_threads, bool cuda);

// A model computes on a device while this exists, and is on the CPU again
// afterwards. An ArgumentError if CUDA is requested and not available.
class DeviceScope {
 public:
  // `work` decides what "auto" means.
  DeviceScope(Model& model, Accelerator accelerator, const Workload& work = {});
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  Model* moved_ = nullptr;  // null: it stayed on the CPU
};

}  // namespace scvigor

#endif
