#include "sanitizer_reports.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

// A child of this process costs what its memory does: a short quarantine. The
// names of functions take seconds to find; ASAN_OPTIONS=symbolize=1 wants
// them. Without a memory limit, which these sanitizers do not bear, the bound
// of one allocation stands in.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:detect_leaks=0:symbolize=0:"
         "allocator_may_return_null=1:max_allocation_size_mb=1024";
}
#endif

namespace fuzz {

namespace {

namespace fs = std::filesystem;

#ifdef __SANITIZE_ADDRESS__
std::string g_folder;  // a callback without arguments reads them
pid_t g_process = 0;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The end of this process, not of a child, must not pass in silence.
void show_reports() {
  if (getpid() != g_process) return;
  for (const auto& entry : fs::directory_iterator(g_folder))
    std::fputs(text_of(entry.path()).c_str(), stderr);
}
#endif

bool is_called_by_culprit(const std::string& library) {
  for (const char* name : {"libasan", "libubsan", "libc.so", "libstdc++"})
    if (library.find(name) == 0) return true;
  return false;
}

}  // namespace

SanitizerReports::SanitizerReports(const std::string& folder)
    : folder_(folder) {
  fs::create_directories(folder_);
#ifdef __SANITIZE_ADDRESS__
  g_folder = folder_;
  g_process = getpid();
  __sanitizer_set_report_path((folder_ + "/report").c_str());
  __sanitizer_set_death_callback(show_reports);
#endif
}

std::string SanitizerReports::take() const {
  std::string all;
#ifdef __SANITIZE_ADDRESS__
  for (const auto& entry : fs::directory_iterator(folder_)) {
    all += text_of(entry.path());
    fs::remove(entry.path());
  }
#endif
  return all;
}

std::string library_of(const std::string& report) {
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("    #") != 0) continue;
    const auto open = line.rfind("(/", line.find("+0x"));
    if (open == std::string::npos) return "scvigor";  // a line of a source
    const std::string path =
        line.substr(open + 1, line.find("+0x", open) - open - 1);
    const std::string name = fs::path(path).filename().string();
    if (!is_called_by_culprit(name)) return name;
  }
  return "no frame";
}

}  // namespace fuzz
