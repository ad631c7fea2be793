#include "io/python/zip_writer.hpp"

#include <zlib.h>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {

constexpr std::uint64_t kAlignment = 64, kHeader = 30, kExtraHeader = 4;
constexpr std::uint64_t kMaxBytes = 0xffffffff, kMaxEntries = 0xffff;

void put(std::string& out, std::uint64_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xff);
}

// The part that the header of an entry and the directory share.
std::string about_entry(const std::string& name, std::string_view content,
                        std::uint64_t extra) {
  constexpr std::uint64_t kVersion = 20, kFirstOf1980 = 33;
  std::string out;
  put(out, kVersion, 2);
  put(out, 0, 2);  // flags
  put(out, 0, 2);  // stored
  put(out, 0, 2);  // time
  put(out, kFirstOf1980, 2);
  put(out,
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()),
              content.size()),
      4);
  put(out, content.size(), 4);
  put(out, content.size(), 4);
  put(out, name.size(), 2);
  put(out, extra, 2);
  return out;
}

}  // namespace

void ZipWriter::add(const std::string& name, std::string_view content) {
  const std::uint64_t at = bytes_.size();
  if (at + content.size() + 1024 > kMaxBytes || n_entries_ >= kMaxEntries)
    throw FileError("cannot be written: a model above 4 GiB.");
  // An extra field that means nothing fills up to the next multiple.
  const std::uint64_t begin = at + kHeader + name.size() + kExtraHeader;
  const std::uint64_t filler = (kAlignment - begin % kAlignment) % kAlignment;
  put(bytes_, 0x04034b50, 4);
  bytes_ += about_entry(name, content, kExtraHeader + filler) + name + "FB";
  put(bytes_, filler, 2);
  bytes_.append(filler, 'Z');
  bytes_ += content;

  put(directory_, 0x02014b50, 4);
  put(directory_, 20, 2);  // made by
  directory_ += about_entry(name, content, 0);
  put(directory_, 0, 2);  // comment
  put(directory_, 0, 2);  // disk
  put(directory_, 0, 2);  // attributes
  put(directory_, 0, 4);
  put(directory_, at, 4);
  directory_ += name;
  ++n_entries_;
}

std::string ZipWriter::finish() {
  const std::uint64_t at = bytes_.size();
  if (at + directory_.size() + 64 > kMaxBytes)
    throw FileError("cannot be written: a model above 4 GiB.");
  bytes_ += directory_;
  put(bytes_, 0x06054b50, 4);
  put(bytes_, 0, 4);  // disks
  put(bytes_, n_entries_, 2);
  put(bytes_, n_entries_, 2);
  put(bytes_, directory_.size(), 4);
  put(bytes_, at, 4);
  put(bytes_, 0, 2);  // comment
  return std::move(bytes_);
}

}  // namespace scvigor
