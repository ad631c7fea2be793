#ifndef SCVIGOR_CORE_DATA_LOADER_HPP
#define SCVIGOR_CORE_DATA_LOADER_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "data/minibatch.hpp"
#include "data/prefetcher.hpp"

namespace scvigor {

// Reads the minibatches of a list of cells, one after another. Where that is
// faster, a thread reads the next ones while the caller computes; the
// minibatches are the same.
class Loader {
 public:
  // kAuto: for counts in a file, if a processor is free for the thread or the
  // file does not fit in memory, so that the thread waits for the disk. Where
  // all processors are at work on the step, a thread more delays it by what it
  // reads, and by more: the threads of the step take it for another program
  // (Backoff). What it would gain on a GPU was not measured.
  enum class Prefetch { kAuto, kNever, kAlways };

  Loader(const Cells& cells, const at::TensorOptions& options,
         Prefetch prefetch = Prefetch::kAuto);

  // A pass over some of the cells. There is one at a time.
  class Pass {
   public:
    // cells: must live as long as the pass. ends: of the minibatches.
    // window_ends: of parts, larger than a minibatch, whose cells are close to
    // one another in the file; may be empty.
    Pass(Loader& loader, const std::vector<std::int64_t>& cells,
         std::vector<std::int64_t> ends,
         std::vector<std::int64_t> window_ends = {});

    // The next minibatch; none after the last. Throws what reading throws.
    std::optional<Minibatch> next();

   private:
    Minibatch read(std::int64_t i);
    void fetch_windows(std::int64_t position);

    Loader& loader_;
    const std::vector<std::int64_t>& cells_;
    std::vector<std::int64_t> ends_;
    std::vector<std::int64_t> window_ends_;
    std::size_t next_window_ = 0;
    std::size_t next_ = 0;
    std::optional<Prefetcher> prefetcher_;
  };

 private:
  bool has_prefetching() const;

  const Cells& cells_;
  Prefetch prefetch_;
  double file_bytes_;
  // One for each minibatch that is in use: the caller's, those that wait, the
  // one that is read.
  std::vector<MinibatchReader> readers_;
};

}  // namespace scvigor

#endif
