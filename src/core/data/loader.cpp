#include "data/loader.hpp"

#include <system_error>
#include <utility>

#include "util/machine.hpp"
#include "util/processors.hpp"
#include "util/threads.hpp"

namespace scvigor {
namespace {

constexpr std::size_t kDepth = 2;  // minibatches that wait

// Whether reading is likely to wait for a disk: the system's cache of files has
// what memory is left.
bool is_beyond_cache(double file_bytes) {
  return file_bytes > core::memory_limit() / 2.0;
}

}  // namespace

Loader::Loader(const Cells& cells, const at::TensorOptions& options,
               Prefetch prefetch)
    : cells_(cells),
      prefetch_(prefetch),
      file_bytes_(cells.counts ? cells.counts->file_bytes() : 0.0),
      readers_(kDepth + 2, MinibatchReader(cells, options)) {}

bool Loader::has_prefetching() const {
  if (prefetch_ != Prefetch::kAuto) return prefetch_ == Prefetch::kAlways;
  if (is_beyond_cache(file_bytes_)) return true;
  return file_bytes_ > 0.0 && thread_count() < core::available_processors();
}

Loader::Pass::Pass(Loader& loader, const std::vector<std::int64_t>& cells,
                   std::vector<std::int64_t> ends,
                   std::vector<std::int64_t> window_ends)
    : loader_(loader),
      cells_(cells),
      ends_(std::move(ends)),
      window_ends_(std::move(window_ends)) {
  if (window_ends_.empty() && is_beyond_cache(loader.file_bytes_))
    window_ends_ = ends_;
  if (!loader.has_prefetching() || ends_.size() < 2) return;
  try {
    prefetcher_.emplace(static_cast<std::int64_t>(ends_.size()), kDepth,
                        [this](std::int64_t i) { return read(i); });
  } catch (const std::system_error&) {
    // There are no more threads: this one reads.
  }
}

std::optional<Minibatch> Loader::Pass::next() {
  if (next_ == ends_.size()) return {};
  const std::size_t i = next_++;
  return prefetcher_ ? prefetcher_->take() : read(static_cast<std::int64_t>(i));
}

Minibatch Loader::Pass::read(std::int64_t i) {
  const auto at = static_cast<std::size_t>(i);
  const std::int64_t first = at == 0 ? 0 : ends_[at - 1];
  fetch_windows(first);
  auto& readers = loader_.readers_;
  // Without a thread the first one's memory is free each time.
  const std::size_t reader = prefetcher_ ? at % readers.size() : 0;
  return readers[reader].load(cells_.data() + first, ends_[at] - first);
}

// When a window begins, the system fetches the next one.
void Loader::Pass::fetch_windows(std::int64_t position) {
  const auto begin = [this](std::size_t window) {
    return window == 0 ? 0 : window_ends_[window - 1];
  };
  for (; next_window_ < window_ends_.size() &&
         (next_window_ == 0 || position >= begin(next_window_ - 1));
       ++next_window_)
    loader_.cells_.counts->will_read(
        cells_.data() + begin(next_window_),
        window_ends_[next_window_] - begin(next_window_));
}

}  // namespace scvigor
