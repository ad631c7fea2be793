#ifndef SCVIGOR_CORE_UTIL_THREADS_HPP
#define SCVIGOR_CORE_UTIL_THREADS_HPP

#include "util/library_threads.hpp"

namespace scvigor {

// Threads for the parallel regions that the calling thread starts.
int thread_count();

// Sets it until this goes out of scope; 0 keeps the present number. Until then
// LibTorch, OpenMP and BLAS compute on the calling thread alone: their threads
// would take the processors from those of ThreadPool.
class ThreadCountScope {
 public:
  explicit ThreadCountScope(int n);
  ~ThreadCountScope();
  ThreadCountScope(const ThreadCountScope&) = delete;
  ThreadCountScope& operator=(const ThreadCountScope&) = delete;

 private:
  int previous_;
  OneLibraryThread one_library_thread_;
};

// While this exists, parallel regions that the calling thread starts run on it
// alone. LibTorch, OpenMP and BLAS are left as they are.
class SerialRegions {
 public:
  SerialRegions();
  ~SerialRegions();
  SerialRegions(const SerialRegions&) = delete;
  SerialRegions& operator=(const SerialRegions&) = delete;

 private:
  int previous_;
};

}  // namespace scvigor

#endif
