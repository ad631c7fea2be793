#include "io/isolation/isolated_reader.hpp"

#include "io/isolation/isolated_stream.hpp"

namespace scvigor {

void IsolatedReader::run(
    const std::function<void(WireWriter&)>& work,
    const std::function<void(WireReader&)>& receive) const {
  IsolatedStream stream(*this, work);
  receive(stream.reader());
  stream.expect_done();
}

}  // namespace scvigor
