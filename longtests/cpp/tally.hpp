#ifndef SCVIGOR_LONGTESTS_TALLY_HPP
#define SCVIGOR_LONGTESTS_TALLY_HPP

#include <functional>
#include <map>
#include <string>

#include "sanitizer_reports.hpp"

namespace fuzz {

// What became of the files of one kind. Each must be read or refused with a
// FileError that says something: anything else ends the program. A file that
// crashes a library in the child process, which contains the crash, is
// refused as well; these are counted separately, by the library that crashed. A
// crash in this program's own code is a failure, contained or not.
class Tally {
 public:
  explicit Tally(const SanitizerReports& reports) : reports_(reports) {}

  void attempt(const std::function<void()>& read);
  void print(const std::string& what) const;

  int read() const { return read_; }

 private:
  void examine(const std::string& error);

  const SanitizerReports& reports_;
  int read_ = 0;
  int refused_ = 0;
  std::map<std::string, int> contained_;
  double longest_ = 0;
};

}  // namespace fuzz

#endif
