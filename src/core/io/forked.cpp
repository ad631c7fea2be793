#include "forked.hpp"

#include "scvigor/error.hpp"

#ifdef _WIN32

namespace scvigor {

std::optional<std::string> run_forked(const std::function<std::string()>&,
                                      const std::string&,
                                      const std::function<void()>&) {
  return std::nullopt;
}

}  // namespace scvigor

#else

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>

namespace scvigor {

namespace {

constexpr char kReturned = 'r', kThrew = 't';
constexpr int kPollMilliseconds = 100;

// Dies silently: no core file, no handler of the host, no output.
void prepare_copy() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM})
    std::signal(signal, SIG_DFL);
  std::signal(SIGINT, SIG_IGN);  // the host hears it and ends the copy
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void run_copy(const std::function<std::string()>& work,
                           int out) {
  prepare_copy();
  std::string answer;
  try {
    answer = kReturned + work();
  } catch (const std::exception& error) {
    answer = kThrew + std::string(error.what());
  } catch (...) {
    answer = kThrew + std::string("An unknown error occurred.");
  }
  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t n = write(out, answer.data() + sent, answer.size() - sent);
    if (n < 0 && errno != EINTR) _exit(1);
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
  _exit(0);  // without the host's clean-up
}

// Ends and reaps the copy, whatever happens.
class Copy {
 public:
  Copy(pid_t id, int in) : id_(id), in_(in) {}
  ~Copy() {
    close(in_);
    if (id_ < 0) return;
    kill(id_, SIGKILL);
    finished_well();
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  std::string read_answer(const std::function<void()>& poll) {
    std::string answer;
    char buffer[4096];
    while (true) {
      pollfd wait{in_, POLLIN, 0};
      const int ready = ::poll(&wait, 1, kPollMilliseconds);
      if (poll) poll();
      if (ready <= 0) continue;
      const ssize_t n = read(in_, buffer, sizeof buffer);
      if (n == 0) return answer;
      if (n > 0) answer.append(buffer, static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR) return answer;
    }
  }

  bool finished_well() {
    int status = 0;
    pid_t reaped = -1;
    do {
      reaped = waitpid(id_, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    id_ = -1;
    // A host that reaps all its children has taken the status.
    return reaped < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }

 private:
  pid_t id_;
  int in_;
};

}  // namespace

std::optional<std::string> run_forked(
    const std::function<std::string()>& work,
    const std::string& crash_message, const std::function<void()>& poll) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  const pid_t id = fork();
  if (id == 0) {
    close(ends[0]);
    run_copy(work, ends[1]);
  }
  close(ends[1]);
  if (id < 0) {
    close(ends[0]);
    return std::nullopt;
  }
  Copy copy(id, ends[0]);
  const std::string answer = copy.read_answer(poll);
  if (!copy.finished_well() || answer.empty()) throw FileError(crash_message);
  if (answer[0] == kThrew) throw FileError(answer.substr(1));
  return answer.substr(1);
}

}  // namespace scvigor

#endif
