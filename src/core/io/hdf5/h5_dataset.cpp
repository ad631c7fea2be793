#include "io/hdf5/h5_dataset.hpp"

#include <algorithm>

#include "io/hdf5/h5_demand.hpp"

namespace scvigor::h5 {

namespace {

// Up to this size, a dataset may claim what it likes.
constexpr double kSmallBytes = 16 << 20;
// HDF5's cache of unpacked chunks, for each open dataset.
constexpr double kDefaultCacheBytes = 1 << 20;
// HDF5 unpacks a chunk by one filter after the other, into memory that grows
// by doubling.
constexpr double kUnpackingCopies = 4;
// The most elements that a dataset may claim: keeps all products in range.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

std::vector<hsize_t> to_hsize(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

Handle open_handle(const Group& parent, const std::string& name,
                   double cache_bytes) {
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  if (cache_bytes > 0)
    H5Pset_chunk_cache(access.get(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT,
                       static_cast<std::size_t>(cache_bytes), 1.0);
  return Handle(parent.call("look into", [&] {
    return H5Dopen2(parent.id(), name.c_str(), access.get());
  }));
}

}  // namespace

Dataset Dataset::open(const Group& parent, const std::string& name,
                      Unwritten unwritten) {
  const std::string path = parent.child_path(name);
  const NodeKind found = parent.kind(name);
  if (found != NodeKind::kDataset)
    throw FileError("\"" + parent.file().name + "\" has no dataset `" + path +
                    "`" + explain_absence(found, "a dataset"));
  Dataset data(parent.file_, path, open_handle(parent, name, 0));
  data.read_extent();
  data.type_ = Handle(
      data.call("read the type of", [&] { return H5Dget_type(data.id()); }));
  data.element_ = classify(data.type_.get());
  data.storage_ = read_storage(data, static_cast<int>(data.dims_.size()));
  data.check_claim(unwritten);
  // With a cache too small for a chunk, HDF5 unpacks it again for every part.
  // All handles of a dataset share the cache of the first.
  if (!data.storage_.filters.all.empty() &&
      data.chunk_bytes() > kDefaultCacheBytes) {
    announce({kUnpackingCopies * data.chunk_bytes() +
                  std::min(data.chunk_bytes(), data.storage_.stored_bytes),
              0});
    data.handle_ = Handle();
    data.handle_ = open_handle(parent, name, data.chunk_bytes());
  }
  return data;
}

void Dataset::read_extent() {
  const Handle space(
      call("read the size of", [&] { return H5Dget_space(id()); }));
  const int rank = call("read the size of", [&] {
    return H5Sget_simple_extent_ndims(space.get());
  });
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  if (rank > 0)
    call("read the size of", [&] {
      return H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
    });
  size_ = H5Sget_simple_extent_type(space.get()) == H5S_NULL ? 0 : 1;
  for (const hsize_t dim : dims) {
    if (dim > static_cast<hsize_t>(kMaxElements) ||
        (dim > 0 && size_ > kMaxElements / static_cast<std::int64_t>(dim)))
      fail("claims an impossible size: the file is damaged.");
    dims_.push_back(static_cast<std::int64_t>(dim));
    size_ *= dims_.back();
  }
}

double Dataset::bytes() const {
  return static_cast<double>(size_) * static_cast<double>(width());
}

double Dataset::chunk_bytes() const {
  return static_cast<double>(storage_.chunk_elements()) *
         static_cast<double>(width());
}

// Memory is only ever taken for what the file can hold.
void Dataset::check_claim(Unwritten unwritten) const {
  double claimed = std::max(bytes(), storage_.is_chunked ? chunk_bytes() : 0.0);
  const double possible =
      storage_.stored_bytes * storage_.filters.max_ratio(chunk_bytes());
  if (claimed <= kSmallBytes || claimed <= possible) return;
  if (unwritten == Unwritten::kAllowed)
    claimed = storage_.is_chunked ? chunk_bytes() * count_chunks(*this)
                                  : std::min(claimed, storage_.stored_bytes);
  if (claimed > possible)
    fail("claims " + std::to_string(size_) + " values, but the " +
         std::to_string(static_cast<std::int64_t>(storage_.stored_bytes)) +
         " bytes that the file has of it cannot hold so many: they were never "
         "written, or the file is damaged or incomplete.");
}

int rank_of(const Group& parent, const std::string& name) {
  const Handle data = open_handle(parent, name, 0);
  const Handle space(
      parent.call("look into", [&] { return H5Dget_space(data.get()); }));
  return parent.call("look into",
                     [&] { return H5Sget_simple_extent_ndims(space.get()); });
}

void Dataset::announce_values(std::size_t bytes_each) const {
  const auto n = static_cast<double>(size_);
  announce({n * static_cast<double>(bytes_each),
            n * static_cast<double>(width() + bytes_each)});
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
