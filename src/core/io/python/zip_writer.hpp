#ifndef SCVIGOR_CORE_IO_PYTHON_ZIP_WRITER_HPP
#define SCVIGOR_CORE_IO_PYTHON_ZIP_WRITER_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace scvigor {

// A zip archive of uncompressed entries, each beginning at a multiple of 64
// bytes, as torch.save() writes them.
class ZipWriter {
 public:
  void add(const std::string& name, std::string_view content);
  // The whole archive. Throws a FileError above 4 GiB.
  std::string finish();

 private:
  std::string bytes_;
  std::string directory_;
  std::uint64_t n_entries_ = 0;
};

}  // namespace scvigor

#endif
