#ifndef SCVIGOR_CORE_API_ERRORS_HPP
#define SCVIGOR_CORE_API_ERRORS_HPP

#include <c10/util/Exception.h>

#include <stdexcept>
#include <string>

namespace scvigor {

// Calls `work`; LibTorch's exceptions become std::runtime_error with the
// message but without the backtrace.
template <class Work>
auto without_torch_errors(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw std::runtime_error("LibTorch: " +
                             std::string(error.what_without_backtrace()));
  }
}

}  // namespace scvigor

#endif
