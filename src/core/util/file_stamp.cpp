#include "util/file_stamp.hpp"

#include <sys/stat.h>

#include <tuple>

#include "scvigor/error.hpp"

namespace scvigor {

FileStamp::FileStamp(const std::string& path)
    : path_(path), state_(state_of(path)) {}

FileStamp::State FileStamp::state_of(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {};
#ifdef __APPLE__
  const timespec& changed = found.st_mtimespec;
#else
  const timespec& changed = found.st_mtim;
#endif
  return {true,
          static_cast<std::int64_t>(found.st_dev),
          static_cast<std::int64_t>(found.st_ino),
          static_cast<std::int64_t>(found.st_size),
          static_cast<std::int64_t>(changed.tv_sec),
          static_cast<std::int64_t>(changed.tv_nsec)};
}

void FileStamp::check() const {
  const auto members = [](const State& s) {
    return std::tie(s.exists, s.device, s.inode, s.bytes, s.seconds,
                    s.nanoseconds);
  };
  const State now = state_of(path_);
  if (members(now) != members(state_))
    throw FileError("\"" + path_ +
                    "\" was changed while it was read. Read it again when it "
                    "is complete.");
}

}  // namespace scvigor
