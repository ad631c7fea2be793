#include "io/counts/text_lines.hpp"

#include <cerrno>
#include <cstring>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
// Some programs begin a text of UTF-8 with it.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

TextLines::TextLines(const std::string& path)
    : path_(path), file_(gzopen(path.c_str(), "rb")), buffer_(kBufferBytes) {
  if (!file_)
    throw FileError("\"" + path + "\" cannot be read: " + std::strerror(errno) +
                    ".");
  gzbuffer(file_, static_cast<unsigned>(kBufferBytes / 4));
}

TextLines::~TextLines() { gzclose_r(file_); }

void TextLines::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) fail("is longer than any that is expected.");
  const int n = gzread(file_, buffer_.data() + end_,
                       static_cast<unsigned>(buffer_.size() - end_));
  int problem = Z_OK;
  const char* text = gzerror(file_, &problem);
  if (n < 0 || (problem != Z_OK && problem != Z_STREAM_END))
    throw FileError("\"" + path_ + "\" is damaged or incomplete (" + text +
                    ").");
  is_at_end_ = n == 0;
  end_ += static_cast<std::size_t>(n);
}

bool TextLines::next(std::string_view& line) {
  ++line_;
  for (std::size_t looked = 0;;) {
    const char* from = buffer_.data() + begin_;
    const void* found =
        looked < end_ - begin_
            ? std::memchr(from + looked, '\n', end_ - begin_ - looked)
            : nullptr;
    if (!found && is_at_end_ && begin_ == end_) return false;
    if (!found && !is_at_end_) {
      looked = end_ - begin_;
      fill();
      continue;
    }
    const std::size_t length =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - from)
              : end_ - begin_;
    line = {from, length};
    begin_ += length + (found ? 1 : 0);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line_ == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark)
      line.remove_prefix(kByteOrderMark.size());
    return true;
  }
}

void TextLines::fail(const std::string& message) const {
  throw FileError("Line " + std::to_string(line_) + " of \"" + path_ + "\" " +
                  message);
}

}  // namespace scvigor
