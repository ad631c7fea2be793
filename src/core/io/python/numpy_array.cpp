#include "io/python/numpy_array.hpp"

#include <algorithm>

#include "io/python/numpy_type.hpp"
#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"
#include "util/utf8.hpp"

namespace scvigor {
namespace pickle {

namespace {

using Type = Series::Type;

Type type_of_kind(char kind) {
  if (kind == 'b') return Type::kLogical;
  return kind == 'f' ? Type::kReal : Type::kInteger;
}

Series series_of_bytes(const NumpyType& type, const std::string& data,
                       const std::string& what) {
  Series out;
  if (type.is_text()) {
    out.texts = texts_of(type, data, what);
    return out;
  }
  out.type = type_of_kind(type.kind);
  out.numbers = numbers_of(type, data, what);
  return out;
}

Type type_of_element(const Value& value) {
  if (value.kind == Kind::kBool) return Type::kLogical;
  if (value.kind == Kind::kInt) return Type::kInteger;
  if (value.kind == Kind::kFloat) return Type::kReal;
  if (is_numpy_scalar(&value)) {
    const NumpyType type = read_numpy_type(argument(&value, 0), "a number");
    if (!type.is_text()) return type_of_kind(type.kind);
  }
  return Type::kText;
}

std::string text_of_element(const Value* value, const std::string& what) {
  if (is_numpy_scalar(value)) {
    const auto texts = texts_of(read_numpy_type(argument(value, 0), what),
                                bytes(argument(value, 1), what), what);
    return texts.empty() ? "" : texts.front();
  }
  return text(value, "an element of " + what);
}

// Whole numbers among others are others; anything else must be of one kind.
Series series_of_items(const std::vector<const Value*>& items,
                       const std::string& what) {
  Series out;
  if (items.empty()) return out;
  out.type = type_of_element(*items.front());
  for (const Value* item : items) {
    const Type type = type_of_element(*item);
    const bool numbers = type != Type::kText && out.type != Type::kText;
    if (type == out.type) continue;
    if (!numbers) unexpected(item, "an element of " + what, "like the others");
    out.type = Type::kReal;
  }
  for (const Value* item : items)
    if (out.type == Type::kText)
      out.texts.push_back(text_of_element(item, what));
    else
      out.numbers.push_back(number(item, "an element of " + what));
  return out;
}

bool is_sequence(const Value* value) {
  return value != nullptr &&
         (value->kind == Kind::kList || value->kind == Kind::kTuple);
}

// numpy.core.multiarray._reconstruct(), whose state is (version, shape, dtype,
// Fortran order, data).
Series read_ndarray(const Value* value, const std::string& what) {
  const Value* state = value->state;
  if (!is_sequence(state) || state->items.size() != 5)
    throw FileError("is damaged: the array " + what + " has no content.");
  const Value* data = state->items[4];
  if (is_sequence(data)) return series_of_items(data->items, what);
  return series_of_bytes(read_numpy_type(state->items[2], what),
                         bytes(data, what), what);
}

// numpy.array(list, dtype), which scvigor itself writes.
Series read_array_call(const Value* value, const std::string& what) {
  const Value* items = argument(value, 0);
  if (!is_sequence(items)) unexpected(items, what, "a list");
  return series_of_items(items->items, what);
}

// What is in an Index, a Series or an array of pandas; null for other values.
const Value* pandas_content(const Value* value) {
  if (is_object(value, "pandas.core.indexes.base._new_Index"))
    return find(argument(value, 1), "data");
  if (is_object(value, "pandas.Index")) return argument(value, 0);
  if (is_object(value, "pandas.core.arrays.string_.StringArray") ||
      is_object(value, "pandas.core.arrays.numpy_.NumpyExtensionArray") ||
      is_object(value, "pandas.core.arrays.numpy_.PandasArray"))
    return find(value->state, "_ndarray");
  return nullptr;
}

bool is_range(const Value* value) {
  return is_object(value, "pandas.core.indexes.base._new_Index") &&
         is_global(argument(value, 0), "pandas.core.indexes.range.RangeIndex");
}

Series read_range(const Value* value, const std::string& what) {
  const Value* range = argument(value, 1);
  const std::int64_t start = whole_number(get(range, "start", what), what);
  const std::int64_t stop = whole_number(get(range, "stop", what), what);
  const std::int64_t step = whole_number(get(range, "step", what), what);
  constexpr std::int64_t kMax = 10000000;
  if (step != 1 || start < 0 || stop < start || stop > kMax)
    throw FileError("is damaged: " + what + " is not a range.");
  Series out;
  out.type = Type::kInteger;
  for (std::int64_t k = start; k < stop; ++k)
    out.numbers.push_back(static_cast<double>(k));
  return out;
}

}  // namespace

Series read_series(const Value* value, const std::string& what) {
  if (is_range(value)) return read_range(value, what);
  // An index of an array of an array: no deeper, for a file may nest on.
  for (int depth = 0; depth < 4; ++depth)
    if (const Value* content = pandas_content(value)) value = content;
  if (is_sequence(value)) return series_of_items(value->items, what);
  if (is_object(value, "numpy.core.multiarray._reconstruct"))
    return read_ndarray(value, what);
  if (is_object(value, "numpy.array")) return read_array_call(value, what);
  if (is_object(value, "numpy.core.numeric._frombuffer"))
    return series_of_bytes(read_numpy_type(argument(value, 1), what),
                           bytes(argument(value, 0), what), what);
  unexpected(value, what, "an array");
}

std::vector<double> read_numbers(const Value* value, const std::string& what) {
  Series series = read_series(value, what);
  if (series.type == Type::kText && series.size() > 0)
    unexpected(value, what, "numbers");
  return std::move(series.numbers);
}

std::vector<std::string> read_texts(const Value* value,
                                    const std::string& what) {
  Series series = read_series(value, what);
  if (series.type != Type::kText) unexpected(value, what, "texts");
  return std::move(series.texts);
}

bool is_numpy_scalar(const Value* value) {
  return is_object(value, "numpy.core.multiarray.scalar");
}

double read_numpy_scalar(const Value* value, const std::string& what) {
  const auto numbers = numbers_of(read_numpy_type(argument(value, 0), what),
                                  bytes(argument(value, 1), what), what);
  if (numbers.size() != 1) unexpected(value, what, "one number");
  return numbers.front();
}

}  // namespace pickle
}  // namespace scvigor
