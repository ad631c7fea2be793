#ifndef SCVIGOR_LARGE_PAGES_HPP
#define SCVIGOR_LARGE_PAGES_HPP

#include <cstddef>
#include <cstdint>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace scvigor {

// The kernel allocates and clears memory one page at a time, when it is first
// written: for large buffers, large pages are faster where the system has them.
// Only advice; a system that ignores it does no harm.
inline void advise_large_pages(void* memory, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t kPage = 4096;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const auto first = (address + kPage - 1) / kPage * kPage;
  const auto end = (address + bytes) / kPage * kPage;
  if (first < end)
    (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)bytes;
#endif
}

}  // namespace scvigor

#endif
