#include "io/hdf5/h5_dataset.hpp"

#include <algorithm>

namespace scvigor::h5 {

namespace {

// A dataset up to this size is worth no suspicion.
constexpr double kSmallBytes = 16 << 20;
// HDF5's cache of unpacked chunks, for each open dataset.
constexpr double kDefaultCacheBytes = 1 << 20;
// Deflate packs at most 1032 bytes into one; others may do better.
constexpr double kMaxDeflation = 1100;
constexpr double kMaxCompression = 1e6;
// The most elements that a dataset may claim: keeps all products in range.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

std::vector<hsize_t> to_hsize(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

// The best compression that the dataset's filters allow.
double max_compression(const Dataset& data, hid_t list) {
  const int n_filters = data.call("read the compression of",
                                  [&] { return H5Pget_nfilters(list); });
  double ratio = kMaxDeflation;
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0;
    std::size_t n_values = 0;
    char name[65] = "";
    const H5Z_filter_t filter = data.call("read the compression of", [&] {
      return H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &n_values,
                            nullptr, sizeof name - 1, name, nullptr);
    });
    if (data.call("read the compression of",
                  [&] { return H5Zfilter_avail(filter); }) == 0)
      data.fail("is compressed with filter " + std::to_string(filter) + " (" +
                (name[0] ? name : "unnamed") +
                "), which this HDF5 library lacks. Write the file with gzip, "
                "or set HDF5_PLUGIN_PATH to the directory of its plugin.");
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32 && filter != H5Z_FILTER_SZIP)
      ratio = kMaxCompression;
  }
  return ratio;
}

}  // namespace

Dataset Dataset::open(const Group& parent, const std::string& name) {
  const std::string path = parent.child_path(name);
  const NodeKind found = parent.kind(name);
  if (found != NodeKind::kDataset)
    throw FileError(
        "\"" + parent.file().name + "\" has no dataset `" + path + "`" +
        (found == NodeKind::kAbsent ? "."
                                    : ": what has that name is no dataset."));
  Dataset data(parent.file_, path, Handle(parent.call("look into", [&] {
                 return H5Dopen2(parent.id(), name.c_str(), H5P_DEFAULT);
               })));
  const Handle space(
      data.call("read the size of", [&] { return H5Dget_space(data.id()); }));
  const int rank = data.call("read the size of", [&] {
    return H5Sget_simple_extent_ndims(space.get());
  });
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  if (rank > 0)
    data.call("read the size of", [&] {
      return H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
    });
  data.size_ = H5Sget_simple_extent_type(space.get()) == H5S_NULL ? 0 : 1;
  for (const hsize_t dim : dims) {
    if (dim > static_cast<hsize_t>(kMaxElements) ||
        (dim > 0 && data.size_ > kMaxElements / static_cast<std::int64_t>(dim)))
      data.fail("claims an impossible size: the file is damaged.");
    data.dims_.push_back(static_cast<std::int64_t>(dim));
    data.size_ *= data.dims_.back();
  }
  data.type_ = Handle(
      data.call("read the type of", [&] { return H5Dget_type(data.id()); }));
  data.element_ = classify(data.type_.get());
  data.check_storage();
  // Without room for a whole chunk, HDF5 unpacks it again for every part.
  if (data.chunk_bytes() > kDefaultCacheBytes) {
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
    H5Pset_chunk_cache(access.get(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT,
                       static_cast<std::size_t>(data.chunk_bytes()), 1.0);
    data.handle_ = Handle(data.call("open", [&] {
      return H5Dopen2(parent.id(), name.c_str(), access.get());
    }));
  }
  return data;
}

std::vector<std::int64_t> Dataset::chunk() const {
  const Handle list(
      call("look into", [&] { return H5Dget_create_plist(id()); }));
  std::vector<hsize_t> edges(dims_.size(), 1);
  if (H5Pget_layout(list.get()) == H5D_CHUNKED)
    call("look into", [&] {
      return H5Pget_chunk(list.get(), static_cast<int>(edges.size()),
                          edges.data());
    });
  return {edges.begin(), edges.end()};
}

double Dataset::chunk_bytes() const {
  double bytes = static_cast<double>(H5Tget_size(type_.get()));
  for (const std::int64_t edge : chunk()) bytes *= static_cast<double>(edge);
  return bytes;
}

void Dataset::check_storage() const {
  const Handle list(
      call("look into", [&] { return H5Dget_create_plist(id()); }));
  const H5D_layout_t layout = H5Pget_layout(list.get());
  if ((layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
       layout != H5D_CHUNKED) ||
      H5Pget_external_count(list.get()) != 0)
    fail("keeps its values in another file, which is not followed.");
  const double claimed =
      std::max(static_cast<double>(size_) *
                   static_cast<double>(H5Tget_size(type_.get())),
               chunk_bytes());
  const double stored = std::min(static_cast<double>(H5Dget_storage_size(id())),
                                 static_cast<double>(file_->bytes));
  // Memory is only ever taken for what the file can hold.
  if (claimed > stored * max_compression(*this, list.get()) &&
      claimed > kSmallBytes)
    fail("claims " + std::to_string(size_) +
         " values, which the file is too small for: it is damaged or "
         "incomplete.");
}

std::vector<std::string> Dataset::members() const {
  std::vector<std::string> names;
  if (H5Tget_class(type()) != H5T_COMPOUND) return names;
  const int n = H5Tget_nmembers(type());
  for (int i = 0; i < n; ++i) {
    char* name = H5Tget_member_name(type(), static_cast<unsigned>(i));
    names.emplace_back(name ? name : "");
    H5free_memory(name);
  }
  return names;
}

Dataset Dataset::member(const std::string& name) const {
  const int index = call("find a member of", [&] {
    return H5Tget_member_index(type(), name.c_str());
  });
  Dataset view(*this);
  view.path_ += "[" + name + "]";
  view.member_ = name;
  view.type_ = Handle(call("find a member of", [&] {
    return H5Tget_member_type(type(), static_cast<unsigned>(index));
  }));
  view.element_ = classify(view.type_.get());
  return view;
}

void Dataset::read_as(hid_t memory_type, const std::vector<std::int64_t>& first,
                      const std::vector<std::int64_t>& count, void* out,
                      hid_t transfer) const {
  if (std::count(count.begin(), count.end(), 0) > 0 || size_ == 0) return;
  Handle wrapped;
  if (!member_.empty()) {
    wrapped = Handle(H5Tcreate(H5T_COMPOUND, H5Tget_size(memory_type)));
    call("read", [&] {
      return H5Tinsert(wrapped.get(), member_.c_str(), 0, memory_type);
    });
    memory_type = wrapped.get();
  }
  if (dims_.empty()) {
    call("read", [&] {
      return H5Dread(id(), memory_type, H5S_ALL, H5S_ALL, transfer, out);
    });
    return;
  }
  const std::vector<hsize_t> start = to_hsize(first), edges = to_hsize(count);
  const Handle file_space(call("read", [&] { return H5Dget_space(id()); }));
  const Handle memory_space(call("read", [&] {
    return H5Screate_simple(static_cast<int>(edges.size()), edges.data(),
                            nullptr);
  }));
  call("read", [&] {
    return H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(),
                               nullptr, edges.data(), nullptr);
  });
  call("read", [&] {
    return H5Dread(id(), memory_type, memory_space.get(), file_space.get(),
                   transfer, out);
  });
}

}  // namespace scvigor::h5
