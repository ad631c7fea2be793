#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_VIEW_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_VIEW_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "io/python/pickle_value.hpp"

namespace scvigor {
namespace pickle {

// What values of a pickle mean. `what` names a value in errors.

bool is_none(const Value* value);  // also where there is no value
bool is_object(const Value* value, const std::string& global);
bool is_global(const Value* value, const std::string& global);
// A dict, or an object that Python would have made one.
bool is_mapping(const Value* value);

// The value of a text key; null where there is none, or no mapping.
const Value* find(const Value* mapping, const std::string& key);
const Value* get(const Value* mapping, const std::string& key,
                 const std::string& what);

// The k-th argument of an object; null where there is none.
const Value* argument(const Value* object, std::size_t k);

std::string text(const Value* value, const std::string& what);
std::int64_t whole_number(const Value* value, const std::string& what);
double number(const Value* value, const std::string& what);
bool truth(const Value* value, const std::string& what);
bool is_number(const Value* value);

// Bytes, however the protocol spells them.
bool is_bytes(const Value* value);
std::string bytes(const Value* value, const std::string& what);

[[noreturn]] void unexpected(const Value* value, const std::string& what,
                             const std::string& wanted);

}  // namespace pickle
}  // namespace scvigor

#endif
