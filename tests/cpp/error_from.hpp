#ifndef SCVIGOR_TESTS_ERROR_FROM_HPP
#define SCVIGOR_TESTS_ERROR_FROM_HPP

#include <string>

#include "scvigor/error.hpp"

namespace support {

// The message of the FileError of work(), or "no error".
template <class Work>
std::string error_from(Work&& work) {
  try {
    work();
  } catch (const scvigor::FileError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace support

#endif
