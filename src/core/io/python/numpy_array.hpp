#ifndef SCVIGOR_CORE_IO_PYTHON_NUMPY_ARRAY_HPP
#define SCVIGOR_CORE_IO_PYTHON_NUMPY_ARRAY_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "io/python/pickle_value.hpp"

namespace scvigor {
namespace pickle {

// Python's values of one kind, in a row: a numpy array of one dimension (or
// of several, in the order of its storage), a list, a tuple, an Index or a
// Series of pandas.
struct Series {
  enum class Type { kText, kInteger, kReal, kLogical };
  Type type = Type::kText;
  std::vector<std::string> texts;  // kText
  std::vector<double> numbers;     // others
  std::size_t size() const {
    return type == Type::kText ? texts.size() : numbers.size();
  }
};

Series read_series(const Value* value, const std::string& what);
// The same, where only numbers or only texts make sense.
std::vector<double> read_numbers(const Value* value, const std::string& what);
std::vector<std::string> read_texts(const Value* value,
                                    const std::string& what);

bool is_numpy_scalar(const Value* value);
double read_numpy_scalar(const Value* value, const std::string& what);

}  // namespace pickle
}  // namespace scvigor

#endif
