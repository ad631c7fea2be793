#ifndef SCVIGOR_RUNTIME_HPP
#define SCVIGOR_RUNTIME_HPP

#include <string>

namespace scvigor {

std::string libtorch_version();
int num_threads();

// Uses `n` threads until it goes out of scope; 0 keeps the current number.
class ThreadScope {
 public:
  explicit ThreadScope(int n);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int previous_;
};

}  // namespace scvigor

#endif
