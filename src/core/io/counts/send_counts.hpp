#ifndef SCVIGOR_CORE_IO_COUNTS_SEND_COUNTS_HPP
#define SCVIGOR_CORE_IO_COUNTS_SEND_COUNTS_HPP

#include "io/counts/count_file_content.hpp"
#include "scvigor/count_stream.hpp"

namespace scvigor {

struct FileToRead {
  std::string path;
  std::int64_t bytes = 0;
};
// Looks at the file with the matrix, in the process that will receive. A
// FileError where it is of no kind that is read.
FileToRead check_location(const CountLocation& location);

// In the child: a header, then the blocks of the matrix.
void send_counts(const CountLocation& location, WireWriter& writer);

struct CountHeader {
  CountFileContent content;  // without names where the location has none
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
  EntryOrder order;
};
// Throws a FileError unless the parts of what arrives fit together.
CountHeader get_header(WireReader& reader);
// False after the last block.
bool has_block(WireReader& reader);

}  // namespace scvigor

#endif
