#include "io/python/zip_reader.hpp"

#include <zlib.h>

#include <algorithm>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {

// Signatures and sizes of APPNOTE.TXT, sections 4.3.7 to 4.3.16.
constexpr std::uint64_t kLocalHeader = 0x04034b50, kLocalHeaderBytes = 30;
constexpr std::uint64_t kDirectoryEntry = 0x02014b50;
constexpr std::uint64_t kDirectoryEntryBytes = 46;
constexpr std::uint64_t kEnd = 0x06054b50, kEndBytes = 22;
constexpr std::uint64_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::uint64_t kEnd64LocatorBytes = 20, kMaxCommentLength = 65535;
constexpr std::uint64_t kIn64 = 0xffffffff;
constexpr std::uint64_t kStored = 0, kDeflated = 8;

// What an archive may unpack to: weights hardly shrink, texts by a few times.
constexpr std::uint64_t kMaxUnpackedRatio = 32;
constexpr std::uint64_t kMaxExtraUnpackedBytes = 1 << 26;

[[noreturn]] void damaged(const std::string& what) {
  throw FileError("is damaged: " + what + ".");
}

}  // namespace

bool ZipReader::recognizes(std::string_view bytes) {
  return bytes.substr(0, 4) == std::string_view("PK\x03\x04", 4);
}

ZipReader::ZipReader(std::string_view bytes) : bytes_(bytes) {
  if (bytes.size() < kEndBytes) damaged("the zip archive is cut off");
  std::uint64_t end = bytes.size() - kEndBytes;
  const std::uint64_t first = end - std::min(end, kMaxCommentLength);
  while (number(end, 4) != kEnd) {
    if (end == first) damaged("the directory of the zip archive is missing");
    --end;
  }
  std::uint64_t n_entries = number(end + 10, 2);
  std::uint64_t directory = number(end + 16, 4);
  if (end >= kEnd64LocatorBytes &&
      number(end - kEnd64LocatorBytes, 4) == kEnd64Locator) {
    const std::uint64_t at = number(end - kEnd64LocatorBytes + 8, 8);
    if (number(at, 4) != kEnd64) damaged("its zip64 directory is missing");
    n_entries = number(at + 32, 8);
    directory = number(at + 48, 8);
  }
  read_directory(directory, n_entries);
}

std::string_view ZipReader::slice(std::uint64_t at, std::uint64_t n) const {
  if (at > bytes_.size() || n > bytes_.size() - at)
    damaged("the zip archive is cut off");
  return bytes_.substr(at, n);
}

std::uint64_t ZipReader::number(std::uint64_t at, int n_bytes) const {
  const std::string_view bytes = slice(at, static_cast<std::uint64_t>(n_bytes));
  std::uint64_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = value << 8 | static_cast<unsigned char>(*byte);
  return value;
}

void ZipReader::read_directory(std::uint64_t at, std::uint64_t n_entries) {
  if (n_entries > bytes_.size() / kDirectoryEntryBytes)
    damaged("its zip directory claims " + std::to_string(n_entries) +
            " entries");
  for (std::uint64_t i = 0; i < n_entries; ++i) at = read_entry(at);
}

// One entry of the directory; returns where the next begins.
std::uint64_t ZipReader::read_entry(std::uint64_t at) {
  if (number(at, 4) != kDirectoryEntry)
    damaged("its zip directory is not readable");
  constexpr std::uint64_t kEncrypted = 1;
  if (number(at + 8, 2) & kEncrypted)
    throw FileError("is an encrypted zip archive.");
  Entry entry;
  entry.method = number(at + 10, 2);
  entry.checksum = static_cast<std::uint32_t>(number(at + 16, 4));
  entry.packed = number(at + 20, 4);
  entry.size = number(at + 24, 4);
  entry.header = number(at + 42, 4);
  const std::uint64_t name_bytes = number(at + 28, 2);
  const std::uint64_t extra_bytes = number(at + 30, 2);
  const std::string name(slice(at + kDirectoryEntryBytes, name_bytes));

  // Long numbers are in an extra field, those that did not fit, in order.
  std::uint64_t extra = at + kDirectoryEntryBytes + name_bytes;
  const std::uint64_t extra_end = extra + extra_bytes;
  while (extra + 4 <= extra_end) {
    const std::uint64_t id = number(extra, 2), length = number(extra + 2, 2);
    std::uint64_t value = extra + 4;
    if (id == 1)
      for (std::uint64_t* field : {&entry.size, &entry.packed, &entry.header})
        if (*field == kIn64) {
          if (value + 8 > extra + 4 + length)
            damaged("a zip64 size is missing");
          *field = number(value, 8);
          value += 8;
        }
    extra += 4 + length;
  }
  entries_.emplace(name, std::move(entry));
  return extra_end + number(at + 32, 2);
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

bool ZipReader::has(const std::string& name) const {
  return entries_.count(name) > 0;
}

std::string_view ZipReader::packed_bytes(const Entry& entry) const {
  if (number(entry.header, 4) != kLocalHeader)
    damaged("an entry of the zip archive is missing");
  const std::uint64_t begin = entry.header + kLocalHeaderBytes +
                              number(entry.header + 26, 2) +
                              number(entry.header + 28, 2);
  return slice(begin, entry.packed);
}

std::string_view ZipReader::unpack(Entry& entry) {
  // Entries may overlap, and so add up to more than the archive.
  const std::uint64_t max =
      kMaxUnpackedRatio * bytes_.size() + kMaxExtraUnpackedBytes;
  if (entry.size > max || bytes_read_ > max - entry.size)
    throw FileError("unpacks to more than " + std::to_string(max >> 20) +
                    " MiB, more than any model of its size.");
  bytes_read_ += entry.size;
  const std::string_view packed = packed_bytes(entry);
  if (entry.method == kStored) {
    if (entry.size != entry.packed) damaged("the size of an entry is wrong");
    return packed;
  }
  if (entry.method != kDeflated)
    throw FileError("is packed by a method that scvigor does not know.");
  if (packed.size() > 0xffffffffu || entry.size > 0xffffffffu)
    throw FileError("has a compressed entry above 4 GiB.");
  entry.unpacked.resize(entry.size);
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(entry.unpacked.data());
  stream.avail_out = static_cast<uInt>(entry.size);
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (result != Z_STREAM_END || stream.avail_out != 0)
    damaged("an entry of the zip archive cannot be unpacked");
  return entry.unpacked;
}

std::string_view ZipReader::read(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) damaged("it lacks the entry \"" + name + "\"");
  Entry& entry = found->second;
  if (!entry.is_read) {
    entry.content = unpack(entry);
    const uLong sum =
        crc32_z(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                entry.content.size());
    if (sum != entry.checksum)
      damaged("the checksum of \"" + name + "\" does not fit its content");
    entry.is_read = true;
  }
  return entry.content;
}

}  // namespace scvigor
