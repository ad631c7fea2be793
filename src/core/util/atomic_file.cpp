#include "util/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

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

// As rename(), but EEXIST where there is a file; returns the reason of a
// failure, or 0. Some file systems know no second names; there, between the
// look and the change, lies a moment.
int rename_to_new(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) == 0) {
    unlink(from.c_str());
    return 0;
  }
  if (errno == EEXIST || access(to.c_str(), F_OK) == 0) return EEXIST;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// Makes the new name last. Not every system lets a folder be synchronised.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path, bool overwrite)
    : path_(path), overwrite_(overwrite) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (fs::is_directory(path, problem)) fail(path, EISDIR);
  if (!overwrite && fs::exists(path, problem)) fail_exists(path);
  const std::string target = fs::absolute(path).string();
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_name_ = target + "." + std::to_string(getpid()) + "_" +
                      std::to_string(attempt) + ".tmp";
    descriptor_ = open(temporary_name_.c_str(),
                       O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno != EEXIST || attempt > 1000))
      fail(path, errno);
  }
}

AtomicFile::~AtomicFile() {
  close(descriptor_);
  if (!temporary_name_.empty()) unlink(temporary_name_.c_str());
}

void AtomicFile::append(std::string_view bytes) {
  append_to_file(descriptor_, path_, bytes);
}

void AtomicFile::commit() {
  const std::filesystem::path target = std::filesystem::absolute(path_);
  if (fsync(descriptor_) != 0) fail(path_, errno);
  int reason = 0;
  if (!overwrite_)
    reason = rename_to_new(temporary_name_, target.string());
  else if (std::rename(temporary_name_.c_str(), target.c_str()) != 0)
    reason = errno;
  if (reason == EEXIST) fail_exists(path_);
  if (reason != 0) fail(path_, reason);
  temporary_name_.clear();
  sync_folder(target.parent_path());
}

void write_file_atomically(const std::string& path, bool overwrite,
                           std::string_view bytes) {
  AtomicFile file(path, overwrite);
  file.append(bytes);
  file.commit();
}

void append_to_file(int descriptor, const std::string& path,
                    std::string_view bytes) {
  const NoFileSizeSignal no_signal;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace scvigor
