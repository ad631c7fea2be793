#ifndef SCVIGOR_CORE_DATA_BYTE_STORE_HPP
#define SCVIGOR_CORE_DATA_BYTE_STORE_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scvigor {

// Bytes that are appended one piece after another and then read in any order,
// by any threads at once.
class ByteStore {
 public:
  virtual ~ByteStore() = default;
  // Where the piece begins. It can be read as a whole or in parts.
  virtual std::int64_t append(std::string_view piece) = 0;
  // Makes all of the pieces readable.
  virtual void flush() = 0;
  // n bytes from `begin`; they may be in `buffer`, which must live as long.
  virtual const unsigned char* read(
      std::int64_t begin, std::int64_t n,
      std::vector<unsigned char>& buffer) const = 0;
  // These bytes are read next. Does not wait for the disk.
  virtual void will_read(std::int64_t, std::int64_t) const {}
  // Whether another process could have changed the bytes.
  virtual bool is_file() const = 0;
};

std::unique_ptr<ByteStore> store_in_memory();

// A store in an open file, which it closes. `path` is for messages.
// Appending begins at the end of the file.
std::unique_ptr<ByteStore> store_in_file(int descriptor,
                                         const std::string& path);

// A file in `folder` that has no name any more: it is gone when the store is,
// or the process.
std::unique_ptr<ByteStore> store_in_temporary_file(const std::string& folder);

}  // namespace scvigor

#endif
