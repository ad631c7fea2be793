#include "util/cpu_quota.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

// The formats: proc(5) for cgroup and mountinfo, cgroups(7), and the kernel's
// admin-guide/cgroup-v2 for cpu.max.

namespace scvigor {
namespace {

// A file system of control groups: what is mounted, and where.
struct Mount {
  std::string root;   // this group,
  std::string point;  // in this folder
  bool is_v2;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// Whether a list "a,b,c" has `name`.
bool lists(const std::string& names, const std::string& name) {
  return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

// Mounts with the cpu controller. A line is
// 36 35 98:0 /root /point options [optional fields] - type source options
std::vector<Mount> read_mounts(const std::string& path) {
  std::vector<Mount> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 5 || words.end() - dash < 4) continue;
    const bool is_v2 = dash[1] == "cgroup2";
    if (is_v2 || (dash[1] == "cgroup" && lists(dash[3], "cpu")))
      out.push_back({words[3], words[4], is_v2});
  }
  return out;
}

// The group of the process. A line is "0::/group" in version 2, and
// "4:cpu,cpuacct:/group" in version 1.
std::optional<std::string> read_group(const std::string& path, bool is_v2) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (is_v2 ? controllers.empty() : lists(controllers, "cpu"))
      return line.substr(second + 1);
  }
  return {};
}

// "150000 100000" or "max 100000" in version 2; -1 is no limit in version 1.
std::optional<double> read_quota(const std::string& folder, bool is_v2) {
  double quota = -1.0;
  double period = 0.0;
  if (is_v2) {
    std::ifstream(folder + "/cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  if (!(quota > 0.0 && period > 0.0)) return {};
  return quota / period;
}

// The path of the group below a mount, "" for that itself. In a container the
// mount can begin at a group, and the process' group be told from outside.
std::string below_mount(const Mount& mount, const std::string& group) {
  const std::string root = mount.root == "/" ? "" : mount.root;
  if (group.compare(0, root.size(), root) != 0 ||
      group.find("/..") != std::string::npos)
    return "";
  const auto rest = group.substr(root.size());
  return rest == "/" || rest.empty() || rest[0] != '/' ? "" : rest;
}

}  // namespace

std::optional<double> cpu_quota(const std::string& process) {
  std::optional<double> least;
  for (const auto& mount : read_mounts(process + "/mountinfo")) {
    const auto group = read_group(process + "/cgroup", mount.is_v2);
    if (!group) continue;
    for (auto path = below_mount(mount, *group);;
         path.resize(path.rfind('/'))) {
      const auto quota = read_quota(mount.point + path, mount.is_v2);
      if (quota && (!least || *quota < *least)) least = quota;
      if (path.empty()) break;
    }
  }
  return least;
}

}  // namespace scvigor
