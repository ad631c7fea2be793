#include "reference.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "skipped.hpp"

namespace reference {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  const char* named = std::getenv("SCVIGOR_REFERENCE");
  const fs::path further =
      named != nullptr && *named != '\0' ? named : SCVIGOR_DEFAULT_REFERENCE;
  std::vector<fs::path> out{SCVIGOR_FIXTURES};
  if (fs::is_directory(further))
    out.push_back(further);
  else
    support::skip_part(
        "numbers of scvi-tools beyond tests/fixtures: there is no folder " +
        further.lexically_normal().string() + " (set SCVIGOR_REFERENCE)");
  return out;
}

// In a folder, sorted.
std::vector<fs::path> content(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

void add_files(const fs::path& folder, const std::string& prefix,
               std::vector<std::string>& out) {
  for (const auto& path : content(folder))
    if (path.filename().string().rfind(prefix, 0) == 0 &&
        path.extension() == ".h5")
      out.push_back(path.string());
}

std::string missing(const std::string& prefix) {
  return "numbers of scvi-tools: there is no file " + prefix + "*.h5";
}

hid_t need(hid_t id, const std::string& what) {
  if (id < 0) throw std::runtime_error("cannot open " + what);
  return id;
}

herr_t collect(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

}  // namespace

File::File(const std::string& path)
    : path_(path),
      id_(need(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path)) {}

File::~File() { H5Fclose(id_); }

bool File::has(const std::string& path) const {
  std::string sofar;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && path[i] != '/') continue;
    sofar = path.substr(0, i);
    if (!sofar.empty() && H5Lexists(id_, sofar.c_str(), H5P_DEFAULT) <= 0)
      return false;
  }
  return true;
}

Array File::read(const std::string& path) const {
  const hid_t data = need(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), path);
  const hid_t space = H5Dget_space(data);
  std::vector<hsize_t> extent(
      static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  Array out;
  out.shape.assign(extent.begin(), extent.end());
  out.values.resize(
      static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  need(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
               out.values.data()),
       path);
  H5Sclose(space);
  H5Dclose(data);
  return out;
}

bool File::has_attribute(const std::string& attribute,
                         const std::string& group) const {
  return H5Aexists_by_name(id_, group.c_str(), attribute.c_str(), H5P_DEFAULT) >
         0;
}

std::vector<std::string> File::list(const std::string& group) const {
  std::vector<std::string> names;
  if (group != "/" && !has(group)) return names;
  const hid_t id = need(H5Gopen2(id_, group.c_str(), H5P_DEFAULT), group);
  H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
  H5Gclose(id);
  std::sort(names.begin(), names.end());
  return names;
}

std::string File::text(const std::string& attribute,
                       const std::string& group) const {
  const hid_t id = need(H5Aopen_by_name(id_, group.c_str(), attribute.c_str(),
                                        H5P_DEFAULT, H5P_DEFAULT),
                        attribute);
  const hid_t type = H5Aget_type(id);
  std::string out;
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    H5Aread(id, type, &text);
    out = text;
    H5free_memory(text);
  } else {
    out.resize(H5Tget_size(type));
    H5Aread(id, type, out.data());
    out.resize(std::strlen(out.c_str()));
  }
  H5Tclose(type);
  H5Aclose(id);
  return out;
}

std::vector<std::string> File::texts(const std::string& path) const {
  const hid_t id = need(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), path);
  const hid_t type = H5Dget_type(id);
  const hid_t space = H5Dget_space(id);
  const auto n = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  std::vector<std::string> out;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> rows(n);
    need(H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()), path);
    out.assign(rows.begin(), rows.end());
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, rows.data());
  } else {
    const std::size_t width = H5Tget_size(type);
    std::string bytes(n * width, '\0');
    need(H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), path);
    for (std::size_t i = 0; i < n; ++i)
      out.emplace_back(bytes.substr(i * width, width).c_str());
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(id);
  return out;
}

std::vector<double> File::numbers(const std::string& attribute,
                                  const std::string& group) const {
  const hid_t id = need(H5Aopen_by_name(id_, group.c_str(), attribute.c_str(),
                                        H5P_DEFAULT, H5P_DEFAULT),
                        attribute);
  const hid_t space = H5Aget_space(id);
  std::vector<double> out(
      static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  if (!out.empty()) need(H5Aread(id, H5T_NATIVE_DOUBLE, out.data()), attribute);
  H5Sclose(space);
  H5Aclose(id);
  return out;
}

double File::number(const std::string& attribute,
                    const std::string& group) const {
  return numbers(attribute, group).at(0);
}

std::vector<std::string> files(const std::string& prefix) {
  std::vector<std::string> out;
  for (const auto& folder : folders()) add_files(folder, prefix, out);
  if (out.empty()) support::skip_test(missing(prefix));
  return out;
}

std::vector<std::string> files_of_models(const std::string& prefix) {
  std::vector<std::string> out;
  for (const auto& folder : folders())
    for (const auto& inside : content(folder)) add_files(inside, prefix, out);
  if (out.empty()) support::skip_part(missing("<model>/" + prefix));
  return out;
}

std::string file_name(const std::string& path) {
  const fs::path file = path;
  return (file.parent_path().filename() / file.filename()).string();
}

}  // namespace reference
