#include "tally.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "scvigor/error.hpp"

namespace fuzz {

namespace {

[[noreturn]] void fail(const std::string& why, const std::string& report) {
  std::fprintf(stderr, "%s\n%s", why.c_str(), report.c_str());
  std::exit(1);
}

// io/isolation says so of a child process that ended before it was done.
bool tells_of_crash(const std::string& error) {
  return error.find("The child process that reads") != std::string::npos;
}

long peak_mib() {
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  return std::max(self.ru_maxrss, children.ru_maxrss) / 1024;
}

}  // namespace

void Tally::attempt(const std::function<void()>& read) {
  const auto start = std::chrono::steady_clock::now();
  std::string error;
  try {
    read();
    ++read_;
  } catch (const scvigor::FileError& e) {
    error = e.what();
    if (error.size() < 10) fail("An error that says nothing.", error);
    ++refused_;
  }
  const std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  longest_ = std::max(longest_, seconds.count());
  examine(error);
}

void Tally::examine(const std::string& error) {
  const std::string report = reports_.take();
  if (!tells_of_crash(error)) {
    // A child may say what it read and crash when it tidies up; a warning of
    // allocations that were refused is not an error either.
    if (report.find("ERROR: ") == std::string::npos &&
        report.find("runtime error") == std::string::npos)
      return;
    if (report.find("runtime error") != std::string::npos)
      fail("A sanitizer complains.", report);
  }
  const std::string library =
      report.empty() ? "a limit, or no report" : library_of(report);
  if (library.find("scvigor") == 0 || library == "no frame")
    fail("A crash in scvigor's own code.", report);
  ++contained_[library];
}

void Tally::print(const std::string& what) const {
  int contained = 0;
  for (const auto& entry : contained_) contained += entry.second;
  std::printf(
      "%-28s %5d read, %5d refused, %3d of these crashes contained, "
      "longest %.1f s, peak %ld MiB\n",
      what.c_str(), read_, refused_, contained, longest_, peak_mib());
  for (const auto& entry : contained_)
    std::printf("  contained: %d in %s\n", entry.second, entry.first.c_str());
  std::fflush(stdout);
}

}  // namespace fuzz
