#ifndef SCVIGOR_TESTS_SKIPPED_HPP
#define SCVIGOR_TESTS_SKIPPED_HPP

#include <iostream>
#include <set>
#include <string>

// What could not be checked here. tools/run-tests.sh counts these lines and
// names them at its end.

namespace support {

// A whole test case, once each.
inline void skip_test(const std::string& reason) {
  std::cout << "skipped: " << reason << "\n";
}

// A part of test cases that are run; said once, however many there are.
inline void skip_part(const std::string& reason) {
  static std::set<std::string> said;
  if (said.insert(reason).second)
    std::cout << "skipped in part: " << reason << "\n";
}

}  // namespace support

#endif
