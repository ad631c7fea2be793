#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_INPUT_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_INPUT_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace scvigor {
namespace pickle {

// The bytes of a pickle, one after another; never beyond their end.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  std::size_t position() const { return at_; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::string_view take(std::uint64_t n);
  // Up to the end of the line, which is skipped.
  std::string line();

  std::uint64_t unsigned_number(int n_bytes);
  std::int64_t signed_number(int n_bytes);
  double real();  // 8 bytes, the most significant first

  // What follows a length of so many bytes.
  std::string_view counted(int length_bytes) {
    return take(unsigned_number(length_bytes));
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// The number at the start of `text`; 0 for anything else.
double parse_real(const std::string& text);

// Little-endian bytes, at most 8, as a number with a sign.
std::int64_t signed_of(std::string_view bytes);

}  // namespace pickle
}  // namespace scvigor

#endif
