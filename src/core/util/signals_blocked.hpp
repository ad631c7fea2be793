#ifndef SCVIGOR_CORE_UTIL_SIGNALS_BLOCKED_HPP
#define SCVIGOR_CORE_UTIL_SIGNALS_BLOCKED_HPP

#include <pthread.h>
#include <signal.h>

namespace scvigor {

// A thread that is started while this exists leaves signals to those that were
// there before: R's handlers must run on R's own thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace scvigor

#endif
