#ifndef SCVIGOR_TESTS_REFERENCE_HPP
#define SCVIGOR_TESTS_REFERENCE_HPP

#include <cstdint>
#include <string>
#include <vector>

// Reads the reference numbers: HDF5 files in the folder that the environment
// variable SCVIGOR_REFERENCE names (default ../shared/reference).

namespace reference {

struct Array {
  std::vector<std::int64_t> shape;  // empty: a scalar
  std::vector<double> values;       // row by row
};

class File {
 public:
  explicit File(const std::string& path);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool has(const std::string& path) const;
  Array read(const std::string& path) const;
  std::vector<double> values(const std::string& path) const {
    return read(path).values;
  }
  double scalar(const std::string& path) const {
    return read(path).values.front();
  }
  // A column of texts of any length.
  std::vector<std::string> texts(const std::string& path) const;
  // Names in a group, sorted.
  std::vector<std::string> list(const std::string& group) const;
  // A text attribute, and a number, of the file or of one of its groups.
  std::string text(const std::string& attribute,
                   const std::string& group = "/") const;
  double number(const std::string& attribute,
                const std::string& group = "/") const;

 private:
  std::int64_t id_;
};

// Paths of the files whose name starts with `prefix`, which may begin with a
// folder, sorted; none where the folder is missing (a message says so).
std::vector<std::string> files(const std::string& prefix);
std::string file_name(const std::string& path);

}  // namespace reference

#endif
