#ifndef SCVIGOR_R_RUNTIME_H
#define SCVIGOR_R_RUNTIME_H

// What bindings do around a call of the core: errors become R conditions,
// Ctrl-C and progress reach R. The body of every binding is called by
// guarded().

#include <Rcpp.h>

#include <chrono>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "scvigor/error.hpp"
#include "scvigor/hooks.hpp"
#include "scvigor/runtime.hpp"

namespace scvigor {
namespace r {

// Signals a condition of class scvigor_<kind>_error; see R/conditions.R. R
// takes the message for text of the locale.
inline void raise(const char* kind, const std::string& message,
                  const Rcpp::List& fields = Rcpp::List()) {
  const Rcpp::Environment package = Rcpp::Environment::namespace_env("scvigor");
  const Rcpp::Function stop = package[".stop_from_core"];
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
  const ThreadScope threads(0);  // none of LibTorch's own
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

// Whether the user has pressed Ctrl-C, or R wants to leave the call for another
// reason, such as the end of setTimeLimit(). R would jump over C++ frames: the
// jump is held here, the core comes to its end, and rejoin() lets it go on. An
// interrupt is only noted, so that the caller can return what there is.
class InterruptFlag {
 public:
  bool poll() {
    if (raised_ || !is_due()) return raised_;
    try {
      Rcpp::unwindProtect(&InterruptFlag::ask_r, this);
    } catch (const Rcpp::LongjumpException& jump) {
      held_jump_ = jump.token;
      raised_ = true;
    }
    return raised_;
  }
  void raise() { raised_ = true; }
  bool raised() const { return raised_; }

  // Goes on with the jump that poll() held, if there is one.
  void rejoin() const {
    if (held_jump_ != nullptr) throw Rcpp::LongjumpException(held_jump_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Asking R takes some 20 microseconds.
  static constexpr std::chrono::milliseconds kInterval{20};

  bool is_due() {
    const auto now = Clock::now();
    if (now - asked_ < kInterval) return false;
    asked_ = now;
    return true;
  }

  static SEXP ask_r(void* flag) {
    const auto check = [](void*) {
      R_CheckUserInterrupt();
      return R_NilValue;
    };
    const auto note = [](SEXP, void* raised) {
      static_cast<InterruptFlag*>(raised)->raised_ = true;
      return R_NilValue;
    };
    const Rcpp::Shield<SEXP> classes(Rf_mkString("interrupt"));
    return R_tryCatch(check, nullptr, classes, note, flag, nullptr, nullptr);
  }

  bool raised_ = false;
  SEXP held_jump_ = nullptr;
  Clock::time_point asked_ = Clock::now();
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
  flag.rejoin();
  if (flag.raised()) throw Rcpp::internal::InterruptedException();
}

}  // namespace r
}  // namespace scvigor

#endif
