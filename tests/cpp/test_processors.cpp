// How many processors a process may use, from texts as the kernel writes them.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "catch.hpp"
#include "util/cpu_quota.hpp"
#include "util/processors.hpp"

using namespace scvigor;
using namespace scvigor::core;
namespace fs = std::filesystem;

namespace {

// A folder with the files of a process and its control groups; "@" in a text is
// the folder's path.
class FakeSystem {
 public:
  FakeSystem()
      : folder_(fs::temp_directory_path() /
                ("scvigor_quota_" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FakeSystem() { fs::remove_all(folder_); }

  FakeSystem& file(const std::string& path, std::string text) {
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@'))
      text.replace(at, 1, folder_.string());
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
    return *this;
  }
  std::optional<double> quota() const {
    return cpu_quota((folder_ / "proc").string());
  }

 private:
  fs::path folder_;
};

constexpr auto kV2Mount =
    "30 23 0:26 / @/fs rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("the quota of version 2 is the least of the group and those above") {
  FakeSystem system;
  system
      .file("proc/mountinfo",
            std::string("22 28 0:20 / /sys rw - sysfs sysfs rw\n") + kV2Mount)
      .file("proc/cgroup", "0::/a/b\n");
  CHECK(!system.quota());
  system.file("fs/a/b/cpu.max", "max 100000\n");
  CHECK(!system.quota());
  system.file("fs/a/cpu.max", "150000 100000\n");
  CHECK(system.quota() == 1.5);
  system.file("fs/a/b/cpu.max", "50000 100000\n");
  CHECK(system.quota() == 0.5);
  system.file("fs/a/b/cpu.max", "400000 100000\n");
  CHECK(system.quota() == 1.5);
  // within a container's name space the group is the root
  system.file("proc/cgroup", "0::/\n").file("fs/cpu.max", "200000 100000\n");
  CHECK(system.quota() == 2.0);
  system.file("proc/cgroup", "0::/../other\n");
  CHECK(system.quota() == 2.0);
}

TEST_CASE("the quota of version 1 is read where the cpu controller is") {
  FakeSystem system;
  system
      .file("proc/mountinfo",
            "32 31 0:29 / @/memory rw,relatime - cgroup cgroup rw,memory\n"
            "33 31 0:30 / @/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
            "41 31 0:38 / @/unified rw - cgroup2 cgroup2 rw\n")
      .file("proc/cgroup",
            "4:memory:/job\n2:cpu,cpuacct:/batch/job\n3:cpuset:/x\n0::/\n")
      .file("cpu/batch/job/cpu.cfs_period_us", "100000\n")
      .file("cpu/batch/job/cpu.cfs_quota_us", "-1\n");
  CHECK(!system.quota());
  system.file("cpu/batch/cpu.cfs_period_us", "50000\n")
      .file("cpu/batch/cpu.cfs_quota_us", "150000\n");
  CHECK(system.quota() == 3.0);
  system.file("cpu/batch/job/cpu.cfs_quota_us", "100000\n");
  CHECK(system.quota() == 1.0);
}

TEST_CASE("a container's mount begins at its group") {
  FakeSystem system;
  system
      .file("proc/mountinfo",
            "33 31 0:30 /docker/abc @/cpu ro - cgroup cgroup rw,cpu\n")
      .file("proc/cgroup", "2:cpu:/docker/abc\n")
      .file("cpu/cpu.cfs_period_us", "100000\n")
      .file("cpu/cpu.cfs_quota_us", "100000\n");
  CHECK(system.quota() == 1.0);
  system.file("proc/cgroup", "2:cpu:/docker/abc/inner\n")
      .file("cpu/inner/cpu.cfs_period_us", "100000\n")
      .file("cpu/inner/cpu.cfs_quota_us", "50000\n");
  CHECK(system.quota() == 0.5);
  system.file("proc/cgroup", "2:cpu:/elsewhere\n");
  CHECK(system.quota() == 1.0);
}

TEST_CASE("files of control groups that make no sense are no limit") {
  FakeSystem system;
  CHECK(!system.quota());  // and none at all
  for (const auto* text : {"", "abc", "0 0", "-5 100000", "100000", "1 -1"}) {
    INFO(text);
    system.file("proc/mountinfo", kV2Mount)
        .file("proc/cgroup", "0::/a\n")
        .file("fs/a/cpu.max", text);
    CHECK(!system.quota());
  }
  system.file("proc/cgroup", "rubbish\n::\n");
  CHECK(!system.quota());
  system.file("proc/mountinfo", "30 - cgroup2\n\n- - -\n");
  CHECK(!system.quota());
}

TEST_CASE("a number of threads is a positive number, or nothing") {
  CHECK(positive_number("4") == 4);
  CHECK(positive_number(" 4 ") == 4);
  CHECK(positive_number("4,2") == 4);
  CHECK(positive_number("99999999999999999999999") ==
        std::numeric_limits<int>::max());
  for (const auto* text : {"", " ", "0", "-3", "abc", "4abc", "4.5", ",4", "+"})
    CHECK(!positive_number(text));
  CHECK(!positive_number(nullptr));
}

TEST_CASE("the default number of threads is at most what variables say") {
  const auto processors = available_processors();
  CHECK(processors >= 1);
  CHECK(processors <=
        std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  const auto with = [&](const char* variable, const char* value) {
    const char* before = std::getenv(variable);
    const std::string saved = before == nullptr ? "" : before;
    setenv(variable, value, 1);
    const int out = default_threads();
    if (before == nullptr)
      unsetenv(variable);
    else
      setenv(variable, saved.c_str(), 1);
    return out;
  };
  for (const auto* variable :
       {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK", "OMP_THREAD_LIMIT"}) {
    CHECK(with(variable, "1") == 1);
    const auto unchanged = default_threads();
    for (const auto* text : {"99999999999", "0", "-3", "abc", ""})
      CHECK(with(variable, text) == unchanged);
  }
}
