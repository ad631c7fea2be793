#ifndef SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP
#define SCVIGOR_CORE_UTIL_ATOMIC_FILE_HPP

#include <string>
#include <string_view>

namespace scvigor {

// A file that is written under a temporary name beside `path` and gets its own
// at the end: a reader finds either all of the old content or all of the new,
// even after a crash. Without commit() nothing is left of it. Errors are
// FileErrors.
class AtomicFile {
 public:
  // Without `overwrite`, an existing file is an error, here and in commit().
  AtomicFile(const std::string& path, bool overwrite);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void append(std::string_view bytes);
  // On the disk, under its name, when it returns.
  void commit();

  // Open for reading and writing, also after commit().
  int descriptor() const { return descriptor_; }

 private:
  std::string path_;
  bool overwrite_;
  std::string temporary_name_;  // empty after commit()
  int descriptor_ = -1;
};

// Makes `bytes` the content of `path`, as an AtomicFile.
void write_file_atomically(const std::string& path, bool overwrite,
                           std::string_view bytes);

// Appends `bytes` to an open file. Throws a FileError about `path`, also where
// the system limits the size of files.
void append_to_file(int descriptor, const std::string& path,
                    std::string_view bytes);

}  // namespace scvigor

#endif
