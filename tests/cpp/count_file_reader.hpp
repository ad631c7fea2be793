#ifndef SCVIGOR_TESTS_COUNT_FILE_READER_HPP
#define SCVIGOR_TESTS_COUNT_FILE_READER_HPP

#include <cstdint>
#include <vector>

#include "scvigor/count_file.hpp"

namespace support {

// Entries of a file, compressed by cell.
struct ReadEntries {
  std::vector<std::int32_t> indptr;
  std::vector<std::int32_t> genes;
  std::vector<double> values;
};

// All entries of a file, which are checked: genes are in range and ascend
// within a cell. Throws what reading throws.
ReadEntries read_entries(const scvigor::CountFile& file);

// The same as cells x genes, row by row.
std::vector<double> read_dense(const scvigor::CountFile& file);

}  // namespace support

#endif
