#ifndef SCVIGOR_CORE_IO_HDF5_LZF_FILTER_HPP
#define SCVIGOR_CORE_IO_HDF5_LZF_FILTER_HPP

namespace scvigor::h5 {

// Teaches HDF5 to read what h5py and AnnData write with compression = "lzf",
// unless it already can.
void register_lzf();

}  // namespace scvigor::h5

#endif
