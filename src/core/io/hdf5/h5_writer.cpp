#include "io/hdf5/h5_writer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace scvigor::h5 {

namespace {

constexpr std::size_t kChunkBytes = 1 << 20;

template <class Call>
auto made(Call&& call) {
  return checked(call, [] { return "Cannot build the file"; });
}

// From this form on, HDF5's own structures have checksums.
void use_checksums(const Handle& options) {
#if H5_VERSION_GE(1, 10, 2)
  H5Pset_libver_bounds(options.get(), H5F_LIBVER_V110, H5F_LIBVER_V110);
#else
  H5Pset_libver_bounds(options.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
#endif
}

// HDF5 takes files of one name for one file.
std::string name_of(const Image& image) {
  return "scvigor_" + std::to_string(reinterpret_cast<std::uintptr_t>(&image));
}

Handle space_of(const std::vector<std::int64_t>& dims) {
  if (dims.empty()) return Handle(H5Screate(H5S_SCALAR));
  const std::vector<hsize_t> edges(dims.begin(), dims.end());
  return Handle(made([&] {
    return H5Screate_simple(static_cast<int>(edges.size()), edges.data(),
                            nullptr);
  }));
}

// Chunks of whole rows, which HDF5 wants for compression and checksums.
Handle storage_of(const std::vector<std::int64_t>& dims, std::size_t width,
                  unsigned deflate_level) {
  Handle how(H5Pcreate(H5P_DATASET_CREATE));
  std::vector<hsize_t> chunk(dims.begin(), dims.end());
  if (chunk.empty() || std::count(chunk.begin(), chunk.end(), 0u) > 0)
    return how;
  double bytes = static_cast<double>(width);
  for (const hsize_t edge : chunk) bytes *= static_cast<double>(edge);
  for (hsize_t& edge : chunk) {
    const double parts = bytes / static_cast<double>(kChunkBytes);
    if (parts <= 1) break;
    const auto whole = static_cast<double>(edge);
    edge = std::max<hsize_t>(1, static_cast<hsize_t>(whole / parts));
    bytes *= static_cast<double>(edge) / whole;
  }
  H5Pset_chunk(how.get(), static_cast<int>(chunk.size()), chunk.data());
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
    H5Pset_shuffle(how.get());
    H5Pset_deflate(how.get(), deflate_level);
  }
  H5Pset_fletcher32(how.get());
  return how;
}

void write_attribute(hid_t of, const std::string& name, hid_t type,
                     const Handle& space, const void* values) {
  const Handle attribute(made([&] {
    return H5Acreate2(of, name.c_str(), type, space.get(), H5P_DEFAULT,
                      H5P_DEFAULT);
  }));
  if (H5Sget_simple_extent_npoints(space.get()) > 0)
    made([&] { return H5Awrite(attribute.get(), type, values); });
}

}  // namespace

PaddedText::PaddedText(const std::vector<std::string>& text)
    : type(H5Tcopy(H5T_C_S1)) {
  std::size_t width = 1;
  for (const std::string& value : text) width = std::max(width, value.size());
  H5Tset_size(type.get(), width);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  bytes.assign(text.size() * width, '\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    std::memcpy(bytes.data() + i * width, text[i].data(), text[i].size());
}

Writer::Writer(unsigned deflate_level) : deflate_level_(deflate_level) {
  const Handle options = image_.file_options();
  H5Pset_fclose_degree(options.get(), H5F_CLOSE_STRONG);
  use_checksums(options);
  file_ = Handle(made([&] {
    return H5Fcreate(name_of(image_).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT,
                     options.get());
  }));
}

Handle Writer::group(hid_t parent, const std::string& name) const {
  const Handle how(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_link_creation_order(how.get(),
                             H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return Handle(made([&] {
    return H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, how.get(),
                      H5P_DEFAULT);
  }));
}

Handle Writer::dataset(hid_t parent, const std::string& name, hid_t type,
                       const std::vector<std::int64_t>& dims,
                       const void* values) const {
  const Handle space = space_of(dims);
  const Handle how = storage_of(dims, H5Tget_size(type), deflate_level_);
  Handle data(made([&] {
    return H5Dcreate2(parent, name.c_str(), type, space.get(), H5P_DEFAULT,
                      how.get(), H5P_DEFAULT);
  }));
  if (std::count(dims.begin(), dims.end(), 0) == 0)
    made([&] {
      return H5Dwrite(data.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    });
  return data;
}

void Writer::integer_attribute(hid_t of, const std::string& name,
                               const std::vector<std::int64_t>& values,
                               const std::vector<std::int64_t>& dims) const {
  write_attribute(of, name, H5T_NATIVE_INT64, space_of(dims), values.data());
}

void Writer::text_attribute(hid_t of, const std::string& name,
                            const std::vector<std::string>& values,
                            const std::vector<std::int64_t>& dims) const {
  const PaddedText text(values);
  write_attribute(of, name, text.type.get(), space_of(dims), text.bytes.data());
}

std::string_view Writer::finish() {
  const hid_t file = std::exchange(file_, Handle()).release();
  made([&] { return H5Fclose(file); });
  return image_.bytes();
}

}  // namespace scvigor::h5
