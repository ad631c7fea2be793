#ifndef SCVIGOR_RUNTIME_INFO_HPP
#define SCVIGOR_RUNTIME_INFO_HPP

#include <string>
#include <vector>

namespace scvigor {

// An OpenMP runtime in this process. There can be two: the system's and one
// that came with LibTorch.
struct OpenMpRuntime {
  std::string file;
  int threads = 0;
};

// What the library was built for, and what it found when it was loaded. Text is
// empty if unknown.
struct RuntimeInfo {
  std::string libtorch;        // the version in use
  std::string libtorch_built;  // the version of the headers
  std::string libtorch_file;
  std::string libtorch_blas;
  bool cxx11_abi = true;
  std::string cpu_level;  // "base", "avx2", "avx512", "amx"
  // Settings of TrainOptions that differ here: "highest" and what is faster.
  std::vector<std::string> matmul_precision;
  std::vector<OpenMpRuntime> openmp;
  std::string cuda_version;  // that of LibTorch; empty: built without CUDA
  int cuda_devices = 0;
  std::string hdf5;
  std::string hdf5_built;
};

RuntimeInfo runtime_info();

// RuntimeInfo::libtorch alone; asks no device.
std::string libtorch_in_use();

}  // namespace scvigor

#endif
