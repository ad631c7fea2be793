#ifndef SCVIGOR_CORE_IO_ISOLATION_CHILD_PROCESS_HPP
#define SCVIGOR_CORE_IO_ISOLATION_CHILD_PROCESS_HPP

#include <chrono>
#include <cstdint>
#include <functional>

namespace scvigor {

// A copy of this process, with a pipe from it to here. It ends when `work`
// returns, when it is destroyed here, at its limits (256 MiB and 32 bytes a
// byte of the file, 4 seconds and 4 a MiB), or after `patience` seconds in
// which it computed nothing.
class ChildProcess {
 public:
  ChildProcess(std::int64_t file_bytes, int patience,
               const std::function<void(ChildProcess&)>& work);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // False where the system does not copy processes.
  bool exists() const { return process_ >= 0; }

  // In the copy. A host that no longer listens ends it.
  void write(const char* bytes, std::size_t n);

  // Here. False when the copy ended before it sent n bytes.
  bool read(char* bytes, std::size_t n, const std::function<void()>& poll);

 private:
  int process_ = -1;
  int pipe_ = -1;
  std::chrono::steady_clock::time_point polled_;
};

}  // namespace scvigor

#endif
