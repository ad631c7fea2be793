#include "io/python/torch_tensor.hpp"

#include <map>

#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"
#include "util/element_bytes.hpp"

namespace scvigor {

namespace {

using pickle::argument;
using pickle::is_object;
using pickle::Kind;
using pickle::Value;

constexpr std::size_t kMaxDimensions = 8;
// Beside one element a byte of the file: an expanded scalar is larger.
constexpr std::uint64_t kMoreElements = 1 << 20;

[[noreturn]] void damaged(const std::string& name, const std::string& what) {
  throw FileError("is damaged: the tensor \"" + name + "\" " + what + ".");
}

std::vector<std::int64_t> read_extents(const Value* value,
                                       const std::string& name) {
  if (is_object(value, "torch.Size")) value = argument(value, 0);
  if (value == nullptr ||
      (value->kind != Kind::kTuple && value->kind != Kind::kList))
    damaged(name, "has no shape");
  if (value->items.size() > kMaxDimensions)
    damaged(name, "has too many dimensions");
  std::vector<std::int64_t> extents;
  for (const Value* item : value->items) {
    const std::int64_t extent = whole_number(item, "the shape of " + name);
    if (extent < 0) damaged(name, "has a negative extent");
    extents.push_back(extent);
  }
  return extents;
}

// The product of the extents, or `most` + 1 when it is above `most`.
std::uint64_t count(const std::vector<std::int64_t>& shape,
                    std::uint64_t most) {
  std::uint64_t n = 1;
  for (const auto extent : shape)
    if (extent == 0) return 0;
  for (const auto extent : shape) {
    if (static_cast<std::uint64_t>(extent) > most / n) return most + 1;
    n *= static_cast<std::uint64_t>(extent);
  }
  return n;
}

// The highest element that the strides reach; false: beyond 64 bits.
bool last_element(const std::vector<std::int64_t>& shape,
                  const std::vector<std::int64_t>& strides,
                  std::uint64_t& last) {
  constexpr std::uint64_t kMax = std::uint64_t{1} << 62;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const auto steps = static_cast<std::uint64_t>(shape[axis] - 1);
    const auto stride = static_cast<std::uint64_t>(strides[axis]);
    if (stride != 0 && steps > (kMax - last) / stride) return false;
    last += steps * stride;
    if (last > kMax) return false;
  }
  return true;
}

double element_at(const StorageId& id, std::string_view bytes,
                  std::uint64_t at) {
  const std::string_view element =
      bytes.substr(at * id.element_bytes, id.element_bytes);
  switch (id.type) {
    case 'f':
      return float_element(element);
    case 'b':
      return float_of_bits(unsigned_element(element) << 16);
    case 'i':
      return static_cast<double>(signed_element(element));
    default:
      return static_cast<double>(unsigned_element(element));
  }
}

// The tensor that a Parameter wraps.
const Value* unwrap(const Value* value) {
  return is_object(value, "torch._utils._rebuild_parameter")
             ? argument(value, 0)
             : value;
}

bool is_plain_tensor(const Value* value) {
  return is_object(value, "torch._utils._rebuild_tensor_v2") ||
         is_object(value, "torch._utils._rebuild_tensor");
}

}  // namespace

StorageId read_storage_id(const Value* value) {
  struct Type {
    char type;
    std::size_t bytes;
  };
  static const std::map<std::string, Type> types{
      {"torch.FloatStorage", {'f', 4}}, {"torch.DoubleStorage", {'f', 8}},
      {"torch.HalfStorage", {'f', 2}},  {"torch.BFloat16Storage", {'b', 2}},
      {"torch.LongStorage", {'i', 8}},  {"torch.IntStorage", {'i', 4}},
      {"torch.ShortStorage", {'i', 2}}, {"torch.CharStorage", {'i', 1}},
      {"torch.ByteStorage", {'u', 1}},  {"torch.BoolStorage", {'u', 1}}};
  const Value* id = value != nullptr && value->kind == Kind::kPersistent
                        ? value->arguments
                        : nullptr;
  if (id == nullptr || id->kind != Kind::kTuple || id->items.size() < 5)
    pickle::unexpected(value, "a tensor's storage", "a storage");
  const auto found = types.find(id->items[1]->text);
  if (id->items[0]->text != "storage" || found == types.end())
    pickle::unexpected(id->items[1], "the type of a storage",
                       "a type of torch");
  StorageId out;
  out.type = found->second.type;
  out.element_bytes = found->second.bytes;
  out.key = text(id->items[2], "the key of a storage");
  const std::int64_t n = whole_number(id->items[4], "the size of a storage");
  if (n < 0) throw FileError("is damaged: a storage has a negative size.");
  out.n_elements = static_cast<std::uint64_t>(n);
  return out;
}

TorchTensors::TorchTensors(Storages storages, std::uint64_t file_bytes)
    : storages_(std::move(storages)),
      elements_left_(file_bytes + kMoreElements) {}

bool TorchTensors::is_tensor(const Value* value) {
  return is_plain_tensor(unwrap(value));
}

// _rebuild_tensor(storage, offset, shape, strides), version 2 with more.
StateTensor TorchTensors::read(const std::string& name, const Value* value) {
  const Value* tensor = unwrap(value);
  if (!is_plain_tensor(tensor))
    pickle::unexpected(value, "\"" + name + "\"", "a tensor");
  const StorageId id = read_storage_id(argument(tensor, 0));
  const std::int64_t offset =
      whole_number(argument(tensor, 1), "the offset of " + name);
  StateTensor out{name, read_extents(argument(tensor, 2), name), {}};
  const auto strides = read_extents(argument(tensor, 3), name);
  if (offset < 0 || strides.size() != out.shape.size())
    damaged(name, "has a wrong offset or wrong strides");

  const std::uint64_t n = count(out.shape, elements_left_);
  if (n > elements_left_) damaged(name, "is larger than its file");
  elements_left_ -= n;
  if (n == 0) return out;
  auto last = static_cast<std::uint64_t>(offset);
  const std::string_view bytes = storages_(id.key);
  const std::uint64_t there = bytes.size() / id.element_bytes;
  if (id.n_elements > there || !last_element(out.shape, strides, last) ||
      last >= id.n_elements)
    damaged(name, "reaches beyond its storage");

  out.values.reserve(n);
  std::vector<std::int64_t> index(out.shape.size(), 0);
  auto at = static_cast<std::uint64_t>(offset);
  for (std::uint64_t k = 0; k < n; ++k) {
    out.values.push_back(element_at(id, bytes, at));
    for (std::size_t axis = index.size(); axis-- > 0;) {
      at += static_cast<std::uint64_t>(strides[axis]);
      if (++index[axis] < out.shape[axis]) break;
      at -= static_cast<std::uint64_t>(strides[axis] * out.shape[axis]);
      index[axis] = 0;
    }
  }
  return out;
}

}  // namespace scvigor
