#ifndef SCVIGOR_RUNTIME_HPP
#define SCVIGOR_RUNTIME_HPP

#include <string>

#include "scvigor/choices.hpp"

namespace scvigor {

class Model;

std::string libtorch_version();
int num_threads();

// Uses `n` threads until it goes out of scope; 0 keeps the current number. A
// forked process has one only.
class ThreadScope {
 public:
  explicit ThreadScope(int n);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int previous_;
};

// A graphics card that this LibTorch can compute on.
bool cuda_is_available();

// A model computes on a device until this goes out of scope, and is on the
// CPU again afterwards. "auto" is CUDA where there is one. An ArgumentError
// when CUDA is asked for and missing.
class DeviceScope {
 public:
  DeviceScope(Model& model, Accelerator accelerator);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  Model* moved_ = nullptr;  // null: it never left the CPU
};

}  // namespace scvigor

#endif
