#ifndef SCVIGOR_CORE_IO_ISOLATION_ISOLATED_STREAM_HPP
#define SCVIGOR_CORE_IO_ISOLATION_ISOLATED_STREAM_HPP

#include <functional>
#include <memory>

#include "io/isolation/isolated_reader.hpp"

namespace scvigor {

// What IsolatedReader::run() does, piece by piece: the child works ahead by no
// more than a pipe holds, until more is read here. Its end ends the child.
class IsolatedStream {
 public:
  IsolatedStream(const IsolatedReader& reader,
                 const std::function<void(WireWriter&)>& work);
  ~IsolatedStream();
  IsolatedStream(const IsolatedStream&) = delete;
  IsolatedStream& operator=(const IsolatedStream&) = delete;

  WireReader& reader() { return reader_; }
  // To be called after all that `work` put was got.
  void expect_done();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  WireReader reader_;
};

}  // namespace scvigor

#endif
