// Passes std::string through both LibTorch libraries (which fails to link, or
// crashes, when its C++11 ABI is not this compiler's), computes something,
// differentiates it, and prints the version. LOG is what LibTorch's own inline
// functions use.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <c10/core/Device.h>
#include <c10/util/Logging.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/version.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc > 1) LOG(ERROR) << "unexpected argument " << argv[1];
  const std::string name("cpu");
  if (c10::Device(name).str() != name) return 1;
  if (at::get_parallel_info().empty()) return 2;
  const at::Tensor x = at::ones({2, 3}).set_requires_grad(true);
  x.mul(x).sum().backward();
  if (x.grad().sum().item<double>() != 12.0) return 3;
  std::printf("%s\n", TORCH_VERSION);
  return 0;
}
