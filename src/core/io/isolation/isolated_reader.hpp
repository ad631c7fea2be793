#ifndef SCVIGOR_CORE_IO_ISOLATION_ISOLATED_READER_HPP
#define SCVIGOR_CORE_IO_ISOLATION_ISOLATED_READER_HPP

#include <cstdint>
#include <functional>
#include <string>

#include "io/isolation/wire.hpp"

namespace scvigor {

// The HDF5 library trusts files: a damaged one makes it write out of bounds,
// take gigabytes, never end or wait for ever. So that none of that reaches the
// host, files from elsewhere are read in a child process, which hands over
// what it read and has an end to its memory and its time. Both grow with what
// the file declares (h5::Demand).
//
// Runs `work` in the child and `receive` here. What `work` throws arrives as a
// FileError from `receive`; so does the end of a child that crashed, was
// killed or met its limits, which it names. `poll` is called while waiting;
// what it or `receive` throws ends the child. Where the system does not let
// this process have a child, `work` runs here and then `receive`.
struct IsolatedReader {
  std::string file;             // for messages
  std::int64_t file_bytes = 0;  // the limits begin with it
  std::function<void()> poll;
  int patience = 10;  // seconds that the child may compute nothing

  void run(const std::function<void(WireWriter&)>& work,
           const std::function<void(WireReader&)>& receive) const;
};

}  // namespace scvigor

#endif
