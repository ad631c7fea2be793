#ifndef SCVIGOR_CORE_IO_PYTHON_ZIP_READER_HPP
#define SCVIGOR_CORE_IO_PYTHON_ZIP_READER_HPP

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scvigor {

// The entries of a zip archive that lies in memory. Archives may come from
// anywhere: every offset and length is checked, memory is bounded by the size
// of the archive. Throws FileErrors without the name of the file.
class ZipReader {
 public:
  // The bytes must outlive the reader.
  explicit ZipReader(std::string_view bytes);

  static bool recognizes(std::string_view bytes);

  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  // The content, its checksum checked. Valid as long as the reader.
  std::string_view read(const std::string& name);

 private:
  struct Entry {
    std::uint64_t method = 0;
    std::uint32_t checksum = 0;
    std::uint64_t packed = 0;  // bytes in the archive
    std::uint64_t size = 0;    // bytes when unpacked
    std::uint64_t header = 0;  // where its local header begins
    bool is_read = false;
    std::string unpacked;      // of a compressed entry
    std::string_view content;  // once it is read
  };

  void read_directory(std::uint64_t at, std::uint64_t n_entries);
  std::uint64_t read_entry(std::uint64_t at);
  std::string_view packed_bytes(const Entry& entry) const;
  std::string_view unpack(Entry& entry);
  std::string_view slice(std::uint64_t at, std::uint64_t n) const;
  std::uint64_t number(std::uint64_t at, int n_bytes) const;

  std::string_view bytes_;
  std::map<std::string, Entry> entries_;
  std::uint64_t bytes_read_ = 0;  // of all entries so far
};

}  // namespace scvigor

#endif
