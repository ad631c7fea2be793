#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_VALUE_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_VALUE_HPP

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace scvigor {
namespace pickle {

enum class Kind {
  kNone,
  kBool,
  kInt,
  kLong,  // above 64 bits: its bytes, little endian
  kFloat,
  kText,  // UTF-8
  kBytes,
  kTuple,
  kList,
  kDict,
  kSet,
  kGlobal,     // the name of a Python class or function, nothing else
  kObject,     // what Python would have made by a call
  kPersistent  // something outside of the pickle: a tensor's storage
};

// One value of a pickle. Nothing is ever called or made: what Python would
// have made by calling something stays the note of that call.
struct Value {
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  // kBool, kInt
  double real = 0.0;         // kFloat
  std::string text;          // kText, kBytes, kLong; kGlobal: module.name
  // Elements; kDict and kObject: key, value, key, value ...
  std::vector<const Value*> items;
  const Value* callable = nullptr;   // kObject
  const Value* arguments = nullptr;  // kObject: a tuple; kPersistent: the id
  const Value* state = nullptr;      // kObject
};

// Of values, and of all that a pickle makes us remember. A model of 60,000
// genes has 130,000 values; this many take 250 MB.
constexpr std::size_t kMaxValues = 2000000;

// Owns values, which may point at each other in circles.
class Values {
 public:
  Value* make(Kind kind);
  const std::deque<Value>& all() const { return values_; }

 private:
  std::deque<Value> values_;
};

// "a list", for messages.
std::string describe(const Value& value);

}  // namespace pickle
}  // namespace scvigor

#endif
