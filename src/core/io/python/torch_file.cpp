#include "io/python/torch_file.hpp"

#include "io/python/pickle_reader.hpp"
#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

constexpr char kPickle[] = "/data.pkl";

// The folder of the archive that holds the pickle: its name is the file's.
std::string folder_of(const ZipReader& zip) {
  const std::string ending = kPickle;
  for (const std::string& name : zip.names())
    if (name.size() > ending.size() &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      return name.substr(0, name.size() - ending.size());
  throw FileError("is a zip archive, but not a file of torch.save().");
}

// How the old form begins: the pickled number 0x1950a86a20f9469cfc6c.
bool is_magic(const pickle::Value* value) {
  return value->kind == pickle::Kind::kLong &&
         value->text == std::string("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
}

// The elements of the storages come without their type: how many bytes each
// has must be looked up in what refers to them.
void collect_sizes(const pickle::Values& values,
                   std::map<std::string, std::uint64_t>& bytes) {
  for (const pickle::Value& value : values.all()) {
    if (value.kind != pickle::Kind::kPersistent) continue;
    const StorageId id = read_storage_id(&value);
    bytes[id.key] = id.element_bytes;
  }
}

}  // namespace

TorchFile::TorchFile(std::string bytes) : bytes_(std::move(bytes)) {
  if (ZipReader::recognizes(bytes_))
    read_zip();
  else
    read_old();
}

void TorchFile::read_zip() {
  zip_.emplace(bytes_);
  folder_ = folder_of(*zip_);
  const std::string order = folder_ + "/byteorder";
  if (zip_->has(order) && zip_->read(order) != "little")
    throw FileError(
        "was saved on a big-endian machine, which scvigor does "
        "not read.");
  pickle::Input input(zip_->read(folder_ + kPickle));
  content_ = pickle::read(input, values_);
  tensors_.emplace(
      [this](const std::string& key) {
        return zip_->read(folder_ + "/data/" + key);
      },
      bytes_.size());
}

void TorchFile::read_old() {
  pickle::Input input(bytes_);
  if (bytes_.empty() || !is_magic(pickle::read(input, values_)))
    throw FileError("is not a file of torch.save().");
  pickle::read(input, values_);  // version of the form: always 1001
  const pickle::Value* system = pickle::read(input, values_);
  const pickle::Value* little = pickle::find(system, "little_endian");
  if (little != nullptr && !pickle::truth(little, "the byte order"))
    throw FileError(
        "was saved on a big-endian machine, which scvigor does "
        "not read.");
  content_ = pickle::read(input, values_);
  const pickle::Value* keys = pickle::read(input, values_);
  read_old_storages(std::string_view(bytes_).substr(input.position()), keys);
  tensors_.emplace(
      [this](const std::string& key) {
        const auto found = old_storages_.find(key);
        if (found == old_storages_.end())
          throw FileError("is damaged: it lacks the storage \"" + key + "\".");
        return found->second;
      },
      bytes_.size());
}

void TorchFile::read_old_storages(std::string_view rest,
                                  const pickle::Value* keys) {
  if (keys->kind != pickle::Kind::kList)
    pickle::unexpected(keys, "the list of storages", "a list");
  std::map<std::string, std::uint64_t> element_bytes;
  collect_sizes(values_, element_bytes);
  pickle::Input input(rest);
  for (const pickle::Value* key : keys->items) {
    const std::string name = text(key, "the key of a storage");
    const std::uint64_t n = input.unsigned_number(8);
    const std::uint64_t size = element_bytes[name];
    if (size == 0 || n > rest.size() / size)
      throw FileError("is damaged: the storage \"" + name +
                      "\" is larger than the file.");
    old_storages_[name] = input.take(n * size);
  }
}

}  // namespace scvigor
