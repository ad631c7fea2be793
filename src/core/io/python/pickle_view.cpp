#include "io/python/pickle_view.hpp"

#include <cmath>

#include "io/python/numpy_array.hpp"
#include "scvigor/error.hpp"
#include "util/utf8.hpp"

namespace scvigor {
namespace pickle {

namespace {

// Protocols before 3 had no bytes: they are a text of the characters U+0000
// to U+00FF, and a call that turns it back.
std::string latin1_bytes(const std::string& text, const std::string& what) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
      continue;
    }
    const bool is_pair = (byte == 0xc2 || byte == 0xc3) && i + 1 < text.size();
    if (!is_pair)
      throw FileError("is damaged: " + what + " is not made of bytes.");
    ++i;
    bytes += static_cast<char>(((byte & 0x03u) << 6) |
                               (static_cast<unsigned char>(text[i]) & 0x3fu));
  }
  return bytes;
}

}  // namespace

void unexpected(const Value* value, const std::string& what,
                const std::string& wanted) {
  throw FileError("is not a model that scvigor can read: " + what + " is " +
                  (value == nullptr ? "missing" : describe(*value)) + ", not " +
                  wanted + ".");
}

bool is_none(const Value* value) {
  return value == nullptr || value->kind == Kind::kNone;
}

bool is_object(const Value* value, const std::string& global) {
  return value != nullptr && value->kind == Kind::kObject &&
         value->callable->text == global;
}

bool is_global(const Value* value, const std::string& global) {
  return value != nullptr && value->kind == Kind::kGlobal &&
         value->text == global;
}

bool is_mapping(const Value* value) {
  if (value == nullptr) return false;
  if (value->kind == Kind::kDict) return true;
  for (const char* name :
       {"collections.OrderedDict", "collections.defaultdict", "builtins.dict",
        "scvi._utils.attrdict", "scvi.utils._attrdict.attrdict",
        "scvi.utils.attrdict",
        "ml_collections.config_dict.config_dict.FrozenConfigDict"})
    if (is_object(value, name)) return true;
  return false;
}

const Value* find(const Value* mapping, const std::string& key) {
  if (!is_mapping(mapping)) return nullptr;
  // The last one counts, as in Python.
  const Value* found = nullptr;
  for (std::size_t i = 0; i + 1 < mapping->items.size(); i += 2)
    if (mapping->items[i]->kind == Kind::kText &&
        mapping->items[i]->text == key)
      found = mapping->items[i + 1];
  return found;
}

const Value* get(const Value* mapping, const std::string& key,
                 const std::string& what) {
  if (!is_mapping(mapping)) unexpected(mapping, what, "a dict");
  const Value* found = find(mapping, key);
  if (found == nullptr)
    throw FileError("is not a model that scvigor can read: " + what +
                    " lacks \"" + key + "\".");
  return found;
}

const Value* argument(const Value* object, std::size_t k) {
  if (object == nullptr || object->kind != Kind::kObject) return nullptr;
  const auto& items = object->arguments->items;
  return k < items.size() ? items[k] : nullptr;
}

std::string text(const Value* value, const std::string& what) {
  if (value == nullptr || value->kind != Kind::kText)
    unexpected(value, what, "a text");
  return to_utf8(value->text);
}

bool is_number(const Value* value) {
  if (value == nullptr) return false;
  return value->kind == Kind::kInt || value->kind == Kind::kFloat ||
         value->kind == Kind::kBool || is_numpy_scalar(value);
}

double number(const Value* value, const std::string& what) {
  if (!is_number(value)) unexpected(value, what, "a number");
  if (value->kind == Kind::kObject) return read_numpy_scalar(value, what);
  return value->kind == Kind::kFloat ? value->real
                                     : static_cast<double>(value->integer);
}

std::int64_t whole_number(const Value* value, const std::string& what) {
  if (value != nullptr && value->kind == Kind::kInt) return value->integer;
  const double found = number(value, what);
  constexpr double kMaxExact = 9007199254740992.0;
  if (!(std::fabs(found) <= kMaxExact) || found != std::floor(found))
    unexpected(value, what, "a whole number");
  return static_cast<std::int64_t>(found);
}

bool truth(const Value* value, const std::string& what) {
  const double found = number(value, what);
  if (found != 0.0 && found != 1.0) unexpected(value, what, "True or False");
  return found == 1.0;
}

bool is_bytes(const Value* value) {
  return (value != nullptr && value->kind == Kind::kBytes) ||
         is_object(value, "_codecs.encode") ||
         is_object(value, "builtins.bytes") ||
         is_object(value, "builtins.bytearray");
}

std::string bytes(const Value* value, const std::string& what) {
  if (!is_bytes(value)) unexpected(value, what, "bytes");
  if (value->kind == Kind::kBytes) return value->text;
  const Value* content = argument(value, 0);
  if (content == nullptr) return "";
  // bytearray() of bytes; no deeper, for a file may nest without end
  if (content->kind == Kind::kBytes) return content->text;
  if (is_object(content, "_codecs.encode")) content = argument(content, 0);
  if (content == nullptr || content->kind != Kind::kText)
    unexpected(content, what, "bytes");
  return latin1_bytes(content->text, what);
}

}  // namespace pickle
}  // namespace scvigor
