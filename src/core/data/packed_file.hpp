#ifndef SCVIGOR_CORE_DATA_PACKED_FILE_HPP
#define SCVIGOR_CORE_DATA_PACKED_FILE_HPP

#include <string>
#include <vector>

#include "data/packed_source.hpp"
#include "scvigor/packed_counts.hpp"
#include "util/atomic_file.hpp"

namespace scvigor {

// The file format of inst/format/packed-counts.md.

// A store in `file`, after the bytes that begin it.
std::unique_ptr<ByteStore> begin_packed_file(AtomicFile& file,
                                             const std::string& path);

// What follows the counts.
void end_packed_file(AtomicFile& file, const PackedCells& cells,
                     const PackedNames& names);

struct PackedFileContent {
  PackedCells cells;
  PackedNames names;
};
// Throws a FileError unless the file is whole. Counts are checked when they
// are read.
PackedFileContent read_packed_file(const std::string& path);

}  // namespace scvigor

#endif
