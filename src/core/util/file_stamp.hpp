#ifndef SCVIGOR_CORE_UTIL_FILE_STAMP_HPP
#define SCVIGOR_CORE_UTIL_FILE_STAMP_HPP

#include <cstdint>
#include <string>

namespace scvigor {

// The size of a file and when it was changed, by which a change is noticed.
class FileStamp {
 public:
  explicit FileStamp(const std::string& path);

  // A FileError where the file is not as it was.
  void check() const;

 private:
  struct State {
    bool exists = false;
    std::int64_t device = 0, inode = 0, bytes = 0, seconds = 0, nanoseconds = 0;
  };
  static State state_of(const std::string& path);

  std::string path_;
  State state_;
};

}  // namespace scvigor

#endif
