#ifndef SCVIGOR_R_RUNTIME_H
#define SCVIGOR_R_RUNTIME_H

// What bindings do around a call of the core: errors become R conditions,
// Ctrl-C and progress reach R. The body of every binding is called by
// guarded().

#include <Rcpp.h>

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "scvigor/error.hpp"
#include "scvigor/hooks.hpp"
#include "scvigor/runtime.hpp"

namespace scvigor {
namespace r {

// Signals a condition of class scvigor_<kind>_error; see R/conditions.R.
inline void raise(const char* kind, const std::string& message,
                  const Rcpp::List& fields = Rcpp::List()) {
  const Rcpp::Environment package = Rcpp::Environment::namespace_env("scvigor");
  const Rcpp::Function stop = package[".stop_core"];
  stop(kind, message, fields);
}

// LibTorch appends its source position to a message.
inline std::string without_backtrace(const std::string& message) {
  return message.substr(0, message.find("\nException raised from"));
}

// R's own jumps (Rcpp::LongjumpException, InterruptedException) are not
// std::exceptions and pass through.
template <class Body>
auto guarded(Body&& body) -> decltype(body()) {
  using Rcpp::Named;
  try {
    return body();
  } catch (const ArgumentError& e) {
    raise("argument", e.what(),
          Rcpp::List::create(Named("argument") = e.argument()));
  } catch (const FileError& e) {
    raise("file", e.what());
  } catch (const NumericError& e) {
    raise("numeric", e.what(),
          Rcpp::List::create(Named("epoch") = static_cast<double>(e.epoch())));
  } catch (const std::bad_alloc&) {
    raise("memory",
          "Not enough memory. Use fewer genes (`subset.row`) or fewer cells.");
  } catch (const std::exception& e) {
    raise("core", without_backtrace(e.what()));
  }
  throw Rcpp::exception("unreachable");
}

inline void check_user_interrupt(void*) { R_CheckUserInterrupt(); }

// True once the user has pressed Ctrl-C. R_CheckUserInterrupt() would jump
// over C++ frames; R_ToplevelExec() catches that jump.
class InterruptFlag {
 public:
  bool poll() {
    if (!raised_) raised_ = R_ToplevelExec(check_user_interrupt, nullptr) == 0;
    return raised_;
  }
  void raise() { raised_ = true; }
  bool raised() const { return raised_; }

 private:
  bool raised_ = false;
};

// Runs `call(hooks)`, a verb without partial results: Ctrl-C ends it and
// becomes R's own interrupt.
template <class Call>
void with_interrupts(Call&& call) {
  InterruptFlag flag;
  Hooks hooks;
  hooks.interrupted = [&flag] { return flag.poll(); };
  try {
    call(hooks);
  } catch (const std::exception&) {
    if (!flag.raised()) throw;
  }
  if (flag.raised()) throw Rcpp::internal::InterruptedException();
}

}  // namespace r
}  // namespace scvigor

#endif
