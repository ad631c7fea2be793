#ifndef SCVIGOR_TESTS_CATCH_HPP
#define SCVIGOR_TESTS_CATCH_HPP

// LibTorch's logging has a CHECK of its own, which ends the process. Here it
// comes first and goes, so that CHECK is Catch2's in whatever order a test
// includes the two.
#include <c10/util/Logging.h>
#undef CHECK

#include <string>

// Catch2, whichever of versions 2 and 3 the system has.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto contains(const std::string& text) {
  return Catch::Matchers::ContainsSubstring(text);
}
#else
#include <catch2/catch.hpp>
inline auto contains(const std::string& text) {
  return Catch::Matchers::Contains(text);
}
#endif

#endif
