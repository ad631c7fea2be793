#ifndef SCVIGOR_CORE_IO_ISOLATION_STALL_WATCH_HPP
#define SCVIGOR_CORE_IO_ISOLATION_STALL_WATCH_HPP

namespace scvigor {

// A library whose heap a damaged file has overwritten may wait for a lock that
// is never released. Such a process computes nothing, so that no limit ends it.
// From now on this process ends with `exit_status` after so many seconds
// without any computing.
void watch_for_stalls(int patience_seconds, int exit_status);

// While it lives, waiting is allowed: the other end of a pipe is slow.
class StallWatchPause {
 public:
  StallWatchPause();
  ~StallWatchPause();
  StallWatchPause(const StallWatchPause&) = delete;
  StallWatchPause& operator=(const StallWatchPause&) = delete;
};

}  // namespace scvigor

#endif
