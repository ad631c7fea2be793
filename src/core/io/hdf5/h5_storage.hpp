#ifndef SCVIGOR_CORE_IO_HDF5_H5_STORAGE_HPP
#define SCVIGOR_CORE_IO_HDF5_H5_STORAGE_HPP

#include <cstdint>
#include <vector>

#include "io/hdf5/h5.hpp"

namespace scvigor::h5 {

// What HDF5 did to each chunk before it wrote it, in this order.
struct Filters {
  struct Filter {
    H5Z_filter_t id = 0;
    std::vector<unsigned> values;  // its parameters
  };
  std::vector<Filter> all;

  // Position of a filter, -1 where it was not used.
  int find(H5Z_filter_t id) const;
  // Nothing but shuffle, deflate and fletcher32, in this order: chunks can be
  // unpacked piece by piece, see ChunkStream.
  bool can_stream() const;
  // To how many bytes one byte in the file may unpack, for chunks of so many.
  double max_ratio(double chunk_bytes) const;
};

// How a dataset lies in its file.
struct Storage {
  bool is_chunked = false;
  std::vector<std::int64_t> chunk;  // its edges; all 1 without chunks
  Filters filters;
  bool filters_edges = true;  // chunks across the edge are filtered as well
  double stored_bytes = 0;    // in the file
  std::int64_t chunk_elements() const;
};

// Fails where the values lie in another file, or a filter is missing.
Storage read_storage(const Node& dataset, int rank);

// The number of chunks that were written; 0 where this HDF5 cannot tell.
double count_chunks(const Node& dataset);

}  // namespace scvigor::h5

#endif
