#include "io/isolation/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>

namespace scvigor {

namespace {

constexpr int kPollMilliseconds = 100;
constexpr int kPipeBytes = 1 << 20;
constexpr std::int64_t kMiB = 1 << 20;

void limit(decltype(RLIMIT_CORE) resource, std::int64_t value) {
  const rlimit bounds{static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  setrlimit(resource, &bounds);
}

// Memory that the process has mapped, where the system tells; otherwise 0.
std::int64_t mapped_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0;
  statm >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

// A library whose heap a damaged file has overwritten may wait for a lock that
// nobody holds. Such a copy computes nothing, so that no limit ends it; it is
// asked every second. What has to wait for the host is no such copy.
volatile std::sig_atomic_t waits_for_host = 0;
volatile std::sig_atomic_t idle_seconds = 0;
int patience_seconds = 0;
std::int64_t computed_before = 0;

void watch(int) {
  constexpr std::int64_t kSomething = 500;  // microseconds of a second
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  const std::int64_t computed =
      std::int64_t{1000000} * now.tv_sec + now.tv_nsec / 1000;
  const bool idle = !waits_for_host && computed - computed_before < kSomething;
  computed_before = computed;
  idle_seconds = idle ? idle_seconds + 1 : 0;
  if (idle_seconds >= patience_seconds) _exit(1);
}

void start_watch(int patience) {
  patience_seconds = patience;
  struct sigaction action {};
  action.sa_handler = watch;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  const itimerval each_second{{1, 0}, {1, 0}};
  setitimer(ITIMER_REAL, &each_second, nullptr);
}

// The copy must die quickly and quietly: none of the host's signal handlers,
// no core file, no output. A sanitizer's handlers stay: its report should be
// seen.
void prepare(std::int64_t file_bytes) {
  for (const int signal : {SIGTERM, SIGPIPE, SIGXCPU})
    std::signal(signal, SIG_DFL);
  std::signal(SIGINT, SIG_IGN);  // the host hears it, and ends the copy
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, 4 + 4 * file_bytes / kMiB);
#ifndef __SANITIZE_ADDRESS__
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, SIG_DFL);
  if (const std::int64_t mapped = mapped_bytes())
    limit(RLIMIT_AS, mapped + 256 * kMiB + 32 * file_bytes);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
#endif
}

}  // namespace

ChildProcess::ChildProcess(std::int64_t file_bytes, int patience,
                           const std::function<void(ChildProcess&)>& work) {
  int ends[2];
  if (pipe(ends) != 0) return;
#ifdef F_SETPIPE_SZ
  fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
#endif
  process_ = fork();
  if (process_ == 0) {
    close(ends[0]);
    pipe_ = ends[1];
    prepare(file_bytes);
    start_watch(patience);
    work(*this);
    _exit(0);  // without the host's clean-up
  }
  close(ends[1]);
  pipe_ = ends[0];
  if (process_ < 0) close(pipe_);
}

ChildProcess::~ChildProcess() {
  if (process_ <= 0) return;
  close(pipe_);
  kill(process_, SIGKILL);
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::write(const char* bytes, std::size_t n) {
  waits_for_host = 1;
  while (n > 0) {
    const ssize_t sent = ::write(pipe_, bytes, n);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) _exit(1);
    bytes += sent;
    n -= static_cast<std::size_t>(sent);
  }
  waits_for_host = 0;
}

bool ChildProcess::read(char* bytes, std::size_t n,
                        const std::function<void()>& poll) {
  while (n > 0) {
    pollfd wait{pipe_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, kPollMilliseconds);
    if (ready < 0 && errno != EINTR) return false;
    const auto now = std::chrono::steady_clock::now();
    if (poll && now - polled_ > std::chrono::milliseconds(kPollMilliseconds)) {
      polled_ = now;
      poll();
    }
    if (ready <= 0) continue;
    const ssize_t got = ::read(pipe_, bytes, n);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    n -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace scvigor
