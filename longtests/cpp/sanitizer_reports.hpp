#ifndef SCVIGOR_LONGTESTS_SANITIZER_REPORTS_HPP
#define SCVIGOR_LONGTESTS_SANITIZER_REPORTS_HPP

#include <string>

namespace fuzz {

// What the sanitizers print, each process into a file of its own, so that a
// report can be told from those of other files. Without sanitizers there is
// none.
class SanitizerReports {
 public:
  explicit SanitizerReports(const std::string& folder);

  // The text of all reports since the last call, "" without one.
  std::string take() const;

 private:
  std::string folder_;
};

// The library in which the innermost frame of a report lies that is none of
// the sanitizer's, C's or C++'s own: "libhdf5_serial.so.103", or the name of
// this program.
std::string library_of(const std::string& report);

}  // namespace fuzz

#endif
