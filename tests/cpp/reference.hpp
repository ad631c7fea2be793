#ifndef SCVIGOR_TESTS_REFERENCE_HPP
#define SCVIGOR_TESTS_REFERENCE_HPP

#include <cstdint>
#include <string>
#include <vector>

// Reads numbers of scvi-tools: HDF5 files in tests/fixtures and in the folder
// that the environment variable SCVIGOR_REFERENCE names, both of the form that
// tests/fixtures/README.md documents.

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

  const std::string& path() const { return path_; }
  bool has(const std::string& path) const;
  bool has_attribute(const std::string& attribute,
                     const std::string& group = "/") const;
  Array read(const std::string& path) const;
  std::vector<double> values(const std::string& path) const {
    return read(path).values;
  }
  double scalar(const std::string& path) const {
    return read(path).values.front();
  }
  // A column of texts.
  std::vector<std::string> texts(const std::string& path) const;
  // Names in a group, sorted; none where it is missing.
  std::vector<std::string> list(const std::string& group) const;
  // A text attribute, a number, and several, of the file or one of its groups.
  std::string text(const std::string& attribute,
                   const std::string& group = "/") const;
  double number(const std::string& attribute,
                const std::string& group = "/") const;
  std::vector<double> numbers(const std::string& attribute,
                              const std::string& group = "/") const;

 private:
  std::string path_;
  std::int64_t id_;
};

// Paths of the files of both folders whose name starts with `prefix`, sorted.
// A folder that is missing is named among what was not checked.
std::vector<std::string> files(const std::string& prefix);
// The same in the folders of models inside of them.
std::vector<std::string> files_of_models(const std::string& prefix);

// Which file it is: its name, after that of its folder.
std::string file_name(const std::string& path);

}  // namespace reference

#endif
