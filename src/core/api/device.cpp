#include <ATen/Context.h>

#include "api/errors.hpp"
#include "model/vae.hpp"
#include "scvigor/runtime.hpp"

namespace scvigor {

namespace {

// A device that has failed keeps what it holds; the caller has its error.
void bring_back(Model& model) {
  try {
    model.vae().move_to(at::kCPU);
  } catch (...) {
  }
}

}  // namespace

bool cuda_is_available() { return at::hasCUDA(); }

DeviceScope::DeviceScope(Model& model, Accelerator accelerator) {
  if (accelerator == Accelerator::kCpu) return;
  if (!cuda_is_available()) {
    if (accelerator == Accelerator::kAuto) return;
    throw ArgumentError("accelerator",
                        "`accelerator = \"cuda\"`: LibTorch " +
                            libtorch_version() +
                            " finds no CUDA device here. Use \"auto\" or "
                            "\"cpu\", or install scvigor with a LibTorch "
                            "built for CUDA.");
  }
  try {
    without_torch_errors([&] { model.vae().move_to(at::kCUDA); });
  } catch (...) {
    bring_back(model);
    throw;
  }
  moved_ = &model;
}

DeviceScope::~DeviceScope() {
  if (moved_ != nullptr) bring_back(*moved_);
}

}  // namespace scvigor
