#include "count_file_writer.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace support {

using scvigor::h5::checked;
using scvigor::h5::Handle;

namespace {

template <class Call>
Handle made(Call&& call) {
  return Handle(checked(call, [] { return "A test cannot write its file"; }));
}

Handle space_of(const std::vector<std::int64_t>& dims) {
  const std::vector<hsize_t> edges(dims.begin(), dims.end());
  return made([&] {
    return H5Screate_simple(static_cast<int>(edges.size()), edges.data(),
                            nullptr);
  });
}

Handle variable_text() {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& text) {
  std::vector<const char*> pointers;
  for (const std::string& value : text) pointers.push_back(value.c_str());
  return pointers;
}

void write_attribute(hid_t file, const std::string& of, const std::string& name,
                     hid_t type, const Handle& space, const void* values) {
  const Handle object =
      made([&] { return H5Oopen(file, of.c_str(), H5P_DEFAULT); });
  const Handle attribute = made([&] {
    return H5Acreate2(object.get(), name.c_str(), type, space.get(),
                      H5P_DEFAULT, H5P_DEFAULT);
  });
  if (values) H5Awrite(attribute.get(), type, values);
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& suffix) {
  static std::atomic<int> count{0};
  path_ = (std::filesystem::temp_directory_path() /
           ("scvigor_test_" + std::to_string(getpid()) + "_" +
            std::to_string(count++) + suffix))
              .string();
}

TemporaryFile::~TemporaryFile() { std::remove(path_.c_str()); }

std::string TemporaryFile::bytes() const {
  std::ostringstream all;
  all << std::ifstream(path_, std::ios::binary).rdbuf();
  return all.str();
}

void TemporaryFile::write(std::string_view bytes) const {
  std::ofstream(path_, std::ios::binary) << bytes;
}

H5Writer::H5Writer(const std::string& path)
    : file_(made([&] {
        return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      })) {}

void H5Writer::group(const std::string& path) {
  made([&] {
    return H5Gcreate2(id(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT,
                      H5P_DEFAULT);
  });
}

void H5Writer::numbers(const std::string& path,
                       const std::vector<double>& values,
                       std::vector<std::int64_t> dims, const Storage& storage) {
  if (dims.empty()) dims = {static_cast<std::int64_t>(values.size())};
  const Handle how(H5Pcreate(H5P_DATASET_CREATE));
  if (storage.chunk.size() == dims.size()) {
    const std::vector<hsize_t> chunk(storage.chunk.begin(),
                                     storage.chunk.end());
    H5Pset_chunk(how.get(), static_cast<int>(chunk.size()), chunk.data());
    if (storage.shuffle) H5Pset_shuffle(how.get());
    if (storage.deflate)
      H5Pset_deflate(how.get(), static_cast<unsigned>(storage.deflate));
  }
  const Handle space = space_of(dims);
  const Handle data = made([&] {
    return H5Dcreate2(id(), path.c_str(),
                      storage.type < 0 ? H5T_NATIVE_DOUBLE : storage.type,
                      space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT);
  });
  if (!values.empty())
    H5Dwrite(data.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
             values.data());
}

void H5Writer::booleans(const std::string& path,
                        const std::vector<bool>& values) {
  const Handle type(H5Tenum_create(H5T_NATIVE_INT8));
  const std::int8_t no = 0, yes = 1;
  H5Tenum_insert(type.get(), "FALSE", &no);
  H5Tenum_insert(type.get(), "TRUE", &yes);
  const std::vector<std::int8_t> bytes(values.begin(), values.end());
  const Handle space = space_of({static_cast<std::int64_t>(values.size())});
  const Handle data = made([&] {
    return H5Dcreate2(id(), path.c_str(), type.get(), space.get(), H5P_DEFAULT,
                      H5P_DEFAULT, H5P_DEFAULT);
  });
  H5Dwrite(data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
}

void H5Writer::text(const std::string& path,
                    const std::vector<std::string>& values, std::size_t width) {
  Handle type = variable_text();
  std::string fixed;
  if (width > 0) {
    type = Handle(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), width);
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    for (std::string value : values) {
      value.resize(width);
      fixed += value;
    }
  }
  const auto pointers = pointers_to(values);
  const Handle space = space_of({static_cast<std::int64_t>(values.size())});
  const Handle data = made([&] {
    return H5Dcreate2(id(), path.c_str(), type.get(), space.get(), H5P_DEFAULT,
                      H5P_DEFAULT, H5P_DEFAULT);
  });
  if (!values.empty())
    H5Dwrite(
        data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
        width > 0 ? static_cast<const void*>(fixed.data()) : pointers.data());
}

void H5Writer::attribute(const std::string& of, const std::string& name,
                         const std::string& value) {
  const char* pointer = value.c_str();
  write_attribute(id(), of, name, variable_text().get(),
                  Handle(H5Screate(H5S_SCALAR)), &pointer);
}

void H5Writer::attribute(const std::string& of, const std::string& name,
                         const std::vector<std::string>& values) {
  write_attribute(id(), of, name, variable_text().get(),
                  space_of({static_cast<std::int64_t>(values.size())}),
                  pointers_to(values).data());
}

void H5Writer::attribute(const std::string& of, const std::string& name,
                         const std::vector<std::int64_t>& values) {
  write_attribute(id(), of, name, H5T_NATIVE_INT64,
                  space_of({static_cast<std::int64_t>(values.size())}),
                  values.data());
}

void write_sparse(H5Writer& file, const std::string& path, bool by_cells,
                  const std::vector<double>& data,
                  const std::vector<double>& indices,
                  const std::vector<double>& indptr,
                  const std::vector<std::int64_t>& shape,
                  const Storage& storage) {
  file.group(path);
  file.attribute(
      path, "encoding-type",
      by_cells ? std::string("csr_matrix") : std::string("csc_matrix"));
  file.attribute(path, "shape", shape);
  Storage integers = storage;
  integers.type = H5T_STD_I32LE;
  file.numbers(path + "/data", data, {}, storage);
  file.numbers(path + "/indices", indices, {}, integers);
  file.numbers(path + "/indptr", indptr, {}, integers);
}

void write_frame(H5Writer& file, const std::string& path,
                 const std::vector<std::string>& names,
                 const std::vector<std::string>& columns) {
  file.group(path);
  file.attribute(path, "encoding-type", std::string("dataframe"));
  file.attribute(path, "_index", std::string("_index"));
  file.attribute(path, "column-order", columns);
  file.text(path + "/_index", names);
}

void write_frames(H5Writer& file) {
  write_frame(file, "obs", {"c1", "c2", "c3", "c4"});
  write_frame(file, "var", {"g1", "g2", "g3"});
}

void write_small_counts(const std::string& path, int form,
                        const Storage& storage) {
  const SmallCounts small;
  H5Writer file(path);
  write_frames(file);
  if (form == 0)
    write_sparse(file, "X", true, small.data, small.indices, small.indptr,
                 {4, 3}, storage);
  if (form == 1)
    write_sparse(file, "X", false, small.data_by_gene, small.indices_by_gene,
                 small.indptr_by_gene, {4, 3}, storage);
  Storage square = storage;
  if (!square.chunk.empty()) square.chunk = {3, 2};
  if (form == 2) file.numbers("X", small.dense, {4, 3}, square);
}

void write_h5ad(const std::string& path, const Storage& storage) {
  const SmallCounts small;
  H5Writer file(path);
  write_sparse(file, "X", true, small.data, small.indices, small.indptr, {4, 3},
               storage);
  write_frame(file, "obs", {"c1", "c2", "c3", "c4"},
              {"batch", "depth", "plate", "good", "note", "age"});
  file.group("obs/batch");
  file.attribute("obs/batch", "encoding-type", std::string("categorical"));
  file.attribute("obs/batch", "ordered", std::vector<std::int64_t>{1});
  file.text("obs/batch/categories", {"ctrl", "stim"});
  file.numbers("obs/batch/codes", {1, 0, -1, 1}, {}, {H5T_STD_I8LE, {}});
  file.numbers("obs/depth", {0.5, 1.5, -2.5, 1e300});
  file.numbers("obs/plate", {1, 2, 3, -4}, {}, {H5T_STD_I64LE, {}});
  file.booleans("obs/good", {true, false, true, true});
  file.text("obs/note", {"a", "", "\xC3\xBC", "d"});
  file.group("obs/age");
  file.attribute("obs/age", "encoding-type", std::string("nullable-integer"));
  file.numbers("obs/age/values", {7, 8, 9, 10}, {}, {H5T_STD_I64LE, {}});
  file.booleans("obs/age/mask", {false, true, false, false});
  write_frame(file, "var", {"g1", "g2", "g3"});
}

}  // namespace support
