#include <Rcpp.h>

#include "r_runtime.h"
#include "scvigor/runtime.hpp"
#include "scvigor/runtime_info.hpp"

using Rcpp::Named;
using scvigor::r::guarded;

// The version of LibTorch that this library runs with, which need not be that
// of its headers; "" if LibTorch does not say. Starts nothing.
// [[Rcpp::export(rng = false)]]
std::string libtorch_in_use() {
  return guarded([] { return scvigor::libtorch_in_use(); });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List runtime_info() {
  return guarded([] {
    const scvigor::RuntimeInfo info = scvigor::runtime_info();
    std::vector<std::string> files;
    std::vector<int> threads;
    for (const auto& runtime : info.openmp) {
      files.push_back(runtime.file);
      threads.push_back(runtime.threads);
    }
    return Rcpp::List::create(
        Named("libtorch") = info.libtorch,
        Named("libtorch_built") = info.libtorch_built,
        Named("libtorch_file") = info.libtorch_file,
        Named("libtorch_blas") = info.libtorch_blas,
        Named("cxx11_abi") = info.cxx11_abi,
        Named("cpu_level") = info.cpu_level,
        Named("matmul_precision") = info.matmul_precision,
        Named("num_threads") = scvigor::num_threads(),
        Named("openmp") = Rcpp::List::create(Named("file") = files,
                                             Named("threads") = threads),
        Named("cuda") = scvigor::cuda_is_available(),
        Named("cuda_version") = info.cuda_version,
        Named("cuda_devices") = info.cuda_devices, Named("hdf5") = info.hdf5,
        Named("hdf5_built") = info.hdf5_built);
  });
}

// Empty, or what is wrong with SCVIGOR_CPU_LEVEL.
// [[Rcpp::export(rng = false)]]
std::string cpu_level_warning() { return scvigor::cpu_level_warning(); }
