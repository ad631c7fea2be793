// A step of n cells costs, with w multiply-adds in the decoder's heads,
//
//   CPU, p threads:  a w / p + (1 - 1 / p) (b + c n + d w)
//   GPU:             e + f w + g n genes
//
// where the second term of the CPU is what its threads do not share, e the
// launching of a step's operations, and g the return of the results. The
// constants are fitted to the table "On a GPU" of bench/PROFILE.md: 16 Intel
// cores, an NVIDIA H200, 1,287 and 13,714 genes, minibatches of 128 and 1,024.

#include "model/device_cost.hpp"

#include <algorithm>
#include <cmath>

#include "distributions/likelihood.hpp"

namespace scvigor::core {
namespace {

struct CpuCost {
  double per_multiply;         // a
  double step;                 // b
  double per_cell;             // c
  double per_serial_multiply;  // d
};
struct CudaCost {
  double step;          // e
  double per_multiply;  // f
  double per_value;     // g
};

constexpr CpuCost kCpuTraining{31e-12, 0.4e-3, 2.5e-6, 1.65e-12};
constexpr CudaCost kCudaTraining{4.2e-3, 0.6e-12, 0.0};
// Blocks of cells share nothing: the threads divide all of it.
constexpr CpuCost kCpuInference{50e-12, 0.0, 0.0, 0.0};
constexpr CudaCost kCudaInference{1.2e-3, 0.6e-12, 0.5e-9};
// CUDA's start and the way of the weights to the GPU.
constexpr double kCudaStart = 0.5;

// The multiply-adds of the heads for one cell.
double multiplies_per_cell(const ModelOptions& o, bool training) {
  const double inputs = static_cast<double>(
      o.decoder == DecoderKind::kLinear ? o.n_latent : o.n_hidden);
  const double product = static_cast<double>(o.n_genes) * inputs;
  if (!training) return product;
  const LikelihoodTraits& traits = likelihood_of(o.gene_likelihood).traits;
  const int heads = 1 + traits.has_dropout +
                    (traits.has_theta && o.dispersion == Dispersion::kGeneCell);
  return 3.0 * heads * product;  // forward, and two gradients
}

struct Steps {
  double n;      // in all
  double cells;  // of each
};

Steps steps_of(const Workload& work) {
  const auto size = std::clamp<std::int64_t>(
      work.batch_size, 1, std::max<std::int64_t>(1, work.n_cells));
  return {static_cast<double>(work.passes) *
              std::ceil(static_cast<double>(work.n_cells) /
                        static_cast<double>(size)),
          static_cast<double>(size)};
}

double seconds_on_cpu(const ModelOptions& o, const Workload& work,
                      int n_threads) {
  const CpuCost& cost = work.training ? kCpuTraining : kCpuInference;
  const Steps steps = steps_of(work);
  const double w = steps.cells * multiplies_per_cell(o, work.training);
  const double p = std::max(1, n_threads);
  return steps.n * (cost.per_multiply * w / p +
                    (1.0 - 1.0 / p) * (cost.step + cost.per_cell * steps.cells +
                                       cost.per_serial_multiply * w));
}

double seconds_on_cuda(const ModelOptions& o, const Workload& work) {
  const CudaCost& cost = work.training ? kCudaTraining : kCudaInference;
  const Steps steps = steps_of(work);
  const double w = steps.cells * multiplies_per_cell(o, work.training);
  const double values = steps.cells * static_cast<double>(o.n_genes);
  return kCudaStart + steps.n * (cost.step + cost.per_multiply * w +
                                 cost.per_value * values);
}

}  // namespace

Accelerator choose_device(const ModelOptions& o, const Workload& work,
                          int n_threads, bool cuda) {
  return cuda && seconds_on_cuda(o, work) < seconds_on_cpu(o, work, n_threads)
             ? Accelerator::kCuda
             : Accelerator::kCpu;
}

}  // namespace scvigor::core
