#ifndef SCVIGOR_CORE_IO_PYTHON_NUMPY_TYPE_HPP
#define SCVIGOR_CORE_IO_PYTHON_NUMPY_TYPE_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/python/pickle_value.hpp"

namespace scvigor {
namespace pickle {

// What the elements of an array are: numpy's dtype.
struct NumpyType {
  char kind = 'O';        // numpy's letter: b i u f U S O
  std::size_t bytes = 0;  // of one element
  bool big_endian = false;

  bool is_text() const { return kind == 'U' || kind == 'S'; }
};

NumpyType read_numpy_type(const Value* value, const std::string& what);

// The elements that `bytes` hold.
std::vector<double> numbers_of(const NumpyType& type, std::string_view bytes,
                               const std::string& what);
std::vector<std::string> texts_of(const NumpyType& type, std::string_view bytes,
                                  const std::string& what);

}  // namespace pickle
}  // namespace scvigor

#endif
