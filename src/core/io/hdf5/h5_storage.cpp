#include "io/hdf5/h5_storage.hpp"

#include <algorithm>
#include <string>

namespace scvigor::h5 {

namespace {

// Deflate packs at most 1032 bytes into one.
constexpr double kMaxDeflation = 1100;
// What filters from elsewhere, such as zstd, may reach with constant values.
constexpr double kMaxCompression = 1e6;
// HDF5's scale-offset filter keeps a chunk of one value in a header of 21.
constexpr double kMinScaleOffsetBytes = 16;

constexpr H5Z_filter_t kPlainOrder[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                        H5Z_FILTER_FLETCHER32};

[[noreturn]] void fail_without(const Node& dataset, H5Z_filter_t filter,
                               const std::string& name) {
  dataset.fail(
      "is compressed with filter " + std::to_string(filter) + " (" +
      (name.empty() ? "unnamed" : name) +
      "), which this HDF5 library lacks. Write the file with gzip, or set "
      "HDF5_PLUGIN_PATH to the directory of its plugin; in R, "
      "Sys.setenv(HDF5_PLUGIN_PATH = rhdf5filters::hdf5_plugin_path()) "
      "before anything else is read may do.");
}

Filters read_filters(const Node& dataset, hid_t creation) {
  Filters filters;
  const int n = dataset.call("read the compression of",
                             [&] { return H5Pget_nfilters(creation); });
  for (int i = 0; i < n; ++i) {
    unsigned flags = 0;
    std::size_t n_values = 32;
    Filters::Filter filter;
    filter.values.resize(n_values);
    char name[65] = "";
    filter.id = dataset.call("read the compression of", [&] {
      return H5Pget_filter2(creation, static_cast<unsigned>(i), &flags,
                            &n_values, filter.values.data(), sizeof name - 1,
                            name, nullptr);
    });
    filter.values.resize(std::min(n_values, filter.values.size()));
    if (dataset.call("read the compression of",
                     [&] { return H5Zfilter_avail(filter.id); }) == 0)
      fail_without(dataset, filter.id, name);
    filters.all.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

int Filters::find(H5Z_filter_t id) const {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].id == id) return static_cast<int>(i);
  return -1;
}

bool Filters::can_stream() const {
#if H5_VERSION_GE(1, 10, 5)  // H5Dread_chunk(), H5Dget_chunk_info_by_coord()
  std::size_t next = 0;
  for (const H5Z_filter_t id : kPlainOrder)
    if (next < all.size() && all[next].id == id) ++next;
  const int shuffle = find(H5Z_FILTER_SHUFFLE);
  return next == all.size() && find(H5Z_FILTER_DEFLATE) >= 0 &&
         (shuffle < 0 ||
          !all[static_cast<std::size_t>(shuffle)].values.empty());
#else
  return false;
#endif
}

double Filters::max_ratio(double chunk_bytes) const {
  double ratio = kMaxDeflation;
  for (const Filter& filter : all) {
    if (filter.id == H5Z_FILTER_SCALEOFFSET)
      ratio = std::max(ratio, chunk_bytes / kMinScaleOffsetBytes);
    else if (std::count(std::begin(kPlainOrder), std::end(kPlainOrder),
                        filter.id) == 0)
      ratio = std::max(ratio, kMaxCompression);
  }
  return ratio;
}

std::int64_t Storage::chunk_elements() const {
  std::int64_t n = 1;
  for (const std::int64_t edge : chunk) n *= edge;  // HDF5 keeps it in 32 bits
  return n;
}

double count_chunks([[maybe_unused]] const Node& dataset) {
#if H5_VERSION_GE(1, 10, 5)
  const Handle space(dataset.call("read the size of",
                                  [&] { return H5Dget_space(dataset.id()); }));
  hsize_t n = 0;
  dataset.call("look into", [&] {
    return H5Dget_num_chunks(dataset.id(), space.get(), &n);
  });
  return static_cast<double>(n);
#else
  return 0;
#endif
}

Storage read_storage(const Node& dataset, int rank) {
  const Handle creation(dataset.call(
      "look into", [&] { return H5Dget_create_plist(dataset.id()); }));
  const H5D_layout_t layout = H5Pget_layout(creation.get());
  if ((layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
       layout != H5D_CHUNKED) ||
      H5Pget_external_count(creation.get()) != 0)
    dataset.fail("keeps its values in another file, which is not followed.");
  Storage storage;
  storage.is_chunked = layout == H5D_CHUNKED;
  storage.stored_bytes =
      std::min(static_cast<double>(H5Dget_storage_size(dataset.id())),
               static_cast<double>(dataset.file().bytes));
  std::vector<hsize_t> edges(static_cast<std::size_t>(rank), 1);
  if (storage.is_chunked) {
    dataset.call("look into", [&] {
      return H5Pget_chunk(creation.get(), rank, edges.data());
    });
    storage.filters = read_filters(dataset, creation.get());
    unsigned options = 0;
    if (H5Pget_chunk_opts(creation.get(), &options) >= 0)
      storage.filters_edges =
          (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) == 0;
  }
  storage.chunk.assign(edges.begin(), edges.end());
  return storage;
}

}  // namespace scvigor::h5
