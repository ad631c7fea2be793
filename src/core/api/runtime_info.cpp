#include "scvigor/runtime_info.hpp"

#include <ATen/Context.h>
#include <ATen/Version.h>

#include <string>

#include "io/hdf5/h5.hpp"
#include "kernels/cpu/bfloat16_gemm.hpp"
#include "scvigor/runtime.hpp"
#include "simd/cpu_level.hpp"
#include "util/loaded_libraries.hpp"

namespace scvigor {
namespace {

// What follows `key` in LibTorch's description of itself, up to one of `ends`.
std::string value_after(const std::string& text, const std::string& key,
                        const char* ends) {
  const auto at = text.find(key);
  if (at == std::string::npos) return "";
  const auto start = at + key.size();
  return text.substr(start, text.find_first_of(ends, start) - start);
}

std::string version_in(const std::string& config) {
  return value_after(config, "TORCH_VERSION=", ", \n");
}

}  // namespace

std::string libtorch_in_use() { return version_in(at::show_config()); }

RuntimeInfo runtime_info() {
  const std::string libtorch = at::show_config();
  RuntimeInfo info;
  info.libtorch = version_in(libtorch);
  info.libtorch_built = libtorch_version();
  info.libtorch_file =
      core::file_of(reinterpret_cast<const void*>(&at::show_config));
  info.libtorch_blas = value_after(libtorch, "BLAS_INFO=", ", \n");
#ifdef _GLIBCXX_USE_CXX11_ABI
  info.cxx11_abi = _GLIBCXX_USE_CXX11_ABI != 0;
#endif
  info.cpu_level = name_of(cpu_level());
  for (const auto& [precision, name] : choice_names(MatmulPrecision{}))
    if (precision == MatmulPrecision::kHighest || has_bfloat16_gemm(precision))
      info.matmul_precision.emplace_back(name);
  info.openmp = core::openmp_runtimes();
  info.cuda_version = value_after(libtorch, "CUDA Runtime ", "\n");
  info.cuda_devices = static_cast<int>(at::getNumGPUs());
  info.hdf5 = h5::library_version();
  info.hdf5_built = std::to_string(H5_VERS_MAJOR) + "." +
                    std::to_string(H5_VERS_MINOR) + "." +
                    std::to_string(H5_VERS_RELEASE);
  return info;
}

}  // namespace scvigor
