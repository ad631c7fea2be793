#ifndef SCVIGOR_CORE_IO_COUNTS_TEXT_LINES_HPP
#define SCVIGOR_CORE_IO_COUNTS_TEXT_LINES_HPP

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scvigor {

// The lines of a text file, which may be compressed by gzip.
class TextLines {
 public:
  explicit TextLines(const std::string& path);
  ~TextLines();
  TextLines(const TextLines&) = delete;
  TextLines& operator=(const TextLines&) = delete;

  // False at the end. `line` is without its end, and is valid until the next
  // call. A FileError where the file is cut off or damaged.
  bool next(std::string_view& line);
  // A FileError about the line that was read last.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  void fill();

  std::string path_;
  gzFile file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool is_at_end_ = false;
  std::int64_t line_ = 0;
};

}  // namespace scvigor

#endif
