#ifndef SCVIGOR_CORE_IO_PYTHON_PICKLE_READER_HPP
#define SCVIGOR_CORE_IO_PYTHON_PICKLE_READER_HPP

#include <string_view>

#include "io/python/pickle_input.hpp"
#include "io/python/pickle_value.hpp"

namespace scvigor {
namespace pickle {

// Reads one pickle of any protocol (0 to 5) and stops behind it. Nothing is
// executed: classes and functions that saved models hold are kept as names,
// any other is refused by name. Time and memory grow with the bytes read.
const Value* read(Input& input, Values& values);

}  // namespace pickle
}  // namespace scvigor

#endif
