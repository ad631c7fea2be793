#include "data/packed_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "scvigor/error.hpp"

namespace scvigor {
namespace {

constexpr std::array<char, 8> kMagic{'s', 'c', 'v', 'i', 'p', 'a', 'c', 'k'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;

// The last bytes of a file. Sections are those of inst/format.
struct Footer {
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
  std::int64_t cells_begin = 0;  // the table of the cells
  std::int64_t names_begin = 0;  // names of genes, then of cells
  std::int64_t names_end = 0;
  std::uint32_t cells_checksum = 0;
  std::uint32_t names_checksum = 0;
  std::uint32_t version = kVersion;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t checksum = 0;  // of all of the above
  std::uint32_t reserved = 0;
  std::array<char, 8> magic = kMagic;
};
static_assert(sizeof(Footer) == 72, "as inst/format describes it");

std::uint32_t checksum_of(const Footer& footer) {
  return crc32_of(&footer, offsetof(Footer, checksum));
}

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

void append_names(const std::vector<std::string>& names, std::string& bytes) {
  const auto n = static_cast<std::int64_t>(names.size());
  bytes.append(bytes_of(n));
  for (const std::string& name : names) {
    const auto length = static_cast<std::uint32_t>(name.size());
    bytes.append(bytes_of(length)).append(name);
  }
}

[[noreturn]] void fail_damaged(const std::string& path) {
  throw FileError("\"" + path +
                  "\" is damaged or incomplete: pack the counts again.");
}

// Takes values from the front of `bytes`.
class NameReader {
 public:
  NameReader(std::string_view bytes, const std::string& path)
      : bytes_(bytes), path_(path) {}

  // All n_expected, or none.
  std::vector<std::string> names(std::int64_t n_expected) {
    const auto n = number<std::int64_t>();
    if (n != 0 && n != n_expected) fail_damaged(path_);
    std::vector<std::string> out;
    for (std::int64_t i = 0; i < n; ++i)
      out.emplace_back(take(number<std::uint32_t>()));
    return out;
  }

 private:
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take(std::size_t n) {
    if (n > bytes_.size()) fail_damaged(path_);
    const std::string_view front = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return front;
  }

  std::string_view bytes_;
  const std::string& path_;
};

// Reads parts of a file whose size is known.
class PartReader {
 public:
  PartReader(const ByteStore& store, const std::string& path)
      : store_(store), path_(path) {}

  // The part may be as long as memory allows.
  const unsigned char* read(std::int64_t begin, std::int64_t n) {
    return store_.read(begin, n, buffer_);
  }
  const unsigned char* read(std::int64_t begin, std::int64_t n,
                            std::uint32_t checksum) {
    const unsigned char* bytes = read(begin, n);
    if (crc32_of(bytes, n) != checksum) fail_damaged(path_);
    return bytes;
  }

 private:
  const ByteStore& store_;
  const std::string& path_;
  std::vector<unsigned char> buffer_;
};

Footer read_footer(PartReader& reader, std::int64_t n_bytes,
                   const std::string& path) {
  Footer footer;
  std::memcpy(&footer,
              reader.read(n_bytes - static_cast<std::int64_t>(sizeof footer),
                          sizeof footer),
              sizeof footer);
  if (footer.magic != kMagic || footer.checksum != checksum_of(footer))
    fail_damaged(path);
  if (footer.byte_order != kByteOrder)
    throw FileError("\"" + path +
                    "\" was written by a machine of another byte order.");
  if (footer.version != kVersion)
    throw FileError("\"" + path +
                    "\" was written by a newer version of scvigor: update it.");
  constexpr auto kEntry = static_cast<std::int64_t>(sizeof(PackedCell));
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  const bool fits =
      footer.n_cells >= 0 && footer.n_cells < kMax && footer.n_genes >= 0 &&
      footer.n_genes < kMax &&
      footer.cells_begin >= static_cast<std::int64_t>(sizeof kMagic) &&
      footer.names_begin == footer.cells_begin + footer.n_cells * kEntry &&
      footer.names_end >= footer.names_begin &&
      footer.names_end + static_cast<std::int64_t>(sizeof footer) == n_bytes;
  if (!fits) fail_damaged(path);
  return footer;
}

std::vector<PackedCell> read_cells(PartReader& reader, const Footer& footer,
                                   const std::string& path) {
  std::vector<PackedCell> cells(static_cast<std::size_t>(footer.n_cells));
  const unsigned char* bytes =
      reader.read(footer.cells_begin, footer.names_begin - footer.cells_begin,
                  footer.cells_checksum);
  if (!cells.empty())
    std::memcpy(cells.data(), bytes, cells.size() * sizeof(PackedCell));
  for (const PackedCell& cell : cells) {
    const bool fits =
        (cell.width == PackedCell::kU8 || cell.width == PackedCell::kU16 ||
         cell.width == PackedCell::kFloat32) &&
        cell.begin >= static_cast<std::int64_t>(sizeof kMagic) &&
        cell.begin <= footer.cells_begin &&
        n_bytes(cell, footer.n_genes) <= footer.cells_begin - cell.begin &&
        cell.n_counts <= footer.n_genes;
    if (!fits) fail_damaged(path);
  }
  return cells;
}

}  // namespace

std::unique_ptr<ByteStore> begin_packed_file(AtomicFile& file,
                                             const std::string& path) {
  file.append({kMagic.data(), kMagic.size()});
  return store_in_file(dup(file.descriptor()), path);
}

void end_packed_file(AtomicFile& file, const PackedCells& cells,
                     const PackedNames& names) {
  Footer footer;
  footer.n_cells = static_cast<std::int64_t>(cells.cells.size());
  footer.n_genes = cells.n_genes;
  footer.cells_begin = lseek(file.descriptor(), 0, SEEK_END);
  const std::string_view table(
      reinterpret_cast<const char*>(cells.cells.data()),
      cells.cells.size() * sizeof(PackedCell));
  footer.cells_checksum =
      crc32_of(table.data(), static_cast<std::int64_t>(table.size()));
  std::string text;
  append_names(names.genes, text);
  append_names(names.cells, text);
  footer.names_checksum =
      crc32_of(text.data(), static_cast<std::int64_t>(text.size()));
  footer.names_begin =
      footer.cells_begin + static_cast<std::int64_t>(table.size());
  footer.names_end =
      footer.names_begin + static_cast<std::int64_t>(text.size());
  footer.checksum = checksum_of(footer);
  file.append(table);
  file.append(text);
  file.append(bytes_of(footer));
}

PackedFileContent read_packed_file(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw FileError("Cannot read \"" + path + "\": " + std::strerror(errno) +
                    ".");
  const std::int64_t size = lseek(descriptor, 0, SEEK_END);
  std::shared_ptr<const ByteStore> store = store_in_file(descriptor, path);
  constexpr auto kMinBytes =
      static_cast<std::int64_t>(sizeof kMagic + sizeof(Footer));
  PartReader reader(*store, path);
  std::array<char, 8> magic{};
  if (size >= kMinBytes)
    std::memcpy(magic.data(), reader.read(0, sizeof magic), sizeof magic);
  if (magic != kMagic)
    throw FileError("\"" + path + "\" is not a file of packed counts.");
  const Footer footer = read_footer(reader, size, path);
  PackedFileContent content;
  content.cells.cells = read_cells(reader, footer, path);
  content.cells.n_genes = footer.n_genes;
  content.cells.name = path;
  const std::int64_t n_text = footer.names_end - footer.names_begin;
  const unsigned char* text =
      reader.read(footer.names_begin, n_text, footer.names_checksum);
  NameReader names(
      {reinterpret_cast<const char*>(text), static_cast<std::size_t>(n_text)},
      path);
  content.names.genes = names.names(footer.n_genes);
  content.names.cells = names.names(footer.n_cells);
  content.cells.store = std::move(store);
  return content;
}

}  // namespace scvigor
