#ifndef SCVIGOR_CORE_UTIL_THREAD_SCRATCH_HPP
#define SCVIGOR_CORE_UTIL_THREAD_SCRATCH_HPP

namespace scvigor {

// An object that the calling thread keeps from call to call, so that a kernel
// finds its arrays where it left them: allocating and clearing them anew takes
// as long as many a kernel. One for each Scratch, a type of the kernel's own,
// which must not be in use further up in the thread's calls.
template <class Scratch>
Scratch& thread_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

}  // namespace scvigor

#endif
