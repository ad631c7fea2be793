#include "util/library_threads.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <string>

#include "util/loaded_libraries.hpp"
#include "util/processors.hpp"

namespace scvigor {
namespace {

// How a library is asked for its number of threads, and told another.
struct Control {
  int (*get)() = nullptr;
  void (*set)(int) = nullptr;
  bool is_openmp = false;  // a number for each thread, not for the process
};

template <class Function>
Function find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

// LibTorch as it was loaded. A symbol that is looked up there may be one of the
// libraries that it depends on.
void* libtorch_handle() {
  const std::string path =
      core::file_of(reinterpret_cast<const void*>(&at::get_num_threads));
  if (path.empty()) return nullptr;
  return dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
}

// OpenBLAS with threads of its own, not OpenMP's.
bool has_own_threads(void* library) {
  constexpr int kPthreads = 1;
  const auto kind = find<int (*)()>(library, "openblas_get_parallel");
  return kind != nullptr && kind() == kPthreads;
}

#if TORCH_VERSION_MAJOR >= 2
namespace warning_handlers = c10::WarningUtils;
#else
namespace warning_handlers = c10::Warning;
#endif

class Silent final : public c10::WarningHandler {
 public:
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning&) override {}
#else
  void process(const c10::SourceLocation&, const std::string&, bool) override {}
#endif
};

// LibTorch sets OpenMP's number when a thread first asks for it or computes.
// What it says then of an OMP_NUM_THREADS that is not a number is a page of
// addresses, and of one that is it takes any.
void initialize_libtorch_threads() {
  Silent silent;
  const warning_handlers::WarningHandlerGuard guard(&silent);
  at::get_num_threads();
}

class Controls {
 public:
  Controls() {
    initialize_libtorch_threads();
    void* const libtorch = libtorch_handle();
    for (void* library : {static_cast<void*>(RTLD_DEFAULT), libtorch}) {
      if (library == nullptr && library != RTLD_DEFAULT) continue;
      add(library, "omp_get_max_threads", "omp_set_num_threads", true);
      if (has_own_threads(library))
        add(library, "openblas_get_num_threads", "openblas_set_num_threads",
            false);
    }
    for (const auto& library : core::openmp_libraries())
      add(library.handle, "omp_get_max_threads", "omp_set_num_threads", true);
    for (const auto& control : *this)
      if (control.get() > core::n_processors())
        control.set(core::n_processors());
  }

  const Control* begin() const { return controls_.data(); }
  const Control* end() const { return controls_.data() + n_; }

 private:
  void add(void* library, const char* get, const char* set, bool is_openmp) {
    const Control found{find<int (*)()>(library, get),
                        find<void (*)(int)>(library, set), is_openmp};
    if (found.get == nullptr || found.set == nullptr) return;
    if (n_ == controls_.size()) return;
    for (const auto& known : *this)
      if (known.set == found.set) return;
    controls_[n_++] = found;
  }

  std::array<Control, OneLibraryThread::kMaxLibraries> controls_;
  std::size_t n_ = 0;
};

// Made when this library is loaded: a forked child must not look anything up.
const Controls controls;

}  // namespace

OneLibraryThread::OneLibraryThread() {
  initialize_libtorch_threads();
  std::size_t i = 0;
  for (const auto& control : controls) {
    previous_[i] = control.get();
    if (previous_[i++] != 1) control.set(1);
  }
}

OneLibraryThread::~OneLibraryThread() {
  std::size_t i = 0;
  for (const auto& control : controls) {
    if (control.get() != previous_[i]) control.set(previous_[i]);
    ++i;
  }
}

void use_one_openmp_thread() {
  initialize_libtorch_threads();
  for (const auto& control : controls)
    if (control.is_openmp && control.get() != 1) control.set(1);
}

}  // namespace scvigor
