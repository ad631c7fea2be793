#include "io/python/pickle_value.hpp"

#include "scvigor/error.hpp"

namespace scvigor {
namespace pickle {

Value* Values::make(Kind kind) {
  if (values_.size() >= kMaxValues)
    throw FileError("holds more than " + std::to_string(kMaxValues) +
                    " values, which no saved model does.");
  values_.emplace_back();
  values_.back().kind = kind;
  return &values_.back();
}

std::string describe(const Value& value) {
  switch (value.kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return "a truth value";
    case Kind::kInt:
    case Kind::kLong:
      return "a whole number";
    case Kind::kFloat:
      return "a number";
    case Kind::kText:
      return "a text";
    case Kind::kBytes:
      return "bytes";
    case Kind::kTuple:
      return "a tuple";
    case Kind::kList:
      return "a list";
    case Kind::kDict:
      return "a dict";
    case Kind::kSet:
      return "a set";
    case Kind::kGlobal:
      return value.text;
    case Kind::kPersistent:
      return "a storage";
    case Kind::kObject:
      break;
  }
  return "an object of " + value.callable->text;
}

}  // namespace pickle
}  // namespace scvigor
