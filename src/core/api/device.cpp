#include <ATen/Context.h>

#include "api/errors.hpp"
#include "model/device_cost.hpp"
#include "model/vae.hpp"
#include "scvigor/runtime.hpp"

namespace scvigor {

namespace {

// Without an exception: a device that failed has given the caller its error.
void move_to_cpu(Model& model) {
  try {
    model.vae().move_to(at::kCPU);
  } catch (...) {
  }
}

}  // namespace

bool cuda_is_available() { return at::hasCUDA(); }

Accelerator choose_device(const ModelOptions& options, const Workload& work,
                          int n_threads, bool cuda) {
  return core::choose_device(options, work, n_threads, cuda);
}

DeviceScope::DeviceScope(Model& model, Accelerator accelerator,
                         const Workload& work) {
  const bool cuda = cuda_is_available();
  if (accelerator == Accelerator::kAuto)
    accelerator = choose_device(model.options(), work, num_threads(), cuda);
  if (accelerator == Accelerator::kCpu) return;
  if (!cuda)
    throw ArgumentError("accelerator",
                        "`accelerator = \"cuda\"`: LibTorch " +
                            libtorch_version() +
                            " finds no CUDA device here. Use \"auto\" or "
                            "\"cpu\", or install scvigor with a LibTorch "
                            "built for CUDA.");
  try {
    without_torch_errors([&] { model.vae().move_to(at::kCUDA); });
  } catch (...) {
    move_to_cpu(model);
    throw;
  }
  moved_ = &model;
}

DeviceScope::~DeviceScope() {
  if (moved_ != nullptr) move_to_cpu(*moved_);
}

}  // namespace scvigor
