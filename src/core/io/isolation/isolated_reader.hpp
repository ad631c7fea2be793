#ifndef SCVIGOR_CORE_IO_ISOLATION_ISOLATED_READER_HPP
#define SCVIGOR_CORE_IO_ISOLATION_ISOLATED_READER_HPP

#include <cstdint>
#include <functional>
#include <string>

#include "io/isolation/wire.hpp"

namespace scvigor {

// The HDF5 library trusts files: a damaged one makes it write out of bounds,
// take gigabytes, never end or wait for ever. So that none of that reaches the
// host, files from elsewhere are read in a copy of the process, which hands
// over what it read and has an end to its memory and its time.
//
// Runs `work` in the copy and `receive` here. What `work` throws arrives as a
// FileError from `receive`; so does the end of a copy that crashed, which
// says that `file` is damaged. `poll` is called while waiting; what it or
// `receive` throws ends the copy. Where the system cannot copy a process,
// `work` runs here and then `receive`.
struct IsolatedReader {
  std::string file;             // for messages
  std::int64_t file_bytes = 0;  // the limits grow with it
  std::function<void()> poll;
  int patience = 10;  // seconds that the copy may wait for who knows what

  void run(const std::function<void(WireWriter&)>& work,
           const std::function<void(WireReader&)>& receive) const;
};

}  // namespace scvigor

#endif
