#include "util/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {

[[noreturn]] void fail(const std::string& path, int reason) {
  throw FileError("Cannot write \"" + path + "\": " + std::strerror(reason) +
                  ".");
}

[[noreturn]] void fail_exists(const std::string& path) {
  throw FileError("\"" + path +
                  "\" exists already. Give another path, or "
                  "`overwrite = TRUE` to replace it.");
}

// Where the system limits the size of files (ulimit -f), it sends a signal
// that ends the process. While this exists, write() fails with EFBIG instead.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~NoFileSizeSignal() {
    sigset_t pending;
    int received = 0;
    if (sigismember(&before_, SIGXFSZ) == 0 && sigpending(&pending) == 0 &&
        sigismember(&pending, SIGXFSZ) == 1)
      sigwait(&signal_, &received);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoFileSizeSignal(const NoFileSizeSignal&) = delete;
  NoFileSizeSignal& operator=(const NoFileSizeSignal&) = delete;

 private:
  sigset_t signal_;
  sigset_t before_;
};

// A file beside the one that is meant, gone at the end unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& path) {
    for (int attempt = 0; descriptor_ < 0; ++attempt) {
      name_ = path.string() + "." + std::to_string(getpid()) + "_" +
              std::to_string(attempt) + ".tmp";
      descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
      if (descriptor_ < 0 && (errno != EEXIST || attempt > 1000))
        fail(path.string(), errno);
    }
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!name_.empty()) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // The following return the reason of a failure, or 0.

  // On the disk when it returns.
  int write(std::string_view bytes) {
    const NoFileSizeSignal no_signal;
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(descriptor_) != 0) return errno;
    return close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno;
  }

  int replace(const std::string& path) {
    if (std::rename(name_.c_str(), path.c_str()) != 0) return errno;
    name_.clear();
    return 0;
  }

  // As replace(), but EEXIST where there is a file. Some file systems know no
  // second names; there, between the look and the change, lies a moment.
  int place(const std::string& path) {
    if (link(name_.c_str(), path.c_str()) == 0) return 0;
    if (errno == EEXIST) return EEXIST;
    return access(path.c_str(), F_OK) == 0 ? EEXIST : replace(path);
  }

 private:
  std::string name_;
  int descriptor_ = -1;
};

// Makes the new name last. Not every system lets a folder be synchronised.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

void write_file_atomically(const std::string& path, bool overwrite,
                           std::string_view bytes) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (fs::is_directory(path, problem)) fail(path, EISDIR);
  if (!overwrite && fs::exists(path, problem)) fail_exists(path);
  const fs::path target = fs::absolute(path);
  TemporaryFile file(target);
  int reason = file.write(bytes);
  if (reason == 0)
    reason =
        overwrite ? file.replace(target.string()) : file.place(target.string());
  if (reason == EEXIST) fail_exists(path);
  if (reason != 0) fail(path, reason);
  sync_folder(target.parent_path());
}

}  // namespace scvigor
