#ifndef SCVIGOR_CORE_UTIL_LIBRARY_THREADS_HPP
#define SCVIGOR_CORE_UTIL_LIBRARY_THREADS_HPP

#include <array>
#include <cstddef>

namespace scvigor {

// While this exists, operations of LibTorch, OpenMP and BLAS that the calling
// thread starts run on it alone; then the numbers of threads are as before. A
// process can have several OpenMP runtimes, the system's, one that came with
// LibTorch and those of other packages: all are set that were loaded before.
class OneLibraryThread {
 public:
  OneLibraryThread();
  ~OneLibraryThread();
  OneLibraryThread(const OneLibraryThread&) = delete;
  OneLibraryThread& operator=(const OneLibraryThread&) = delete;

  static constexpr std::size_t kMaxLibraries = 8;

 private:
  std::array<int, kMaxLibraries> previous_{};
};

// The same for good, for OpenMP, whose number of threads is the calling
// thread's own.
void use_one_openmp_thread();

}  // namespace scvigor

#endif
