#include "data/prefetcher.hpp"

#include <utility>

#include "util/library_threads.hpp"
#include "util/signals_blocked.hpp"
#include "util/threads.hpp"

namespace scvigor {

Prefetcher::Prefetcher(std::int64_t n, std::size_t depth,
                       std::function<Minibatch(std::int64_t)> read)
    : n_(n), depth_(depth), read_(std::move(read)) {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_cancelled_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Minibatch Prefetcher::take() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || error_; });
  if (ready_.empty()) std::rethrow_exception(error_);
  Minibatch out = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return out;
}

void Prefetcher::run() {
  use_one_openmp_thread();
  const SerialRegions serial;
  try {
    read_all();
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex_);
    error_ = std::current_exception();
  }
  changed_.notify_all();
}

void Prefetcher::read_all() {
  for (std::int64_t i = 0; i < n_ && wait_for_space(); ++i) {
    Minibatch next = read_(i);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ready_.push_back(std::move(next));
    }
    changed_.notify_all();
  }
}

bool Prefetcher::wait_for_space() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock,
                [this] { return is_cancelled_ || ready_.size() < depth_; });
  return !is_cancelled_;
}

}  // namespace scvigor
