#include "io/isolation/child_process.hpp"

#include <fcntl.h>
#include <hdf5.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "io/isolation/process_limits.hpp"
#include "io/isolation/sanitizer.hpp"
#include "io/isolation/stall_watch.hpp"

namespace scvigor {

namespace {

constexpr int kPollMilliseconds = 100;
constexpr int kPipeBytes = 1 << 20;

// The child must die quickly and quietly: none of the parent's signal
// handlers, no core file, no output. A sanitizer's handlers stay: its report
// should be seen.
void prepare_child(std::int64_t file_bytes) {
  for (const int signal : {SIGTERM, SIGPIPE, SIGXCPU})
    std::signal(signal, SIG_DFL);
  std::signal(SIGINT, SIG_IGN);  // the parent hears it, and ends the child
#if !SCVIGOR_ADDRESS_SANITIZER
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, SIG_DFL);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
#endif
  // rhdf5's handler of HDF5's errors is an error of R, which would jump out of
  // the child's work.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  set_limits(file_bytes);
}

}  // namespace

ChildProcess::ChildProcess(std::int64_t file_bytes, int patience,
                           const std::function<void(ChildProcess&)>& work) {
  int ends[2];
  if (pipe(ends) != 0) return;
  // The host may start other programs while the child works.
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
#ifdef F_SETPIPE_SZ
  fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
#endif
  process_ = fork();
  if (process_ == 0) {
    close(ends[0]);
    pipe_ = ends[1];
    prepare_child(file_bytes);
    watch_for_stalls(patience, kStalled);
    work(*this);
    _exit(0);  // without the parent's clean-up
  }
  close(ends[1]);
  pipe_ = ends[0];
  if (process_ < 0) close(pipe_);
}

ChildProcess::~ChildProcess() {
  if (process_ <= 0) return;
  close(pipe_);
  kill(process_, SIGKILL);
  wait();
}

void ChildProcess::write(const char* bytes, std::size_t n) {
  const StallWatchPause pause;
  while (n > 0) {
    const ssize_t sent = ::write(pipe_, bytes, n);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) _exit(1);
    bytes += sent;
    n -= static_cast<std::size_t>(sent);
  }
}

bool ChildProcess::read(char* bytes, std::size_t n,
                        const std::function<void()>& poll) {
  while (n > 0) {
    if (begin_ < end_) {
      const std::size_t part = std::min(n, end_ - begin_);
      std::memcpy(bytes, buffer_.data() + begin_, part);
      begin_ += part;
      bytes += part;
      n -= part;
      continue;
    }
    pollfd wait{pipe_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, kPollMilliseconds);
    if (ready < 0 && errno != EINTR) return false;
    const auto now = std::chrono::steady_clock::now();
    if (poll && now - polled_ > std::chrono::milliseconds(kPollMilliseconds)) {
      polled_ = now;
      poll();
    }
    if (ready <= 0) continue;
    const bool is_large = n >= buffer_.size();
    const ssize_t got = is_large
                            ? ::read(pipe_, bytes, n)
                            : ::read(pipe_, buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (is_large) {
      bytes += got;
      n -= static_cast<std::size_t>(got);
    } else {
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
    }
  }
  return true;
}

ChildEnd ChildProcess::wait() {
  int status = 0;
  pid_t waited = 0;
  while ((waited = waitpid(process_, &status, 0)) < 0 && errno == EINTR) {
  }
  const bool is_known = waited == process_;
  process_ = 0;
  if (is_known && WIFEXITED(status))
    return {ChildEnd::Kind::kExit, WEXITSTATUS(status)};
  if (is_known && WIFSIGNALED(status))
    return {ChildEnd::Kind::kSignal, WTERMSIG(status)};
  // The host ignores SIGCHLD, or waits for every child itself.
  return {};
}

}  // namespace scvigor
