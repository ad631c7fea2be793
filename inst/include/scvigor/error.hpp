#ifndef SCVIGOR_ERROR_HPP
#define SCVIGOR_ERROR_HPP

#include <stdexcept>
#include <string>

namespace scvigor {

// An argument is invalid. `argument` is its public name
// (scvi-tools' spelling), so that every language can point at it.
class ArgumentError : public std::invalid_argument {
 public:
  ArgumentError(std::string argument, const std::string& message)
      : std::invalid_argument(message), argument_(std::move(argument)) {}

  const std::string& argument() const noexcept { return argument_; }

 private:
  std::string argument_;
};

// A file that cannot be read or written.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A loss, a gradient or a weight became NaN or infinite. `epoch` counts from 1.
class NumericError : public std::runtime_error {
 public:
  NumericError(long long epoch, const std::string& message)
      : std::runtime_error(message), epoch_(epoch) {}

  long long epoch() const noexcept { return epoch_; }

 private:
  long long epoch_;
};

}  // namespace scvigor

#endif
