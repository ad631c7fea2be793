#ifndef SCVIGOR_CORE_DATA_PREFETCHER_HPP
#define SCVIGOR_CORE_DATA_PREFETCHER_HPP

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "data/minibatch.hpp"

namespace scvigor {

// Calls read(0), ..., read(n - 1) on a thread of its own, as long as no more
// than `depth` results wait to be taken. Parallel regions in read() run on that
// thread alone.
class Prefetcher {
 public:
  // std::system_error: the system has no more threads.
  Prefetcher(std::int64_t n, std::size_t depth,
             std::function<Minibatch(std::int64_t)> read);
  // Waits for the read() that is at work, and drops what was not taken.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The next result, or the exception that read() ended with. At most n times.
  Minibatch take();

 private:
  void run();
  // False: cancelled.
  bool wait_for_space();
  void read_all();

  std::int64_t n_;
  std::size_t depth_;
  std::function<Minibatch(std::int64_t)> read_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Minibatch> ready_;
  std::exception_ptr error_;
  bool is_cancelled_ = false;
  std::thread thread_;  // last: it looks at all of the above
};

}  // namespace scvigor

#endif
