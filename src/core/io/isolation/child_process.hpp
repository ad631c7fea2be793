#ifndef SCVIGOR_CORE_IO_ISOLATION_CHILD_PROCESS_HPP
#define SCVIGOR_CORE_IO_ISOLATION_CHILD_PROCESS_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace scvigor {

// How a child process ended.
struct ChildEnd {
  enum class Kind { kUnknown, kExit, kSignal };
  Kind kind = Kind::kUnknown;
  int number = 0;  // exit status or signal

  bool is_signal(int signal) const {
    return kind == Kind::kSignal && number == signal;
  }
};

// A child process of this one, with a pipe from it to here. It ends when
// `work` returns, when it is destroyed here, at its limits of memory and
// processor time, or after `patience` seconds in which it computed nothing.
class ChildProcess {
 public:
  // The exit status of a child that waited too long.
  static constexpr int kStalled = 70;

  ChildProcess(std::int64_t file_bytes, int patience,
               const std::function<void(ChildProcess&)>& work);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // False where the system does not let this process have a child.
  bool exists() const { return process_ >= 0; }

  // In the child. A parent that no longer listens ends it.
  void write(const char* bytes, std::size_t n);

  // In the parent. False when the child ended before it sent n bytes.
  bool read(char* bytes, std::size_t n, const std::function<void()>& poll);
  // Waits for the end of a child that no longer writes.
  ChildEnd wait();

 private:
  int process_ = -1;
  int pipe_ = -1;
  // What has been received and not been asked for yet.
  std::array<char, 1 << 16> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::chrono::steady_clock::time_point polled_;
};

}  // namespace scvigor

#endif
