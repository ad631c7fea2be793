#include "reference.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace reference {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const char* named = std::getenv("SCVIGOR_REFERENCE");
  return named != nullptr ? named : SCVIGOR_DEFAULT_REFERENCE;
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
    : id_(need(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path)) {}

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
  H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
          out.values.data());
  H5Sclose(space);
  H5Dclose(data);
  return out;
}

std::vector<std::string> File::list(const std::string& group) const {
  std::vector<std::string> names;
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
  }
  H5Tclose(type);
  H5Aclose(id);
  return out;
}

std::vector<std::string> File::texts(const std::string& path) const {
  const hid_t id = need(H5Dopen2(id_, path.c_str(), H5P_DEFAULT), path);
  const hid_t type = H5Dget_type(id);
  const hid_t space = H5Dget_space(id);
  std::vector<char*> rows(
      static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data());
  const std::vector<std::string> out(rows.begin(), rows.end());
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, rows.data());
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(id);
  return out;
}

double File::number(const std::string& attribute,
                    const std::string& group) const {
  const hid_t id = need(H5Aopen_by_name(id_, group.c_str(), attribute.c_str(),
                                        H5P_DEFAULT, H5P_DEFAULT),
                        attribute);
  double out = 0.0;
  H5Aread(id, H5T_NATIVE_DOUBLE, &out);
  H5Aclose(id);
  return out;
}

std::vector<std::string> files(const std::string& prefix) {
  std::vector<std::string> out;
  std::error_code error;
  const fs::path start = folder() / prefix;
  for (const auto& entry : fs::directory_iterator(start.parent_path(), error))
    if (entry.path().filename().string().rfind(start.filename().string(), 0) ==
            0 &&
        entry.path().extension() == ".h5")
      out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  if (out.empty())
    std::cout << "skipped: no " << prefix << "*.h5 in " << folder().string()
              << " (set SCVIGOR_REFERENCE)\n";
  return out;
}

std::string file_name(const std::string& path) {
  return fs::path(path).filename().string();
}

}  // namespace reference
