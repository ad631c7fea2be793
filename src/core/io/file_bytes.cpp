#include "io/file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace scvigor {

namespace {

std::string reason() { return std::strerror(errno); }

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw FileError("cannot be written: " + reason() + ".");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Gone with its owner, unless it was renamed.
class TemporaryPath {
 public:
  explicit TemporaryPath(std::string path) : path_(std::move(path)) {}
  ~TemporaryPath() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  const char* c_str() const { return path_.c_str(); }
  void rename_to(const std::string& path) {
    if (std::rename(path_.c_str(), path.c_str()) != 0)
      throw FileError("cannot be written: " + reason() + ".");
    path_.clear();
  }

 private:
  std::string path_;
};

}  // namespace

std::string read_file(const std::string& path) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0)
    throw FileError("There is no file \"" + path + "\".");
  if (!S_ISREG(about.st_mode))
    throw FileError("\"" + path + "\" is not a file.");
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw FileError("\"" + path + "\" cannot be read.");
  return bytes;
}

void replace_file(const std::string& path, std::string_view bytes) {
  about_file(path, [&] {
    TemporaryPath temporary(path + "." + std::to_string(getpid()) + ".tmp");
    const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                          S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    if (file < 0) throw FileError("cannot be written: " + reason() + ".");
    try {
      write_all(file, bytes);
    } catch (...) {
      close(file);
      throw;
    }
    // Before the old file goes, the new one must be on the disk.
    const bool safe = fsync(file) == 0;
    if (close(file) != 0 || !safe)
      throw FileError("cannot be written: " + reason() + ".");
    temporary.rename_to(path);
  });
}

}  // namespace scvigor
