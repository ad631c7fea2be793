#include "step_counter.hpp"

#include <ATen/record_function.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

namespace {

std::atomic<std::int64_t> n_allocations{0};
std::int64_t n_dispatches = 0;
std::map<std::string, std::int64_t> names;

std::unique_ptr<at::ObserverContext> on_operation(
    const at::RecordFunction& function) {
  ++n_dispatches;
  ++names[function.name()];
  return nullptr;
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCVIGOR_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SCVIGOR_SANITIZER
#endif
#endif

#ifndef SCVIGOR_SANITIZER
namespace {

void* counted(void* memory) {
  n_allocations.fetch_add(1, std::memory_order_relaxed);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Those of this program are used by LibTorch and scvigor as well.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto line = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(line, (size + line - 1) / line * line));
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

#ifdef __linux__
// LibTorch's allocator calls it.
extern "C" int posix_memalign(void** memory, std::size_t alignment,
                              std::size_t size) {
  *memory = counted(std::aligned_alloc(alignment, size));
  return 0;
}
#endif
#endif

StepCounter::StepCounter(What what) : what_(what), first_(n_allocations) {
  if (what_ != What::kDispatches) return;
  n_dispatches = 0;
  names.clear();
  callback_ =
      at::addThreadLocalCallback(at::RecordFunctionCallback(on_operation)
                                     .scopes({at::RecordScope::FUNCTION}));
}

StepCounter::~StepCounter() {
  if (what_ == What::kDispatches) at::removeCallback(callback_);
}

std::int64_t StepCounter::count() const {
  return what_ == What::kDispatches ? n_dispatches : n_allocations - first_;
}

const std::map<std::string, std::int64_t>& StepCounter::by_name() const {
  return names;
}
