#ifndef SCVIGOR_BENCH_STEP_COUNTER_HPP
#define SCVIGOR_BENCH_STEP_COUNTER_HPP

#include <cstdint>
#include <map>
#include <string>

// Counts, while one exists, what a training step costs beside its arithmetic:
// operations that LibTorch dispatches, by name, and allocations of memory by
// operator new and LibTorch's CPU allocator. Counting itself allocates: the
// numbers of allocations are taken in steps where operations are not counted.
// Under a sanitizer, which has its own operator new, they are 0.
class StepCounter {
 public:
  enum class What { kDispatches, kAllocations };

  explicit StepCounter(What what);
  ~StepCounter();
  StepCounter(const StepCounter&) = delete;
  StepCounter& operator=(const StepCounter&) = delete;

  std::int64_t count() const;
  const std::map<std::string, std::int64_t>& by_name() const;

 private:
  What what_;
  std::uint64_t callback_ = 0;
  std::int64_t first_ = 0;
};

#endif
