#include "io/isolation/stall_watch.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <ctime>

namespace scvigor {

namespace {

volatile std::sig_atomic_t g_is_paused = 0;
volatile std::sig_atomic_t g_idle_seconds = 0;
int g_patience_seconds = 0;
int g_exit_status = 0;
std::int64_t g_computed_before = 0;

// Once a second. A wait for a disk or a network file system that does not
// answer delays the signal, and is not counted.
void check_progress(int) {
  constexpr std::int64_t kMinComputed = 500;  // microseconds of a second
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  const std::int64_t computed =
      std::int64_t{1000000} * now.tv_sec + now.tv_nsec / 1000;
  const bool is_idle =
      !g_is_paused && computed - g_computed_before < kMinComputed;
  g_computed_before = computed;
  g_idle_seconds = is_idle ? g_idle_seconds + 1 : 0;
  if (g_idle_seconds >= g_patience_seconds) _exit(g_exit_status);
}

}  // namespace

void watch_for_stalls(int patience_seconds, int exit_status) {
  g_patience_seconds = patience_seconds;
  g_exit_status = exit_status;
  struct sigaction action {};
  action.sa_handler = check_progress;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  const itimerval each_second{{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &each_second, nullptr);
}

StallWatchPause::StallWatchPause() { g_is_paused = 1; }
StallWatchPause::~StallWatchPause() { g_is_paused = 0; }

}  // namespace scvigor
