#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "data/byte_store.hpp"
#include "scvigor/error.hpp"
#include "util/atomic_file.hpp"

namespace scvigor {
namespace {

constexpr std::size_t kPending = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw FileError("Cannot " + what + " \"" + path +
                  "\": " + std::strerror(errno) + ".");
}

// Reads by pread(), not through a mapping of the file: if another process
// shortens the file, a mapping ends this one.
class FileStore final : public ByteStore {
 public:
  FileStore(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {
    end_ = lseek(descriptor_, 0, SEEK_END);
    if (end_ < 0) {
      const int reason = errno;
      close(descriptor_);
      errno = reason;
      fail("read", path_);
    }
  }
  ~FileStore() override { close(descriptor_); }
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  std::int64_t append(std::string_view piece) override {
    const std::int64_t begin = end_;
    pending_.append(piece);
    end_ += static_cast<std::int64_t>(piece.size());
    if (pending_.size() >= kPending) flush();
    return begin;
  }

  void flush() override {
    append_to_file(descriptor_, path_, pending_);
    pending_.clear();
  }

  const unsigned char* read(std::int64_t begin, std::int64_t n,
                            std::vector<unsigned char>& buffer) const override {
    buffer.resize(static_cast<std::size_t>(n));
    std::int64_t done = 0;
    while (done < n) {
      const ssize_t got =
          pread(descriptor_, buffer.data() + done,
                static_cast<std::size_t>(n - done), begin + done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read", path_);
      if (got == 0)
        throw FileError("\"" + path_ +
                        "\" ends too early: it was changed or cut off.");
      done += got;
    }
    return buffer.data();
  }

  void will_read(std::int64_t begin, std::int64_t n) const override {
#ifdef POSIX_FADV_WILLNEED
    posix_fadvise(descriptor_, begin, n, POSIX_FADV_WILLNEED);
#else
    static_cast<void>(begin);
    static_cast<void>(n);
#endif
  }

  bool is_file() const override { return true; }

 private:
  int descriptor_;
  std::string path_;
  std::string pending_;
  std::int64_t end_ = 0;
};

}  // namespace

std::unique_ptr<ByteStore> store_in_file(int descriptor,
                                         const std::string& path) {
  return std::make_unique<FileStore>(descriptor, path);
}

std::unique_ptr<ByteStore> store_in_temporary_file(const std::string& folder) {
  std::string path = folder + "/counts-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) fail("write a temporary file in", folder);
  unlink(path.c_str());
  return store_in_file(descriptor, path);
}

}  // namespace scvigor
